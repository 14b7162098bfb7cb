"""The verdict on a message: per recipient and field what may go, under which rule, and why.

Only the shape of a verdict and the comparison of two. The verdict itself comes from the policy; these values
are what the hub stores and the node obeys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gateway.domain.identifiers import CategoryId, MaskId, Oin, PurposeId, RoleId, RuleId


class Verdict(StrEnum):
    """What the policy says about one category or field."""

    ALLOW = "allow"
    MASK = "mask"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A rule on a value, which the hub never sees: the sender's node applies it, the recipient's checks it.

    `parameters` come with the decision, so that a change of policy needs no change of code (domain.md 3.7).
    """

    id: str
    parameters: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDecision:
    """What happens to one field in one recipient's copy.

    `mask` is set when, and only when, the verdict is mask.
    """

    field: str
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
            raise ValueError(f"field {self.field}: a mask goes with the verdict mask and with no other")

    def stricter_than(self, other: "FieldDecision") -> bool:
        """Whether `other` shows anything that this one withholds: deny, then mask, then allow.

        Two different masks cannot be compared, so each counts as stricter than the other: a copy made with
        the one is never taken for a copy made with the other.
        """
        if self.decision is Verdict.MASK and other.decision is Verdict.MASK:
            return self.mask != other.mask
        return _STRICTNESS[self.decision] > _STRICTNESS[other.decision]


_STRICTNESS = {Verdict.ALLOW: 0, Verdict.MASK: 1, Verdict.DENY: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientDecision:
    """The verdict on one recipient's copy. `fields` covers every field of the schema, in its order.

    `purpose` is the recipient's own reading purpose; None when there is none, and then `allowed` is False.
    """

    oin: Oin
    role: RoleId
    allowed: bool
    rule: RuleId
    purpose: PurposeId | None
    fields: tuple[FieldDecision, ...]
    obligations: tuple[Obligation, ...]
    reason_nl: str
    reason_en: str
    article: str

    def field(self, name: str) -> FieldDecision | None:
        """The decision on that field; None when the policy said nothing about it, which means deny."""
        return next((each for each in self.fields if each.field == name), None)

    def stricter_than(self, other: "RecipientDecision") -> bool:
        """Whether a copy that obeys `other` could break this decision.

        True when this one refuses what the other allows, holds a stricter field, leaves out a field of the
        other, or carries another set of obligations.
        """
        if not other.allowed:
            return False
        if not self.allowed:
            return True
        mine = {each.field: each for each in self.fields}
        if any(
            theirs.decision is not Verdict.DENY
            and (theirs.field not in mine or mine[theirs.field].stricter_than(theirs))
            for theirs in other.fields
        ):
            return True
        return not all(obligation in other.obligations for obligation in self.obligations)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDecision:
    """The verdict on a whole message: the sender first, then each recipient.

    `purpose` is the purpose of the sender. `revision` names the policy bundle and `decision_id` the stored
    decision, which can be replayed.
    """

    allowed: bool
    rule: RuleId
    reason_nl: str
    reason_en: str
    article: str
    purpose: PurposeId | None
    recipients: tuple[RecipientDecision, ...]
    revision: str
    decision_id: str
