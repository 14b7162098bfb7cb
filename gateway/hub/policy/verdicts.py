"""The verdicts that the policy gives, with what a person who is refused can do next.

`decision_id` names the decision in logs and audit; `revision` is the policy that decided.
"""

from dataclasses import dataclass

from gateway.domain.decision import MessageDecision, Obligation, Verdict
from gateway.domain.identifiers import CategoryId, MaskId, PurposeId, RuleId, StateId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageVerdict(MessageDecision):
    """The verdict on a whole message, with the next step for the sender and how sure the article is.

    `article_status`: C confirmed, N confirmed in a recent copy, S secondary or partial, U unconfirmed,
    D design choice (domain.md, legal status).
    """

    next_step_nl: str
    next_step_en: str
    article_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDecision:
    """What this person may see of one category. `mask` is set when, and only when, the verdict is mask."""

    category: CategoryId
    decision: Verdict
    mask: MaskId | None
    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    article_status: str

    def __post_init__(self) -> None:
        if (self.mask is not None) != (self.decision is Verdict.MASK):
            raise ValueError(f"category {self.category}: a mask goes with the verdict mask and with no other")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDecision:
    """`allowed` when at least one category is not denied; `categories` in the order that was asked."""

    allowed: bool
    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    article_status: str
    next_step_nl: str
    next_step_en: str
    purpose: PurposeId | None
    categories: tuple[CategoryDecision, ...]
    obligations: tuple[Obligation, ...]
    revision: str
    decision_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRule:
    """One check of an act that does not hold, with what a person can read about it."""

    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    article_status: str
    next_step_nl: str
    next_step_en: str


PREVIOUS_STATE = StateId("vorige")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionDecision:
    """Whether the act may be taken. `missing` holds every rule that fails, the deciding one first.

    `target` is the state after the act, None when it stays, PREVIOUS_STATE when it goes back to the state
    before a suspension (domain.md, T34).
    """

    allowed: bool
    rule: RuleId
    missing: tuple[FailedRule, ...]
    reason_nl: str
    reason_en: str
    article: str
    article_status: str
    next_step_nl: str
    next_step_en: str
    target: StateId | None
    revision: str
    decision_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDecision:
    """A yes or no about a whole case. Break glass comes with obligations: review within 24 hours, notice."""

    allowed: bool
    obligations: tuple[Obligation, ...]
    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    article_status: str
    next_step_nl: str
    next_step_en: str
    revision: str
    decision_id: str
