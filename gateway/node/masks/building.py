"""Builds the one masked copy of one recipient from the sender's original, by the decision of the policy.

What the decision does not mention is left out. Sealing is the next step and not done here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.domain.catalogue import Field, MessageType
from gateway.domain.decision import FieldDecision, RecipientDecision, Verdict
from gateway.domain.errors import Refused
from gateway.domain.identifiers import CategoryId, RuleId
from gateway.node.masks.hard_rules import hard_rule
from gateway.node.masks.reducing import ABSENT, DROPPED, Kept, MaskContext, Masked, Summarised, apply_mask
from gateway.node.masks.table import Action, row_for
from gateway.node.obligations import apply_obligations

SUMMARIES: Final = "samenvattingen"
"""Where approved summaries stand in a copy, by category.

Not `samenvatting`: rvdk.notificatie has a field of that name.
"""

_UNDECIDED: Final = RuleId("G00_default")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedCopy:
    """The content of one copy, and what is not in it.

    `verwijderd` lists every field that is denied, dropped or replaced, filled or not, in the order of the
    schema: it follows from the decision alone and says nothing about the values.
    """

    content: dict[str, Any]
    verwijderd: list[dict[str, str]]


def build_copy(
    message_type: MessageType,
    content: Mapping[str, Any],
    recipient_decision: RecipientDecision,
    ctx: MaskContext,
) -> MaskedCopy:
    """The copy for the recipient of the decision. `content` is a valid original (check_content).

    Raises: Refused when the decision lets this recipient have nothing; InvalidInput for an obligation that
    this node does not know, since a copy without it would show too much.
    """
    if not recipient_decision.allowed:
        raise Refused(
            rule=recipient_decision.rule,
            article=recipient_decision.article,
            detail_nl=recipient_decision.reason_nl,
            detail_en=recipient_decision.reason_en,
        )
    ctx = replace(ctx, purpose=recipient_decision.purpose)
    decided = {each.field: each for each in recipient_decision.fields}
    original = apply_obligations(recipient_decision.obligations, message_type, content, decided, ctx.reader)
    copied: dict[str, Any] = {}
    withheld: list[dict[str, str]] = []
    summarised: list[CategoryId] = []
    for field in message_type.fields:
        rule, masked = _judge(field, decided.get(field.name), original.get(field.name, ABSENT), ctx)
        if rule is not None:
            withheld.append({"veld": field.name, "regel": rule})
        match masked:
            case Kept(value=value):
                copied[field.name] = value
            case Summarised() if field.category not in summarised:
                summarised.append(field.category)
    summaries = _summaries(summarised, ctx)
    return MaskedCopy(content=copied | ({SUMMARIES: summaries} if summaries else {}), verwijderd=withheld)


def _judge(
    field: Field, decision: FieldDecision | None, value: Any, ctx: MaskContext
) -> tuple[RuleId | None, Masked]:
    """What is left of the field, and the rule to name when it is not the field as the sender filled it."""
    if hard := hard_rule(field, ctx.reader):
        return hard, DROPPED
    if decision is None or decision.category != field.category:
        return _UNDECIDED, DROPPED
    match decision.decision:
        case Verdict.ALLOW:
            return None, DROPPED if value is ABSENT else Kept(value=value)
        case Verdict.MASK if decision.mask is not None:
            kept_whole = row_for(decision.mask, field.kind).action is Action.KEEP
            return None if kept_whole else decision.rule, apply_mask(decision.mask, field, value, ctx)
    return decision.rule, DROPPED


def _summaries(categories: list[CategoryId], ctx: MaskContext) -> dict[str, str]:
    reader = ctx.reader
    found = ((category, ctx.summaries.get(category)) for category in categories)
    return {
        category: summary.text
        for category, summary in found
        if summary and summary.holds(category=category, role=reader.role, purpose=ctx.purpose, at=reader.at)
    }
