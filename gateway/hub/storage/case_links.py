"""Reads what a case is linked to: cases it was merged with, its earlier cases, and where its dwelling was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from gateway.hub.storage.case_rows import CaseLinkRow, CaseTransferRow
from gateway.hub.storage.case_tables import case_links, case_transfers
from gateway.hub.storage.changes import case_scope
from gateway.hub.storage.rows import MessageRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.tables import fact_versions, messages

REPEATED: Final = "herhaald_huisverbod"
MERGED: Final = "samengevoegd"
_ID: Final[BindParameter[str]] = bindparam("case_id")
_LINKS: Final = (
    select(case_links)
    .where(or_(case_links.c.case_id == _ID, case_links.c.other_id == _ID))
    .order_by(case_links.c.made_at)
)
_TRANSFERS: Final = (
    select(case_transfers).where(case_transfers.c.case_id == _ID).order_by(case_transfers.c.made_at)
)
_SENT: Final = select(messages).where(messages.c.case_id == _ID).order_by(messages.c.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """`goes_on_in` is the case in which this one goes on; `earlier` and `later` are those of repeated bans. `merged`
    are the messages of the cases that ended in this one, whose facts count here; `versions` those of their facts."""

    goes_on_in: str | None
    earlier: tuple[str, ...]
    later: tuple[str, ...]
    merged: tuple[MessageRow, ...]
    transfers: tuple[CaseTransferRow, ...]
    versions: Mapping[str, int]


def load_ties(connection: Connection, case_id: str) -> Ties:
    """What the case is tied to; all of it empty for a case that is not there."""
    links = select_all(connection, CaseLinkRow, _LINKS, case_id=case_id)
    ended = [link.case_id for link in links if link.kind == MERGED and link.other_id == case_id]
    merged: list[MessageRow] = []
    for other in _all_ended(connection, ended):
        merged += select_all(connection, MessageRow, _SENT, case_id=other)
    return Ties(
        goes_on_in=next((k.other_id for k in links if k.kind == MERGED and k.case_id == case_id), None),
        earlier=tuple(k.other_id for k in links if k.kind == REPEATED and k.case_id == case_id),
        later=tuple(k.case_id for k in links if k.kind == REPEATED and k.other_id == case_id),
        merged=tuple(sorted(merged, key=lambda row: (row.accepted_at, row.position))),
        transfers=select_all(connection, CaseTransferRow, _TRANSFERS, case_id=case_id),
        versions=_versions(connection, ended),
    )


def _all_ended(connection: Connection, found: list[str]) -> list[str]:
    """These cases and those that had ended in them before."""
    known = list(found)
    for case_id in known:
        links = select_all(connection, CaseLinkRow, _LINKS, case_id=case_id)
        known += [
            k.case_id for k in links if k.kind == MERGED and k.other_id == case_id and k.case_id not in known
        ]
    return known


def _versions(connection: Connection, case_ids: list[str]) -> Mapping[str, int]:
    scopes = [case_scope(case_id) for case_id in case_ids]
    if not scopes:
        return {}
    rows = connection.execute(select(fact_versions).where(fact_versions.c.scope.in_(scopes)))
    return dict.fromkeys(scopes, 0) | {row.scope: row.version for row in rows}
