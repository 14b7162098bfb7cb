"""Summaries and cleaned fields that people approved, until they expire."""

from dataclasses import asdict
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from gateway.node.storage.rows import Approval
from gateway.node.storage.selecting import select_all
from gateway.node.storage.tables import approvals


class ApprovalKind(StrEnum):
    """A text in place of a category, or a version of one field that was cleaned."""

    SUMMARY = "samenvatting"
    CLEANING = "bewerking"


def insert_approval(connection: Connection, approval: Approval) -> None:
    connection.execute(insert(approvals), asdict(approval))


def approvals_of(connection: Connection, case_id: str, kind: ApprovalKind, now: str) -> tuple[Approval, ...]:
    """What is approved in the case and has not expired, oldest first, so that the newest wins."""
    table = approvals.c
    query = select(approvals).where(table.case_id == case_id, table.kind == kind, table.expires_at > now)
    return select_all(connection, Approval, query.order_by(table.made_at))
