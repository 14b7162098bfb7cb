"""Reads what a case is linked to: cases it was merged with, its earlier cases, and where its dwelling was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from gateway.hub.storage.case_rows import CaseLinkRow, CaseTransferRow
from gateway.hub.storage.case_tables import case_links, case_transfers
from gateway.hub.storage.changes import case_scope
from gateway.hub.storage.rows import CaseRow, MessageRow
from gateway.hub.storage.selecting import select_all, select_one
from gateway.hub.storage.tables import assignments, cases, deliveries, fact_versions, messages

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
_CASE: Final = select(cases).where(cases.c.case_id == _ID)
_ASSIGNED: Final = select(assignments.c.oin).where(assignments.c.case_id == _ID)
_SENT_TO: Final = select(deliveries.c.oin).where(deliveries.c.case_id == _ID)
_SENT: Final = select(messages).where(messages.c.case_id == _ID).order_by(messages.c.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCase:
    """A case that another one points to, and the agencies for which it exists beside the competent ones."""

    case_id: str
    municipality: str
    involved: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """`goes_on_in` is the case in which this one goes on, at the end of the line; `earlier` and `later` are those of
    repeated bans. `merged` are the messages of the cases that ended in this one, whose facts count here. `versions`
    are those of the facts of these cases."""

    goes_on_in: OtherCase | None
    earlier: tuple[OtherCase, ...]
    later: tuple[OtherCase, ...]
    merged: tuple[MessageRow, ...]
    transfers: tuple[CaseTransferRow, ...]
    versions: Mapping[str, int]


def load_ties(connection: Connection, case_id: str) -> Ties:
    """What the case is tied to; all of it empty for a case that is not there."""
    links = select_all(connection, CaseLinkRow, _LINKS, case_id=case_id)
    ended = _all_ended(connection, [k.case_id for k in links if k.kind == MERGED and k.other_id == case_id])
    merged: list[MessageRow] = []
    for other in ended:
        merged += select_all(connection, MessageRow, _SENT, case_id=other)
    return Ties(
        goes_on_in=_continuation(connection, case_id),
        earlier=_others(
            connection, [k.other_id for k in links if k.kind == REPEATED and k.case_id == case_id]
        ),
        later=_others(connection, [k.case_id for k in links if k.kind == REPEATED and k.other_id == case_id]),
        merged=tuple(sorted(merged, key=lambda row: (row.accepted_at, row.position))),
        transfers=select_all(connection, CaseTransferRow, _TRANSFERS, case_id=case_id),
        versions=_versions(connection, ended),
    )


def _continuation(connection: Connection, case_id: str) -> OtherCase | None:
    last = case_id
    while (following := _next(connection, last)) is not None:
        last = following  # a line without a circle: only a case that goes on nowhere is merged into
    return None if last == case_id else next(iter(_others(connection, [last])), None)


def _others(connection: Connection, case_ids: list[str]) -> tuple[OtherCase, ...]:
    found = []
    for case_id in case_ids:
        case = select_one(connection, CaseRow, _CASE, case_id=case_id)
        if case is None:
            continue
        key = {"case_id": case_id}
        rows = [*connection.execute(_ASSIGNED, key), *connection.execute(_SENT_TO, key)]
        involved = frozenset({case.opened_by, *(row.oin for row in rows)})
        found.append(OtherCase(case_id=case_id, municipality=case.municipality, involved=involved))
    return tuple(found)


def _next(connection: Connection, case_id: str) -> str | None:
    links = select_all(connection, CaseLinkRow, _LINKS, case_id=case_id)
    return next((k.other_id for k in links if k.kind == MERGED and k.case_id == case_id), None)


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
