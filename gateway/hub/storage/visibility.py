"""Reads what decides whether cases may stand in a list of a person: a few queries, however many cases are asked about.

The same queries run for cases that do not exist.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from gateway.hub.storage.case_links import Ties
from gateway.hub.storage.changes import agency_scope, case_scope
from gateway.hub.storage.deliveries import Outcome
from gateway.hub.storage.rows import AssignmentRow, CaseRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.situations import Received, Situation, load_duties
from gateway.hub.storage.tables import assignments, cases, deliveries, fact_versions, messages

_IDS: Final[BindParameter[list[str]]] = bindparam("case_ids", expanding=True)
_CASES: Final = select(cases).where(cases.c.case_id.in_(_IDS))
_ASSIGNED: Final = select(assignments).where(
    assignments.c.case_id.in_(_IDS), assignments.c.ended_at.is_(None)
)
_RECEIVED: Final = (
    select(deliveries.c.case_id, deliveries.c.oin, deliveries.c.role)
    .where(
        deliveries.c.case_id.in_(_IDS),
        or_(deliveries.c.outcome.is_(None), deliveries.c.outcome != Outcome.RECALLED.value),
    )
    .distinct()
)
_SENT: Final = (
    select(messages.c.case_id, messages.c.oin, messages.c.role).where(messages.c.case_id.in_(_IDS)).distinct()
)
_VERSIONS: Final = select(fact_versions).where(fact_versions.c.scope.in_(bindparam("scopes", expanding=True)))
_UNTIED: Final = Ties(goes_on_in=None, earlier=(), later=(), merged=(), transfers=(), versions={})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """A case that is asked about. `situation` holds what access depends on and nothing else: the case, who works on it
    now, which roles were written to (without the messages), and the duties of the asking agency that hold now.
    `senders` are the agencies and roles that sent a message in it."""

    situation: Situation
    senders: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Address:
    case_id: str
    oin: str
    role: str


_R = TypeVar("_R", AssignmentRow, _Address)


def load_listed(
    connection: Connection, case_ids: Collection[str], *, oin: str, now: str
) -> Mapping[str, ListedCase]:
    """By case id, for the agency `oin` at `now` (RFC 3339 text)."""
    ids = list(case_ids)
    known = {row.case_id: row for row in select_all(connection, CaseRow, _CASES, case_ids=ids)}
    assigned = _by_case(select_all(connection, AssignmentRow, _ASSIGNED, case_ids=ids))
    reached = _by_case(select_all(connection, _Address, _RECEIVED, case_ids=ids))
    sent = _by_case(select_all(connection, _Address, _SENT, case_ids=ids))
    duties = load_duties(connection, oin=oin, now=now)
    agency = agency_scope(oin)
    scopes = [agency, *(case_scope(case_id) for case_id in ids)]
    versions = dict.fromkeys(scopes, 0) | {
        row.scope: row.version for row in connection.execute(_VERSIONS, {"scopes": scopes})
    }
    return {
        case_id: ListedCase(
            situation=Situation(
                case_id=case_id,
                case=known.get(case_id),
                states=(),
                sent=(),
                received=tuple(Received(each.oin, each.role, "") for each in reached[case_id]),
                assignments=tuple(assigned[case_id]),
                duties=duties,
                roster=duties,
                clocks=(),
                mandates=(),
                statements=(),
                pilots=(),
                ties=_UNTIED,
                versions={scope: versions[scope] for scope in (agency, case_scope(case_id))},
            ),
            senders=frozenset((each.oin, each.role) for each in sent[case_id]),
        )
        for case_id in ids
    }


def _by_case(rows: Iterable[_R]) -> Mapping[str, list[_R]]:
    found: dict[str, list[_R]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found
