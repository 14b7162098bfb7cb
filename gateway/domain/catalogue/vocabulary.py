"""Reads structures.json, vocabulary.json and rules.json: the words that message types are made of.

Raises CatalogueError at the first contradiction; what is returned is consistent in itself.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from gateway.domain.catalogue.model import (
    PREVIOUS,
    START,
    Category,
    Condition,
    Label,
    PilotRoles,
    Role,
    RuleText,
    Transition,
)
from gateway.domain.catalogue.record import Record
from gateway.domain.catalogue.type_spec import Member, Structure, parse_type
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import AgencyKind, CategoryId, MaskId, PurposeId, RoleId, RuleId, StateId

_K = TypeVar("_K", bound=str)
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The closed lists, each by identifier, in the order of the file."""

    agencies: Mapping[AgencyKind, str]
    roles: Mapping[RoleId, Role]
    categories: Mapping[CategoryId, Category]
    masks: Mapping[MaskId, Label]
    purposes: Mapping[PurposeId, Label]
    conditions: Mapping[str, Condition]
    obligations: Mapping[str, str]
    states: Mapping[StateId, Label]
    state_sets: Mapping[str, tuple[StateId, ...]]
    transitions: Mapping[str, Transition]
    rules: Mapping[RuleId, RuleText]


def read_vocabulary(document: Any, rules: Any) -> Vocabulary:
    """The vocabulary in a parsed vocabulary.json, with the words of a parsed rules.json. Raises: CatalogueError."""
    with Record(document, "vocabulary") as record, Record({"rules": rules}, "policy") as policy:
        vocabulary = Vocabulary(
            agencies=_table(record, "agencies", AgencyKind, lambda _, row: row.text("label")),
            roles=_table(record, "roles", RoleId, _role),
            categories=_table(record, "categories", CategoryId, _category),
            masks=_table(record, "masks", MaskId, _label),
            purposes=_table(record, "purposes", PurposeId, _label),
            conditions=_table(record, "conditions", str, _condition),
            obligations=_table(record, "obligations", str, _obligation),
            states=_table(record, "states", StateId, _label),
            state_sets=_state_sets(record.record("state_sets")),
            transitions=_table(record, "transitions", str, _transition),
            rules=_table(policy, "rules", RuleId, _rule),
        )
    _check(vocabulary)
    return vocabulary


def read_structures(document: Any) -> Mapping[str, Structure]:
    """The structured types in a parsed structures.json; a type may use those above it. Raises: CatalogueError."""
    structures: dict[str, Structure] = {}
    for name, value in Record(document, "structures").entries().items():
        with Record(value, f"structures.{name}") as row:
            members = tuple(_member(each, structures) for each in row.records("members"))
            structures[name] = Structure(name=name, note=row.text("note"), members=members)
    return MappingProxyType(structures)


def _member(record: Record, structures: Mapping[str, Structure]) -> Member:
    with record as row:
        spec = parse_type(
            row.text("type"), structures=structures, named_codes={}, maximum=row.number_or_none("maximum")
        )
        return Member(name=row.text("name"), spec=spec, required=row.flag("required"))


def _table(
    record: Record, key: str, name: Callable[[str], _K], read: Callable[[_K, Record], _V]
) -> Mapping[_K, _V]:
    rows: dict[_K, _V] = {}
    for text, value in record.record(key).entries().items():
        with Record(value, f"{key}.{text}") as row:
            rows[name(text)] = read(name(text), row)
    return MappingProxyType(rows)


def _role(name: RoleId, row: Record) -> Role:
    return Role(
        id=name,
        agencies=tuple(map(AgencyKind, row.texts("agencies"))),
        label=row.text("label"),
        label_en=row.text("label_en"),
        always_perpetrator_side=row.flag("always_perpetrator_side"),
        never_on_a_side=row.flag("never_on_a_side"),
    )


def _category(name: CategoryId, row: Record) -> Category:
    sensitivity = row.number_or_none("sensitivity")
    if sensitivity not in {1, 2, 3, 4, 5}:
        raise CatalogueError(f"category {name}: sensitivity runs from 1 to 5")
    return Category(id=name, label=row.text("label"), label_en=row.text("label_en"), sensitivity=sensitivity)


def _label(_: str, row: Record) -> Label:
    return Label(nl=row.text("label"), en=row.text("label_en"))


def _condition(name: str, row: Record) -> Condition:
    return Condition(
        id=name, context=row.text("context"), derived=row.flag("derived"), meaning=row.text("meaning")
    )


def _obligation(_: str, row: Record) -> str:
    row.text("applies_to")
    row.text("basis")
    return row.text("meaning")


def _rule(_: RuleId, row: Record) -> RuleText:
    return RuleText(nl=row.text("nl"), en=row.text("en"), article=row.text("article"))


def _transition(action: str, row: Record) -> Transition:
    to_state = row.text_or_none("to_state")
    return Transition(
        id=row.text("id"),
        action=action,
        from_states=tuple(map(StateId, row.texts("from_states"))),
        to_state=None if to_state is None else StateId(to_state),
        roles=tuple(map(RoleId, row.texts("roles"))),
        pilot_roles=read_pilot(row.record_or_none("pilot_roles")),
        by_timer=row.flag("by_timer"),
        basis=row.text("basis"),
    )


def read_pilot(record: Record | None) -> PilotRoles | None:
    """Roles behind a pilot flag, or None."""
    if record is None:
        return None
    with record as row:
        return PilotRoles(key=row.text("key"), roles=tuple(map(RoleId, row.texts("roles"))))


def _state_sets(record: Record) -> Mapping[str, tuple[StateId, ...]]:
    with record as row:
        return MappingProxyType({name: tuple(map(StateId, row.texts(name))) for name in row.names()})


def _check(words: Vocabulary) -> None:
    for role in words.roles.values():
        check_known(role.agencies, words.agencies, f"role {role.id}")
    for name, states in words.state_sets.items():
        check_known(states, words.states, f"state set {name}")
    for transition in words.transitions.values():
        where = f"transition {transition.action}"
        pilots = transition.pilot_roles.roles if transition.pilot_roles else ()
        check_known((*transition.roles, *pilots), words.roles, where)
        check_known(transition.from_states, {*words.states, START}, where)
        if transition.to_state is not None:
            check_known((transition.to_state,), {*words.states, PREVIOUS}, where)
        if transition.by_timer != (not transition.roles):
            raise CatalogueError(f"{where}: made by the timer or by roles, not by both or neither")


def check_known(names: Iterable[str], known: Container[str], where: str) -> None:
    """Raises: CatalogueError when a name is not one of the known."""
    if unknown := [name for name in names if name not in known]:
        raise CatalogueError(f"{where}: unknown {unknown}")
