"""The stricter of two verdicts on one message: the one at the moment of the act, and the one now.

What is judged in the past may never open what is closed today. Every recipient and every field gets the stricter of
both; of two different masks neither is the stricter, so the field is withheld. Source: domain.md 3.1. Pure.
"""

from dataclasses import replace

from gateway.domain.decision import FieldDecision, RecipientDecision, Verdict
from gateway.hub.policy.verdicts import MessageVerdict


def stricter_of(present: MessageVerdict, then: MessageVerdict) -> MessageVerdict:
    """`present`, with everything taken away that `then` does not allow. Purposes are those of the present."""
    if not present.allowed:
        return present
    if not then.allowed:
        return then
    past = {(each.oin, each.role): each for each in then.recipients}
    return replace(
        present,
        recipients=tuple(_recipient(each, past.get((each.oin, each.role))) for each in present.recipients),
    )


def _recipient(present: RecipientDecision, then: RecipientDecision | None) -> RecipientDecision:
    if then is None or not present.allowed:
        return present
    if not then.allowed:
        return then
    obligations = [*present.obligations, *(o for o in then.obligations if o not in present.obligations)]
    return replace(
        present,
        fields=tuple(_field(each, then.field(each.field)) for each in present.fields),
        obligations=tuple(obligations),
    )


def _field(present: FieldDecision, then: FieldDecision | None) -> FieldDecision:
    if then is None or (present.stricter_than(then) and then.stricter_than(present)):
        return replace(present, decision=Verdict.DENY, mask=None)
    return then if then.stricter_than(present) else present
