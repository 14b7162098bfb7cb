"""Decisions as they are kept for replay: revision, question without content, and verdict without the texts.

The texts follow from rule id and revision; leaving them out makes a stored decision a tenth of the size.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.domain.clock import rfc3339
from gateway.domain.decision import Obligation
from gateway.hub.policy.questions import (
    AccessQuestion,
    MessageQuestion,
    Question,
    ReadingQuestion,
    TransitionQuestion,
)
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision
from gateway.hub.storage.rows import DecisionRow
from gateway.protocol.canonical import sha256_hex
from gateway.protocol.succession import Succession

Verdict = MessageVerdict | ReadingDecision | TransitionDecision | AccessDecision


def message_decision_row(
    question: MessageQuestion, verdict: MessageVerdict, case_id: str, now: datetime
) -> DecisionRow:
    """A decision on sending."""
    recipients = [
        {
            "oin": r.oin,
            "rol": r.role,
            "toegestaan": r.allowed,
            "regel": r.rule,
            "doel": r.purpose,
            "velden": [[f.field, f.decision.value, f.mask, f.rule] for f in r.fields],
            "verplichtingen": _obligations(r.obligations),
        }
        for r in verdict.recipients
    ]
    return _row(
        "verzenden",
        question,
        verdict,
        case_id=case_id,
        now=now,
        more={"doel": verdict.purpose, "ontvangers": recipients},
    )


def transition_decision_row(
    question: TransitionQuestion, verdict: TransitionDecision, case_id: str, now: datetime
) -> DecisionRow:
    """A decision on an act."""
    missing = [m.rule for m in verdict.missing]
    return _row(
        "besluiten",
        question,
        verdict,
        case_id=case_id,
        now=now,
        more={"doel_toestand": verdict.target, "ontbreekt": missing},
    )


def reading_decision_row(
    question: ReadingQuestion, verdict: ReadingDecision, case_id: str, now: datetime
) -> DecisionRow:
    """A decision on reading."""
    categories = [[c.category, c.decision.value, c.mask, c.rule] for c in verdict.categories]
    more = {
        "doel": verdict.purpose,
        "categorieen": categories,
        "verplichtingen": _obligations(verdict.obligations),
    }
    return _row("lezen", question, verdict, case_id=case_id, now=now, more=more)


def access_decision_row(
    question: AccessQuestion, verdict: AccessDecision, case_id: str, now: datetime
) -> DecisionRow:
    """A decision on a whole case, break glass included."""
    return _row(
        "toegang",
        question,
        verdict,
        case_id=case_id,
        now=now,
        more={"verplichtingen": _obligations(verdict.obligations)},
    )


def list_decision_row(
    question: AccessQuestion, verdict: AccessDecision, *, cases: int, now: datetime
) -> DecisionRow:
    """A decision on the cases of a list for which the facts are alike; `cases` is how many. Which ones is not kept."""
    return _row("lijst", question, verdict, case_id=None, now=now, more={"zaken": cases})


def linked(row: DecisionRow, links: Iterable[Succession]) -> DecisionRow:
    """The decision with the successions that it rests on. They stand beside the verdict; the question holds what
    followed from them."""
    found = {link.predecessor: link for link in links}
    if not found:
        return row
    told = [
        {
            "voorganger": link.predecessor,
            "opvolger": link.successor,
            "sinds": rfc3339(link.since),
            "verklaring_sha256": sha256_hex(link.statement.encode()),
        }
        for _, link in sorted(found.items())
    ]
    return replace(row, verdict=_json(json.loads(row.verdict) | {"opvolging": told}))


def _row(
    kind: str,
    question: Question,
    verdict: Verdict,
    *,
    case_id: str | None,
    now: datetime,
    more: dict[str, Any],
) -> DecisionRow:
    result = {"toegestaan": verdict.allowed, "regel": verdict.rule, **more}
    return DecisionRow(
        decision_id=verdict.decision_id,
        case_id=case_id,
        kind=kind,
        revision=verdict.revision,
        question=_json(question.to_input(verdict.revision)),
        verdict=_json(result),
        decided_at=rfc3339(now),
    )


def _json(document: dict[str, Any]) -> str:
    """One spelling per document. Not RFC 8785, which costs ten times as much: nothing is signed over this."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _obligations(found: tuple[Obligation, ...]) -> list[dict[str, Any]]:
    return [{"id": o.id, "parameters": dict(o.parameters)} for o in found]
