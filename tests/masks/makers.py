"""Makes decisions, readers and mask contexts for the tests of masks, by hand and by Hypothesis."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from gateway.domain.case import Side
from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.decision import FieldDecision, Obligation, RecipientDecision, Verdict
from gateway.domain.identifiers import MaskId, Oin, PersonId, PurposeId, RoleId, RuleId
from gateway.node.masks import MaskContext
from gateway.node.reader import Reader

AT = datetime(2026, 3, 1, 2, 10, tzinfo=UTC)
PURPOSE = PurposeId("screening")
MASKS = sorted(catalogue().masks)
OBLIGATIONS = (
    Obligation(id="O_LEEFTIJD_POLITIE", parameters={"jaren": 5}),
    Obligation(id="O_KIND_IN_PERSONEN", parameters={"rol": "kind"}),
    Obligation(id="O_KIND_IN_PERSONEN", parameters={"rol": "kind", "category": "kind_basis"}),
    Obligation(id="O_ZICHTBAAR_VOOR", parameters={"field": "zichtbaar_voor"}),
    Obligation(id="O_GEZONDHEIDSCODES", parameters={"codes": ["suicidaal", "middelengebruik"]}),
    Obligation(id="O_BETROKKENE", parameters={}),
)

Choice = str | None
"""A verdict on a field in short: "allow", "deny", the name of a mask, or None for a field that is not decided."""


def field_decision(message: MessageType, name: str, choice: str) -> FieldDecision:
    mask = MaskId(choice) if choice.startswith("M_") else None
    return FieldDecision(
        field=name,
        category=message.field(name).category,
        decision=Verdict.MASK if mask else Verdict(choice),
        mask=mask,
        rule=RuleId("matrix"),
        reason_nl="",
        reason_en="",
        article="",
        article_status="",
    )


def decision(
    message: MessageType,
    choices: Mapping[str, Choice],
    *,
    default: Choice = "deny",
    role: str = "politie_hovj",
    obligations: tuple[Obligation, ...] = (),
    allowed: bool = True,
) -> RecipientDecision:
    """The decision on one recipient; fields that `choices` does not name get `default`."""
    wanted = {field.name: choices.get(field.name, default) for field in message.fields}
    return RecipientDecision(
        oin=Oin("00000099000000000001"),
        role=RoleId(role),
        allowed=allowed,
        rule=RuleId("matrix"),
        purpose=PURPOSE,
        fields=tuple(field_decision(message, name, choice) for name, choice in wanted.items() if choice),
        obligations=obligations,
        reason_nl="Geen leesdoel.",
        reason_en="No reading purpose.",
        article="AVG 5(1)(b)",
    )


def reader(role: str = "politie_hovj", side: Side = Side.NEUTRAAL, serves: str | None = None) -> Reader:
    return Reader(role=RoleId(role), side=side, at=AT, serves=None if serves is None else PersonId(serves))


def pseudonym(value: str) -> str:
    """Stands in for the node's store of random pseudonyms: in a test the same value must give the same uuid."""
    return str(uuid.uuid5(uuid.UUID(int=7), value))


def context(who: Reader | None = None, **more: Any) -> MaskContext:
    return MaskContext(
        reader=who or reader(), pseudonym=pseudonym, region=frozenset({"9901"}), purpose=PURPOSE, **more
    )


MESSAGES = st.sampled_from([message.name for message in catalogue().messages]).map(catalogue().message)
ROLES = st.sampled_from([str(role) for role in catalogue().roles])
READERS = st.builds(reader, ROLES, st.sampled_from(Side), st.none())
CHOICES = st.sampled_from(["allow", "allow", "deny", *MASKS])
DUTIES = st.lists(st.sampled_from(OBLIGATIONS), max_size=4).map(tuple)


@st.composite
def decisions(draw: st.DrawFn, message: MessageType, role: str) -> RecipientDecision:
    """Any decision on every field of the message."""
    choices: dict[str, Choice] = {field.name: draw(CHOICES) for field in message.fields}
    return decision(message, choices, role=role, obligations=draw(DUTIES))
