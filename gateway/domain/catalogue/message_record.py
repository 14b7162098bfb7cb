"""Reads one types/<slug>.json into a MessageType. Whether its names exist is checked by loading.py."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gateway.domain.catalogue.model import ActRule, Field, FieldRule, MessageType, Requirement
from gateway.domain.catalogue.record import Record
from gateway.domain.catalogue.type_spec import Kind, Structure, TypeSpec, parse_type
from gateway.domain.catalogue.vocabulary import Vocabulary, read_pilot
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId, RuleId, StateId
from gateway.domain.urgency import Urgency, UrgencyRule


def read_message(
    document: Any, where: str, words: Vocabulary, structures: Mapping[str, Structure]
) -> MessageType:
    """The message type in a parsed file. Raises: CatalogueError for what is missing, unknown or of a wrong type."""
    with Record(document, where) as row:
        name = row.text("name")
        states_named, states = _states(row.value("states"), words, where)
        post_state = row.text_or_none("post_state")
        return MessageType(
            name=name,
            slug=name.replace(".", "-").replace("_", "-"),
            version=row.text("version"),
            title=row.text("title"),
            title_en=row.text("title_en"),
            senders=_roles(row, "senders"),
            pilot_senders=read_pilot(row.record_or_none("pilot_senders")),
            recipients=_roles(row, "recipients"),
            owner_desk=_roles(row, "owner_desk"),
            reads_as=_reads_as(row.record("reads_as")),
            owner_after=_roles(row, "owner_after"),
            purposes=tuple(map(PurposeId, row.texts("purposes"))),
            purposes_last=tuple(map(PurposeId, row.texts("purposes_last"))),
            states=states,
            states_named=states_named,
            post_state=None if post_state is None else StateId(post_state),
            opens_case=row.flag("opens_case"),
            opens=row.texts("opens"),
            requires=tuple(_requirement(each) for each in row.records("requires")),
            recipient_requires=_recipient_requires(row.record("recipient_requires")),
            reply_types=row.texts("replies"),
            reply_note=row.text("reply_note"),
            trigger=row.text("trigger"),
            basis=row.text("basis"),
            note=row.text("note"),
            urgency=_urgency(row.record("urgency")),
            acts=tuple(_act(each) for each in row.records("acts")),
            rules=tuple(_field_rule(each) for each in row.records("rules")),
            fields=_fields(row, words, structures),
        )


def _roles(row: Record, key: str) -> tuple[RoleId, ...]:
    return tuple(map(RoleId, row.texts(key)))


def _states(value: Any, words: Vocabulary, where: str) -> tuple[str | None, tuple[StateId, ...]]:
    """A list of states, or the name of a set of them."""
    if isinstance(value, str):
        if value not in words.state_sets:
            raise CatalogueError(f"{where}: unknown state set {value}")
        return value, words.state_sets[value]
    with Record({"states": value}, where) as row:
        return None, tuple(map(StateId, row.texts("states")))


def _reads_as(record: Record) -> Mapping[RoleId, tuple[PurposeId, ...]]:
    with record as row:
        return MappingProxyType(
            {RoleId(role): tuple(map(PurposeId, row.texts(role))) for role in row.names()}
        )


def _requirement(record: Record) -> Requirement:
    with record as row:
        states = row.texts_or_none("states")
        return Requirement(
            key=row.text("key"),
            rule=RuleId(row.text("rule")),
            states=None if states is None else tuple(map(StateId, states)),
        )


def _recipient_requires(record: Record) -> Mapping[RoleId, Requirement]:
    with record as row:
        return MappingProxyType({RoleId(role): _requirement(row.record(role)) for role in row.names()})


def _urgency(record: Record) -> UrgencyRule:
    with record as row:
        values = row.record_or_none("values")
        rule = UrgencyRule(
            text=row.text("text"),
            most_urgent=_level(row.text("most_urgent"), row.where),
            by_fact=row.text_or_none("by_fact"),
            values=MappingProxyType(
                {code: _level(values.text(code), row.where) for code in values.names()} if values else {}
            ),
            inherits=row.flag("inherits", default=False),
        )
    if any(level < rule.most_urgent for level in rule.values.values()):
        raise CatalogueError(f"{record.where}: a value is more urgent than the most urgent")
    return rule


def _level(text: str, where: str) -> Urgency:
    try:
        return Urgency(text)
    except ValueError:
        raise CatalogueError(f"{where}: {text!r} is no urgency") from None


def _act(record: Record) -> ActRule:
    with record as row:
        when = row.record_or_none("when")
        return ActRule(
            action=row.text("action"),
            when=MappingProxyType(
                {name: _values(when.value(name), row.where) for name in when.names()} if when else {}
            ),
            states_in=frozenset(map(StateId, row.texts_or_none("in") or ())),
            states_not_in=frozenset(map(StateId, row.texts_or_none("not_in") or ())),
            senders=frozenset(map(RoleId, row.texts_or_none("senders") or ())),
            declared=row.flag("declared", default=False),
            by_hub=row.flag("by_hub", default=False),
        )


def _values(value: Any, where: str) -> tuple[bool | str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(each, bool | str) for each in values):
        raise CatalogueError(f"{where}: a fact is compared with yes, no or codes")
    return tuple(values)


def _field_rule(record: Record) -> FieldRule:
    with record as row:
        rule = row.text("rule")
        if rule not in {"required_if", "required_unless"}:
            raise CatalogueError(f"{row.where}: unknown rule {rule}")
        (equals,) = _values(row.value("equals"), row.where)
        return FieldRule(
            fields=row.texts("fields"),
            field=row.text("field"),
            equals=equals,
            unless=rule == "required_unless",
        )


def _fields(row: Record, words: Vocabulary, structures: Mapping[str, Structure]) -> tuple[Field, ...]:
    fields = tuple(_field(each, words, structures) for each in row.records("fields"))
    if len({field.name for field in fields}) != len(fields):
        raise CatalogueError(f"{row.where}: a field stands twice")
    return fields


def _field(record: Record, words: Vocabulary, structures: Mapping[str, Structure]) -> Field:
    with record as row:
        text = row.text("type")
        spec = _spec(row, text, words, structures)
        reason = row.text_or_none("fact")
        return Field(
            name=row.text("name"),
            type=text,
            kind=spec.mask_kind,
            category=CategoryId(row.text("category")),
            required=row.flag("required"),
            is_fact=reason is not None,
            fact_reason=reason or "",
            spec=spec,
        )


def _spec(row: Record, text: str, words: Vocabulary, structures: Mapping[str, Structure]) -> TypeSpec:
    """The type; a bare `enum` takes its codes from a list of the vocabulary, so that they are written once."""
    source = row.text_or_none("codes_from")
    if text != "enum" and source is None:
        return parse_type(text, structures=structures, named_codes={"rol": tuple(words.roles)})
    if text != "enum" or source != "categories":
        raise CatalogueError(f"{row.where}: only an enum takes its codes from elsewhere, from categories")
    return TypeSpec(kind=Kind.ENUM, codes=tuple(words.categories))
