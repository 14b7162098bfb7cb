"""What the catalogue holds: message types with their fields, and the vocabulary that they use.

Values only. They are made by loading.py from the files beside this module, which are the one source of all of
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain.catalogue.type_spec import Structure, TypeSpec
from gateway.domain.errors import UnknownMessageType
from gateway.domain.identifiers import AgencyKind, CategoryId, MaskId, PurposeId, RoleId, RuleId, StateId
from gateway.domain.urgency import UrgencyRule

START: Final = StateId("(start)")
"""There is no case yet."""
PREVIOUS: Final = StateId("vorige")
"""Target of a transition that goes back to the state before the suspension."""
ANYONE: Final = RoleId("*")
"""Sender and recipient of system messages: every role."""
_OF_ANOTHER: Final = "the "  # how a rule cites that its article is that of the row, message, act or question


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a message. `type` is the text in the catalogue, `kind` the name in the table of masks.

    A fact travels in clear to the hub; `fact_reason` names the clock, transition or condition that needs it.
    """

    name: str
    type: str
    kind: str
    category: CategoryId
    required: bool
    is_fact: bool
    fact_reason: str
    spec: TypeSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """Fields that are required when another field has a value, or, with `unless`, whenever it has not."""

    fields: tuple[str, ...]
    field: str
    equals: bool | str
    unless: bool

    def applies(self, content: Mapping[str, object]) -> bool:
        """Whether the fields are required in this content."""
        value = content.get(self.field)
        same = type(value) is type(self.equals) and value == self.equals
        return same is not self.unless


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRule:
    """Which transition a message records, by its facts, its sender and the state of the case.

    Holds when every field in `when` has one of its values, the state is in `states_in` (empty: any) and not
    in `states_not_in`, and the sender is in `senders` (empty: any). `declared`: facts cannot tell, so the
    sender names the act. `by_hub`: the hub applies it itself, and no power of the sender is judged.
    """

    action: str
    when: Mapping[str, tuple[bool | str, ...]]
    states_in: frozenset[StateId]
    states_not_in: frozenset[StateId]
    senders: frozenset[RoleId]
    declared: bool
    by_hub: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A context key that must be true (in `states` only, when named), else `rule` refuses the message."""

    key: str
    rule: RuleId
    states: tuple[StateId, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotRoles:
    """Roles that count only while a pilot flag (a context key) is on."""

    key: str
    roles: tuple[RoleId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """One type of message.

    Tuples keep the order of the catalogue, which is an order of preference for purposes.
    """

    name: str
    slug: str
    version: str
    title: str
    title_en: str
    senders: tuple[RoleId, ...]
    pilot_senders: PilotRoles | None
    recipients: tuple[RoleId, ...]
    owner_desk: tuple[RoleId, ...]
    reads_as: Mapping[RoleId, tuple[PurposeId, ...]]
    owner_after: tuple[RoleId, ...]
    purposes: tuple[PurposeId, ...]
    purposes_last: tuple[PurposeId, ...]
    states: tuple[StateId, ...]
    states_named: str | None
    post_state: StateId | None
    opens_case: bool
    opens: tuple[str, ...]
    requires: tuple[Requirement, ...]
    recipient_requires: Mapping[RoleId, Requirement]
    reply_types: tuple[str, ...]
    reply_note: str
    trigger: str
    basis: str
    note: str
    urgency: UrgencyRule
    acts: tuple[ActRule, ...]
    rules: tuple[FieldRule, ...]
    fields: tuple[Field, ...]

    @property
    def event_type(self) -> str:
        """The CloudEvents `type` (NL GOV profile)."""
        return f"nl.huisverboden.{self.slug}.v{self.version.partition('.')[0]}"

    @property
    def schema_uri(self) -> str:
        """The CloudEvents `dataschema`."""
        return f"https://schakel.example/v1/schemas/{self.slug}/{self.version}"

    def field(self, name: str) -> Field:
        """The field of that name. Raises: KeyError."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role, the kinds of agency that may carry it, and what its nature says of the side on which it stands.

    `never_on_a_side`: a public authority that owes its task to everyone in the household. A role that is neither, such
    as a care provider or a casemanager, has the side that was recorded for the case, and none before that.
    """

    id: RoleId
    agencies: tuple[AgencyKind, ...]
    label: str
    label_en: str
    always_perpetrator_side: bool
    never_on_a_side: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of data; `sensitivity` runs from 1 (process data) to 5."""

    id: CategoryId
    label: str
    label_en: str
    sensitivity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person reads for an identifier, in Dutch and in English."""

    nl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of the matrix and the context key that answers it."""

    id: str
    context: str
    derived: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """Why a rule refuses or allows, and the article. Written from the METADATA of the policy."""

    nl: str
    en: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """An act on the state of a case.

    `to_state` None: no change; PREVIOUS: the state before the suspension.
    """

    id: str
    action: str
    from_states: tuple[StateId, ...]
    to_state: StateId | None
    roles: tuple[RoleId, ...]
    pilot_roles: PilotRoles | None
    by_timer: bool
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything above, by name. Mappings keep the order of the files; message types are ordered by name."""

    messages: tuple[MessageType, ...]
    by_name: Mapping[str, MessageType]
    by_slug: Mapping[str, MessageType]
    structures: Mapping[str, Structure]
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

    def message(self, name: str) -> MessageType:
        """The message type of that name. Raises: UnknownMessageType."""
        try:
            return self.by_name[name]
        except KeyError:
            raise UnknownMessageType from None

    def rule_text(self, rule: str) -> RuleText:
        """The sentences and article of a rule. Raises: KeyError for a rule that is not on the closed list."""
        return self.rules[RuleId(rule)]

    def words(self, rule: str) -> RuleText:
        """What can be said of a rule where its decision is not at hand: its own words, never those of another rule.

        A rule that this release does not know, of a later policy, is only named. No article where the rule rests on
        that of a row, a message or an act, which only the decision knows.
        """
        known = self.rules.get(RuleId(rule))
        if known is None:
            return RuleText(nl=f"Regel {rule}.", en=f"Rule {rule}.", article="")
        return replace(known, article="") if known.article.startswith(_OF_ANOTHER) else known
