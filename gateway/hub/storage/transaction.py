"""One transaction over many changes: check what each was decided on, write set-wise, log last.

Order: (1) lock the facts that the changes read, in one order for all, so that two hubs never wait for each other in a
circle; (2) tell which changes were decided on facts that moved since, the earlier changes of this transaction
included; (3) give delivery numbers; (4) judge and write the rows, table by table; (5) raise the versions of what
changed; (6) append to the log, whose head every transaction needs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Final

from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from gateway.domain.errors import SchakelError
from gateway.hub.storage.changes import Change, Judgement, Lane, Moved, Removal, Revision, Written
from gateway.hub.storage.columns import metadata
from gateway.hub.storage.log_append import append
from gateway.hub.storage.rows import Row
from gateway.hub.storage.tables import TABLE_OF, deliveries, fact_versions

Outcome = Written | Moved | SchakelError
"""What became of one change, or why nothing of it was written."""

_COLUMNS = {row: tuple(column.name for column in fields(row)) for row in TABLE_OF}
_LOCKED_VERSIONS: Final = (
    select(fact_versions)
    .where(fact_versions.c.scope.in_(bindparam("scopes", expanding=True)))
    .order_by(fact_versions.c.scope)
    .with_for_update()
)
_LANE: Final = (deliveries.c.case_id, deliveries.c.oin, deliveries.c.role)
_LAST_NUMBERS: Final = (
    select(*_LANE, func.max(deliveries.c.number).label("last"))
    .where(tuple_(*_LANE).in_(bindparam("lanes", expanding=True)))
    .group_by(*_LANE)
)
_NEW_VERSION: Final = insert(fact_versions)
_RAISED_VERSION: Final = (
    update(fact_versions)
    .where(fact_versions.c.scope == bindparam("key_scope"))
    .values(version=bindparam("new_version"))
)
_SCOPES_AT_ONCE: Final = 500  # SQLite takes 32,766 parameters; a batch stays far below


def write(connection: Connection, changes: Sequence[Change]) -> list[Outcome]:
    """Writes the changes inside the transaction of `connection`, and gives one outcome for each, in order.

    The caller commits. Raises SQLAlchemyError when the database refuses one of them: then none may be committed.
    """
    versions = _locked_versions(connection, changes)  # (1)
    moved, standing = _sort_out(changes, versions)  # (2)
    outcomes: dict[int, Outcome] = dict(moved)
    numbers = _number(connection, [changes[place] for place in standing])  # (3)
    judged: dict[int, Judgement] = {}
    for place, mine in zip(standing, numbers, strict=True):
        try:
            judged[place] = changes[place].judge(mine)
        except SchakelError as refusal:
            outcomes[place] = refusal
    _write_rows(connection, judged.values())  # (4)
    _raise_versions(connection, versions, [changes[place] for place in judged])  # (5)
    placed = append(connection, [changes[place] for place in judged])  # (6)
    for place, placement in zip(judged, placed, strict=True):
        outcomes[place] = Written(placement=placement, answer=judged[place].answer)
    return [outcomes[place] for place in range(len(changes))]


def _locked_versions(connection: Connection, changes: Sequence[Change]) -> dict[str, int]:
    scopes = sorted({scope for change in changes for scope in (*change.reads, *change.touches)})
    versions: dict[str, int] = {}
    for start in range(0, len(scopes), _SCOPES_AT_ONCE):
        wanted = scopes[start : start + _SCOPES_AT_ONCE]
        found = connection.execute(_LOCKED_VERSIONS, {"scopes": wanted})
        versions |= {row.scope: row.version for row in found}
    return versions


def _sort_out(changes: Sequence[Change], stored: Mapping[str, int]) -> tuple[dict[int, Moved], list[int]]:
    """The places of changes of which a fact moved, with the reason, and the places of those that stand."""
    versions = dict(stored)
    moved: dict[int, Moved] = {}
    standing = []
    for place, change in enumerate(changes):
        other = [scope for scope, version in change.reads.items() if versions.get(scope, 0) != version]
        if other:
            moved[place] = Moved(f"{change.key}: {', '.join(other)}")
            continue
        standing.append(place)
        for scope in change.touches:
            versions[scope] = versions.get(scope, 0) + 1
    return moved, standing


def _number(connection: Connection, changes: Sequence[Change]) -> list[dict[Lane, int]]:
    lanes = {lane for change in changes for lane in change.lanes}
    last = dict.fromkeys(lanes, 0)
    if lanes:
        found = connection.execute(
            _LAST_NUMBERS, {"lanes": [(lane.case_id, lane.oin, lane.role) for lane in lanes]}
        )
        last |= {Lane(row.case_id, row.oin, row.role): row.last for row in found}
    numbered = []
    for change in changes:
        mine = {lane: last[lane] + 1 for lane in change.lanes}
        last |= mine
        numbered.append(mine)
    return numbered


def _write_rows(connection: Connection, judged: Iterable[Judgement]) -> None:
    inserts: dict[type[Row], list[dict[str, object]]] = defaultdict(list)
    revisions: list[Revision] = []
    removals: list[Removal] = []
    for judgement in judged:
        for row in judgement.inserts:
            inserts[type(row)].append({name: getattr(row, name) for name in _COLUMNS[type(row)]})
        revisions += judgement.revisions
        removals += judgement.removals
    for kind, table in TABLE_OF.items():
        if kind in inserts:
            connection.execute(_insertion(table.name), inserts[kind])
    _revise(connection, revisions)
    _remove(connection, removals)


def _revise(connection: Connection, revisions: Iterable[Revision]) -> None:
    alike: dict[tuple[str, tuple[str, ...], tuple[str, ...], str | None, str | None], list[Revision]] = (
        defaultdict(list)
    )
    for each in revisions:
        table = TABLE_OF[each.row].name
        alike[table, tuple(each.key), tuple(each.values), each.growing, each.unset].append(each)
    for alike_in, same in alike.items():
        connection.execute(
            _revision(*alike_in), [_prefixed("key_", r.key) | _prefixed("new_", r.values) for r in same]
        )


def _remove(connection: Connection, removals: Iterable[Removal]) -> None:
    alike: dict[tuple[str, tuple[str, ...]], list[Removal]] = defaultdict(list)
    for each in removals:
        alike[TABLE_OF[each.row].name, tuple(each.key)].append(each)
    for (table, keys), same in alike.items():
        connection.execute(_removal(table, keys), [_prefixed("key_", removal.key) for removal in same])


@cache
def _insertion(table: str) -> Insert:
    return insert(metadata.tables[table])


@cache
def _revision(
    name: str, keys: tuple[str, ...], values: tuple[str, ...], growing: str | None, unset: str | None
) -> Update:
    table = metadata.tables[name]
    statement = update(table).where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))
    if growing is not None:
        statement = statement.where(table.c[growing] < bindparam(f"new_{growing}"))
    if unset is not None:
        statement = statement.where(table.c[unset].is_(None))
    return statement.values({value: bindparam(f"new_{value}") for value in values})


@cache
def _removal(name: str, keys: tuple[str, ...]) -> Delete:
    table = metadata.tables[name]
    return delete(table).where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))


def _prefixed(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    return {prefix + name: value for name, value in values.items()}


def _raise_versions(connection: Connection, stored: Mapping[str, int], changes: Sequence[Change]) -> None:
    raised: dict[str, int] = defaultdict(int)
    for change in changes:
        for scope in change.touches:
            raised[scope] += 1
    new = [{"scope": scope, "version": count} for scope, count in raised.items() if scope not in stored]
    known = [
        {"key_scope": scope, "new_version": stored[scope] + count}
        for scope, count in raised.items()
        if scope in stored
    ]
    if new:
        connection.execute(_NEW_VERSION, new)
    if known:
        connection.execute(_RAISED_VERSION, known)
