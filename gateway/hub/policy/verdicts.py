"""The verdicts on reading, acts and access. The verdict on a message is `gateway.domain.decision`.

`decision_id` names the decision in logs and audit; `revision` is the policy that decided.
"""

from dataclasses import dataclass

from gateway.domain.decision import Obligation, Verdict
from gateway.domain.identifiers import CategoryId, MaskId, PurposeId, RuleId, StateId


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
    target: StateId | None
    revision: str
    decision_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDecision:
    """A yes or no about a whole case."""

    allowed: bool
    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    revision: str
    decision_id: str
