"""Reads OPA's answers, strictly: everything that is expected and nothing more, or there is no decision.

An answer that says less than the question asked (a recipient or category that is missing, another order, a
mask without a name) is malformed, because a silent gap must never look like a permission.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from gateway.domain.decision import FieldDecision, Obligation, RecipientDecision, Verdict
from gateway.domain.identifiers import CategoryId, MaskId, Oin, PurposeId, RoleId, RuleId, StateId
from gateway.hub.policy.questions import AccessQuestion, MessageQuestion, ReadingQuestion, TransitionQuestion
from gateway.hub.policy.refusals import DecisionUnavailable, NoDecision
from gateway.hub.policy.verdicts import (
    AccessDecision,
    CategoryDecision,
    FailedRule,
    MessageVerdict,
    ReadingDecision,
    TransitionDecision,
)

REVISION_RULE = "P_revisie"

_Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_Verdict = Literal["allow", "mask", "deny"]
_Status = Literal["C", "N", "S", "U", "D"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Reason(_Part):
    nl: _Text
    en: _Text


class _Judged(_Part):
    decision: _Verdict
    mask: _Text | None
    rule: _Text
    reason: _Reason
    article: _Text
    article_status: _Status
    category: _Text


class _Field(_Judged):
    field: _Text


class _Obligation(_Part):
    id: _Text
    parameters: dict[str, Any]


class _Recipient(_Part):
    oin: _Text
    role: _Text
    allowed: bool
    rule: _Text
    reason: _Reason
    article: _Text
    article_status: _Status
    next_step: _Reason
    purpose: _Text | None
    fields: list[_Field]
    obligations: list[_Obligation]


class _Outcome(_Part):
    allowed: bool
    rule: _Text
    reason: _Reason
    article: _Text
    article_status: _Status
    next_step: _Reason
    revision: _Text


_Shape = TypeVar("_Shape", bound=_Outcome)


class _Message(_Outcome):
    purpose: _Text | None
    recipients: list[_Recipient]


class _Reading(_Outcome):
    purpose: _Text | None
    categories: list[_Judged]
    obligations: list[_Obligation]


class _Failed(_Part):
    rule: _Text
    reason: _Reason
    article: _Text
    article_status: _Status
    next_step: _Reason


class _Transition(_Outcome):
    missing: list[_Failed]
    target: _Text | None


class _Access(_Outcome):
    obligations: list[_Obligation]


def parse_message(
    answer: object, *, question: MessageQuestion, revision: str, decision_id: str
) -> MessageVerdict:
    """The verdict on every recipient asked, in the order asked. Raises DecisionUnavailable."""
    read = _outcome(_Message, answer, revision)
    recipients = tuple(_recipient(each) for each in read.recipients)
    asked = [(recipient.oin, recipient.role) for recipient in question.recipients]
    answered = [(each.oin, each.role) for each in recipients]
    _require(answered == asked or (not read.allowed and not answered), "recipients")
    return MessageVerdict(
        allowed=read.allowed,
        **_words(read),
        purpose=_purpose(read.purpose),
        recipients=recipients,
        revision=read.revision,
        decision_id=decision_id,
    )


def parse_reading(
    answer: object, *, question: ReadingQuestion, revision: str, decision_id: str
) -> ReadingDecision:
    """The verdict on every category asked, in the order asked. Raises DecisionUnavailable."""
    read = _outcome(_Reading, answer, revision)
    categories = tuple(_category(each) for each in read.categories)
    _require([each.category for each in categories] == list(question.categories), "categories")
    some = any(each.decision is not Verdict.DENY for each in categories)
    _require(read.allowed == some, "allowed")
    return ReadingDecision(
        allowed=read.allowed,
        **_words(read),
        purpose=_purpose(read.purpose),
        categories=categories,
        obligations=_obligations(read.obligations),
        revision=read.revision,
        decision_id=decision_id,
    )


def parse_transition(
    answer: object, *, question: TransitionQuestion, revision: str, decision_id: str
) -> TransitionDecision:
    """The verdict on an act. Raises DecisionUnavailable, also when an allowed act has a rule that fails."""
    read = _outcome(_Transition, answer, revision)
    _require(read.allowed == (not read.missing), f"missing of {question.action}")
    return TransitionDecision(
        allowed=read.allowed,
        **_words(read),
        missing=tuple(FailedRule(**_words(each)) for each in read.missing),
        target=None if read.target is None else StateId(read.target),
        revision=read.revision,
        decision_id=decision_id,
    )


def parse_access(
    answer: object, *, question: AccessQuestion, revision: str, decision_id: str
) -> AccessDecision:
    """A yes or no. Raises DecisionUnavailable."""
    del question  # the answer repeats nothing of it
    read = _outcome(_Access, answer, revision)
    return AccessDecision(
        obligations=_obligations(read.obligations),
        allowed=read.allowed,
        **_words(read),
        revision=read.revision,
        decision_id=decision_id,
    )


def revision_of(answer: object) -> str | None:
    """The revision that the policy says it decided with, read without judging the rest."""
    said = answer.get("revision") if isinstance(answer, Mapping) else None
    return said if isinstance(said, str) else None


def _outcome(shape: type[_Shape], answer: object, revision: str) -> _Shape:
    try:
        read = shape.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        unknown = all(each["type"] == "extra_forbidden" for each in error.errors(include_input=False))
        raise DecisionUnavailable(
            NoDecision.UNKNOWN_KEY if unknown else NoDecision.MALFORMED,
            finding=f"{'/'.join(map(str, first['loc']))}: {first['type']}",
        ) from error
    if read.revision != revision or read.rule == REVISION_RULE:
        raise DecisionUnavailable(
            NoDecision.WRONG_REVISION, finding=f"decided with {read.revision}, expected {revision}"
        )
    return read


def _recipient(read: _Recipient) -> RecipientDecision:
    fields = tuple(_field(each) for each in read.fields)
    names = [each.field for each in fields]
    _require(len(names) == len(set(names)), "fields: one twice")
    open_field = any(each.decision is not Verdict.DENY for each in fields)
    _require(read.allowed or not open_field, f"recipient {read.oin} refused with an open field")
    _require(read.purpose is not None or not read.allowed, f"recipient {read.oin} allowed without purpose")
    return RecipientDecision(
        oin=Oin(read.oin),
        role=RoleId(read.role),
        allowed=read.allowed,
        rule=RuleId(read.rule),
        purpose=_purpose(read.purpose),
        fields=fields,
        obligations=_obligations(read.obligations),
        reason_nl=read.reason.nl,
        reason_en=read.reason.en,
        article=read.article,
    )


def _field(read: _Field) -> FieldDecision:
    _require((read.mask is not None) == (read.decision == "mask"), f"mask of field {read.field}")
    return FieldDecision(
        field=read.field,
        category=CategoryId(read.category),
        decision=Verdict(read.decision),
        mask=None if read.mask is None else MaskId(read.mask),
        rule=RuleId(read.rule),
        reason_nl=read.reason.nl,
        reason_en=read.reason.en,
        article=read.article,
        article_status=read.article_status,
    )


def _category(read: _Judged) -> CategoryDecision:
    _require((read.mask is not None) == (read.decision == "mask"), f"mask of category {read.category}")
    return CategoryDecision(
        category=CategoryId(read.category),
        decision=Verdict(read.decision),
        mask=None if read.mask is None else MaskId(read.mask),
        rule=RuleId(read.rule),
        reason_nl=read.reason.nl,
        reason_en=read.reason.en,
        article=read.article,
        article_status=read.article_status,
    )


class _Words(TypedDict):
    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    article_status: str
    next_step_nl: str
    next_step_en: str


def _words(read: _Outcome | _Failed) -> _Words:
    return _Words(
        rule=RuleId(read.rule),
        reason_nl=read.reason.nl,
        reason_en=read.reason.en,
        article=read.article,
        article_status=read.article_status,
        next_step_nl=read.next_step.nl,
        next_step_en=read.next_step.en,
    )


def _obligations(read: list[_Obligation]) -> tuple[Obligation, ...]:
    return tuple(Obligation(id=each.id, parameters=each.parameters) for each in read)


def _purpose(name: str | None) -> PurposeId | None:
    return None if name is None else PurposeId(name)


def _require(holds: bool, finding: str) -> None:  # noqa: FBT001 - an assertion with a name
    if not holds:
        raise DecisionUnavailable(NoDecision.MALFORMED, finding=finding)
