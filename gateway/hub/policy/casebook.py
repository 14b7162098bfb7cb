"""Worked decision cases, asked of the policy and compared with what they expect.

In a casebook, and only here, a fact that a case leaves out has the default of `casebook_defaults.json`
(domain.md 6.4, context keys). In the running hub it is a refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from gateway.domain.catalogue import catalogue
from gateway.domain.identifiers import AgencyKind, CategoryId, Oin, PurposeId, RoleId, StateId
from gateway.hub.policy.at_once import each_at_once
from gateway.hub.policy.casebook_file import OIN_DIGITS, Case, context_keys
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.questions import (
    FactValue,
    MessageQuestion,
    ReadingAction,
    ReadingQuestion,
    RecipientQuestion,
    Subject,
    ThirdParty,
    TransitionQuestion,
)
from gateway.hub.policy.verdicts import MessageVerdict, ReadingDecision, TransitionDecision

_NOBODY: Final = Oin(
    "0" * OIN_DIGITS
)  # the OIN of a recipient that a case does not give; no certificate carries it
_ABOUT_RECIPIENT: Final = frozenset({"ontvanger_rol", "ontvanger_doel", "ontvanger_oin"})
_LONGEST_TEXT: Final = 100  # of a text fact only whether it is filled counts


class Verdict(NamedTuple):
    """What the policy said about one case."""

    verdict: str
    mask: str | None
    rule: str
    reason_nl: str
    reason_en: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case with its verdict. `surprises` names what differs from the expectation; empty when nothing does."""

    case: Case
    verdict: Verdict

    @property
    def surprises(self) -> tuple[str, ...]:
        expected = (("oordeel", self.case.expect), ("masker", self.case.mask), ("regel", self.case.rule))
        given = (self.verdict.verdict, self.verdict.mask, self.verdict.rule)
        return tuple(
            f"{name} {said or 'geen'} in plaats van {wanted}"
            for (name, wanted), said in zip(expected, given, strict=True)
            if wanted is not None and wanted != said
        )


async def ask_all(point: DecisionPoint, cases: Sequence[Case], *, now: datetime) -> list[Outcome]:
    """The outcome of every case, in order. Raises DecisionUnavailable when one question has no answer."""

    async def ask_one(case: Case) -> Outcome:
        return Outcome(case=case, verdict=await ask(point, case, now=now))

    return await each_at_once(cases, ask_one)


async def ask(point: DecisionPoint, case: Case, *, now: datetime) -> Verdict:
    """The verdict on one case. Raises DecisionUnavailable."""
    match question_of(case, now=now):
        case MessageQuestion() as question:
            return _sending(await point.decide_message(question))
        case ReadingQuestion() as question:
            return _reading(await point.decide_reading(question))
        case TransitionQuestion() as question:
            return _transition(await point.decide_transition(question))


def question_of(case: Case, *, now: datetime) -> MessageQuestion | ReadingQuestion | TransitionQuestion:
    """The one question that this case is, with the defaults of a casebook filled in."""
    facts = _facts(case)
    kind, _, name = case.action.partition(":")
    subject = Subject(
        oin=Oin(case.subject.oin), agency=AgencyKind(case.subject.agency), role=RoleId(case.subject.role)
    )
    state, owner = StateId(case.resource.case_state), Oin(case.resource.owner)
    if kind == "besluiten":
        return TransitionQuestion(now=now, subject=subject, case_state=state, action=name, context=facts)
    purpose = None if case.purpose is None else PurposeId(case.purpose)
    categories = (CategoryId(case.resource.data_category),)
    if kind == "verzenden":
        return MessageQuestion(
            now=now,
            subject=subject,
            case_state=state,
            owner=owner,
            message=name,
            purpose=purpose,
            categories=categories,
            context=facts,
            recipients=_recipients(case, facts),
        )
    return ReadingQuestion(
        now=now,
        subject=subject,
        case_state=state,
        owner=owner,
        action=ReadingAction(kind),
        purpose=purpose,
        categories=categories,
        context=facts,
        third_party=_third_party(case, facts) if kind == "doorverstrekken" else None,
    )


def _recipients(case: Case, facts: Mapping[str, FactValue]) -> tuple[RecipientQuestion, ...]:
    role = case.context.get("ontvanger_rol")
    if role is None:
        return ()
    recipient = RecipientQuestion(
        oin=Oin(str(case.context.get("ontvanger_oin") or _NOBODY)),
        agency=_agency_of(str(role)) or AgencyKind("onbekend"),
        role=RoleId(str(role)),
        competent_or_assigned=True,  # a case has no key for it: the recipient is one of this case
        context=facts,
    )
    return (recipient,)


def _third_party(case: Case, facts: Mapping[str, FactValue]) -> ThirdParty:
    role, purpose = case.context.get("ontvanger_rol"), case.context.get("ontvanger_doel")
    return ThirdParty(
        oin=Oin(str(case.context.get("ontvanger_oin") or _NOBODY)),
        agency=None if role is None else _agency_of(str(role)),
        role=None if role is None else RoleId(str(role)),
        purpose=None if purpose is None else PurposeId(str(purpose)),
        context=facts,
    )


def _agency_of(role: str) -> AgencyKind | None:
    """The agency of a role in a case that names the role only: the first that may carry it."""
    known = catalogue().roles.get(RoleId(role))
    return known.agencies[0] if known else None


def _facts(case: Case) -> dict[str, FactValue]:
    given = {name: rule["default"] for name, rule in context_keys().items()} | case.context
    return {
        name: value[:_LONGEST_TEXT] if isinstance(value, str) else value
        for name, value in given.items()
        if name not in _ABOUT_RECIPIENT
    }


def _sending(said: MessageVerdict) -> Verdict:
    if not said.allowed or not said.recipients:
        return _head(said)
    recipient = said.recipients[0]
    if not recipient.fields:
        return Verdict(
            "deny", None, recipient.rule, recipient.reason_nl, recipient.reason_en, recipient.article
        )
    field = recipient.fields[0]
    return Verdict(field.decision, field.mask, field.rule, field.reason_nl, field.reason_en, field.article)


def _reading(said: ReadingDecision) -> Verdict:
    only = said.categories[0]
    return Verdict(only.decision, only.mask, only.rule, only.reason_nl, only.reason_en, only.article)


def _transition(said: TransitionDecision) -> Verdict:
    return _head(said)


def _head(said: MessageVerdict | TransitionDecision) -> Verdict:
    verdict = "allow" if said.allowed else "deny"
    return Verdict(verdict, None, said.rule, said.reason_nl, said.reason_en, said.article)
