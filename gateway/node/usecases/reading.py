"""What a person gets to see of a copy, and how what is not shown is named: with rule, reason and article."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.node.masks import withheld
from gateway.node.storage.corrections import KnownCorrection
from gateway.node.storage.rows import ReceivedCopy
from gateway.protocol.manifest import Manifest, Obligation
from gateway.protocol.plan import FieldPlan
from gateway.protocol.questions import ReadAnswer

KEEP: Final = "O_BEWAREN_TOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A field that is not shown as its sender filled it in. `by_reading` when this reader's decision withholds it, not
    the copy itself."""

    field: str
    rule: str
    reason_nl: str
    reason_en: str
    article: str
    by_reading: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFor:
    """How long the content of a copy may be kept: so many years after an event of its case."""

    years: int
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a person sees of a copy under one purpose, and what not and why.

    `decision_id` is None for a copy that was opened without the hub, in an emergency; `kept_for` for one whose sender
    was told no term.
    """

    copy: ReceivedCopy
    purpose: str
    decision_id: str | None
    content: Mapping[str, Any]
    left_out: tuple[LeftOut, ...]
    corrections: tuple[KnownCorrection, ...] = ()
    is_contested: bool = False
    kept_for: KeptFor | None = None


def kept_for(obligations: Iterable[Obligation]) -> KeptFor | None:
    """The shortest term in the obligations of a copy; they were checked when it came in."""
    terms = (
        KeptFor(years=int(str(each.parameters["jaren"])), since=str(each.parameters["vanaf"]))
        for each in obligations
        if each.id == KEEP
    )
    return min(terms, key=lambda term: term.years, default=None)


def left_out(message_type: MessageType, manifest: Manifest, answer: ReadAnswer) -> tuple[LeftOut, ...]:
    """Follows from the decisions alone, so it says nothing about whether a field was filled in."""
    by_copy = {each["veld"]: each["regel"] for each in withheld(message_type, manifest)}
    by_reading = {field.veld: field for field in answer.velden}
    found = []
    for field in message_type.fields:
        reading = by_reading.get(field.name)
        if field.name in by_copy:
            found.append(_by_copy(field.name, by_copy[field.name], reading))
        elif reading is None:
            found.append(_by_rule(field.name, "G00_default", by_reading=True))
        elif reading.besluit != "allow":
            found.append(_by_plan(reading, by_reading=True))
    return tuple(found)


def _by_copy(field: str, rule: str, reading: FieldPlan | None) -> LeftOut:
    """A manifest names the rule only; where this reading is decided by the same one, its row gives the reason."""
    if reading is not None and reading.besluit != "allow" and reading.regel == rule:
        return _by_plan(reading, by_reading=False)
    return _by_rule(field, rule, by_reading=False)


def _by_plan(plan: FieldPlan, *, by_reading: bool) -> LeftOut:
    return LeftOut(
        field=plan.veld,
        rule=plan.regel,
        reason_nl=plan.reden.nl,
        reason_en=plan.reden.en,
        article=plan.artikel,
        by_reading=by_reading,
    )


def _by_rule(field: str, rule: str, *, by_reading: bool) -> LeftOut:
    text = catalogue().words(rule)
    return LeftOut(
        field=field,
        rule=rule,
        reason_nl=text.nl,
        reason_en=text.en,
        article=text.article,
        by_reading=by_reading,
    )


def left_out_of_copy(message_type: MessageType, manifest: Manifest) -> tuple[LeftOut, ...]:
    """What the copy itself does not hold, where no decision on a reading was made."""
    return tuple(
        _by_rule(each["veld"], each["regel"], by_reading=False) for each in withheld(message_type, manifest)
    )
