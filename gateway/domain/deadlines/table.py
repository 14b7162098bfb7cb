"""Reads deadlines.json and holds it against the catalogue: a clock that looks at a field that never travels in clear,
or wakes a role that does not exist, is an error at the start and not a silence at night.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from gateway.domain.catalogue import Catalogue, catalogue
from gateway.domain.catalogue.record import Record
from gateway.domain.deadlines.length import ByFact, Counted, Earliest, Length, Stated, Tie, Unit
from gateway.domain.deadlines.model import (
    ChangeRule,
    ClockRules,
    Deadline,
    Ending,
    ExtensionRule,
    From,
    Handbook,
    Identity,
    Kind,
    Match,
    OwnerRule,
    PartyGroup,
    StartRule,
    StepRule,
    StopRule,
    Trigger,
)
from gateway.domain.deadlines.table_check import check_deadlines
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import RoleId
from gateway.domain.urgency import Urgency

_UNITS: Final = {unit.value: unit for unit in Unit}


@cache
def deadlines() -> Mapping[str, Deadline]:
    """Every deadline by id, in the order of the handbook, read once.

    Raises: CatalogueError when the table contradicts itself or the catalogue.
    """
    text = (files("gateway.domain.deadlines") / "deadlines.json").read_text(encoding="utf-8")
    return read_deadlines(json.loads(text), catalogue())


def read_deadlines(document: Any, words: Catalogue) -> Mapping[str, Deadline]:
    """The deadlines in a parsed file. Raises: CatalogueError."""
    try:
        with Record(document, "deadlines.json") as record:
            rows = [_deadline(row) for row in record.records("deadlines")]
    except ValueError as error:  # a word that is in none of the vocabularies of model.py
        raise CatalogueError(f"deadlines.json: {error}") from error
    check_deadlines(rows, words)
    return MappingProxyType({row.id: row for row in rows})


def clock_deadlines() -> list[tuple[Deadline, ClockRules]]:
    """The deadlines that have a clock, with the rules of it."""
    return [(each, each.rules) for each in deadlines().values() if each.rules is not None]


def rules_of(deadline: str) -> ClockRules:
    """The rules of the clock of a deadline. Raises: KeyError when there is no such clock."""
    rules = deadlines()[deadline].rules
    if rules is None:
        raise KeyError(deadline)
    return rules


def _deadline(row: Record) -> Deadline:
    with row:
        rules = row.record_or_none("rules")
        return Deadline(
            id=row.text("id"),
            name=row.text("name"),
            name_nl=row.text("name_nl"),
            kind=Kind(row.text("kind")),
            basis=row.text("basis"),
            status=row.text("status"),
            handbook=_handbook(row.record("handbook")),
            rules=None if rules is None else _rules(rules),
        )


def _handbook(row: Record) -> Handbook:
    with row:
        return Handbook(
            length=row.text("length"),
            start=row.text("start"),
            stop=row.text("stop"),
            owner=row.text("owner"),
            behaviour=row.text("behaviour"),
        )


def _rules(row: Record) -> ClockRules:
    with row:
        due, cap = row.value("due"), row.value("cap")
        return ClockRules(
            identity=Identity(row.text("identity")),
            ending=Ending(row.text("ending")),
            tie=Tie(row.text("tie")),
            due=None if due is None else read_length(due, row.where),
            cap=None if cap is None else _counted(cap, row.where),
            owner=_owner(row.record("owner")),
            task_nl=row.text("task_nl"),
            task_en=row.text("task_en"),
            starts=tuple(_start(each) for each in row.records("starts")),
            changes=tuple(_change(each) for each in row.records("changes")),
            stops=tuple(_stop(each) for each in row.records("stops")),
            steps=tuple(_step(each) for each in row.records("steps")),
            act=row.text_or_none("act"),
            follows=row.text_or_none("follows"),
            by_hand=row.flag("by_hand", default=True),
            by_correction=row.flag("by_correction", default=False),
            outlives_case=row.flag("outlives_case", default=False),
            extension=_extension(row),
        )


def _extension(rules: Record) -> ExtensionRule | None:
    row = rules.record_or_none("extension")
    if row is None:
        return None
    with row:
        return ExtensionRule(by=_counted(row.value("by"), row.where), reasons=row.texts("reasons"))


def _owner(row: Record) -> OwnerRule:
    with row:
        return OwnerRule(
            roles=_roles(row.texts("roles")),
            fact=row.text_or_none("fact"),
            party=row.flag("party", default=False),
        )


def _start(row: Record) -> StartRule:
    with row:
        return StartRule(
            trigger=_trigger(row.record("on")),
            at=row.text("at"),
            parties=tuple(_group(each) for each in _records(row, "parties")),
            armed=row.flag("armed", default=True),
            again=row.flag("again", default=False),
        )


def _change(row: Record) -> ChangeRule:
    with row:
        due = row.record_or_none("due")
        return ChangeRule(
            trigger=_trigger(row.record("on")),
            match=Match(row.text("match")),
            due=None if due is None else read_length(due.entries(), row.where),
            owner_fact=row.text_or_none("owner_fact"),
            check_fact=row.text_or_none("check_fact"),
            subject_fact=row.text_or_none("subject_fact"),
        )


def _stop(row: Record) -> StopRule:
    with row:
        return StopRule(
            trigger=_trigger(row.record("on")),
            match=Match(row.text("match")),
            at=row.texts("at"),
            or_registered=row.flag("or_registered", default=False),
            within=row.flag("within", default=False),
            subject_fact=row.text_or_none("subject_fact"),
            added=row.text_or_none("added") or "",
        )


def _step(row: Record) -> StepRule:
    with row:
        every = row.record_or_none("every")
        return StepRule(
            name=row.text("step"),
            counted_from=From(row.text("from")),
            offset=_counted(row.value("offset"), row.where),
            urgency=Urgency(row.text("urgency")),
            every=None if every is None else _counted(every.entries(), row.where),
            also=_roles(row.texts_or_none("also") or ()),
        )


def _trigger(row: Record) -> Trigger:
    with row:
        return Trigger(message=row.text("message"), when=_values(row, "when"), unless=_values(row, "unless"))


def _values(row: Record, key: str) -> Mapping[str, tuple[bool | str, ...]]:
    values = row.record_or_none(key)
    return MappingProxyType({} if values is None else {k: tuple(v) for k, v in values.entries().items()})


def _records(row: Record, key: str) -> list[Record]:
    return row.records(key) if key in row.names() else []


def _group(row: Record) -> PartyGroup:
    with row:
        return PartyGroup(
            name=row.text("name"),
            roles=_roles(row.texts_or_none("roles") or ()),
            fact=row.text_or_none("fact"),
            optional=row.flag("optional", default=False),
            outside=row.flag("outside", default=False),
            told_by=_roles(row.texts_or_none("told_by") or ()),
        )


def read_length(value: Any, where: str) -> Length:
    """A length as it stands in the table. Raises: CatalogueError."""
    row = Record(value, where)
    match row.names():
        case ("fact",):
            return Stated(fact=row.text("fact"))
        case ("earliest",):
            return Earliest(
                parts=tuple(read_length(each.entries(), where) for each in row.records("earliest"))
            )
        case ("by", "values"):
            values = row.record("values").entries()
            lengths = {key: read_length(each, where) for key, each in values.items()}
            return ByFact(fact=row.text("by"), values=MappingProxyType(lengths))
        case _:
            return _counted(value, where)


def _counted(value: Any, where: str) -> Counted:
    with Record(value, where) as row:
        flag = row.text_or_none("flag")
        units = [name for name in row.names() if name in _UNITS]
        count = row.number_or_none(units[0]) if len(units) == 1 else None
        if count is None:
            raise CatalogueError(f"{where}: a length counts in one unit")
        return Counted(unit=_UNITS[units[0]], count=count, flag=flag)


def _roles(names: Iterable[str]) -> tuple[RoleId, ...]:
    return tuple(map(RoleId, names))
