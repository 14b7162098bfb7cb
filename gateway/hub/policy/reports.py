"""What the commands show of verdicts, as Dutch text or JSON. Knows no OPA and prints nothing."""

from collections.abc import Sequence
from typing import Any

from gateway.hub.policy.bench import BAR_EXTRA_MS, BAR_FACTOR, Benched
from gateway.hub.policy.casebook import Outcome, Verdict
from gateway.hub.policy.difference import Change, Said
from gateway.hub.policy.explain import Explanation, Turn

_WORDS = {"allow": "mag", "mask": "mag gemaskeerd", "deny": "mag niet", "afwezig": "afwezig"}


def outcomes_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One object per case: `id`, `verdict`, `mask`, `rule`, `reason` (Dutch)."""
    return [
        {
            "id": outcome.case.id,
            "verdict": outcome.verdict.verdict,
            "mask": outcome.verdict.mask,
            "rule": outcome.verdict.rule,
            "reason": outcome.verdict.reason_nl,
        }
        for outcome in outcomes
    ]


def outcomes_text(outcomes: Sequence[Outcome], *, seconds: float, revision: str) -> str:
    """Every case that is not as expected, then the count."""
    lines = []
    surprising = [outcome for outcome in outcomes if outcome.surprises]
    for outcome in surprising:
        lines += [
            f"{outcome.case.id}  {outcome.case.title}".rstrip(),
            f"    {'; '.join(outcome.surprises)}",
            f"    {outcome.verdict.reason_nl} ({outcome.verdict.article})",
        ]
    as_expected = len(outcomes) - len(surprising)
    lines.append(
        f"{len(outcomes)} zaken, {as_expected} zoals verwacht, {len(surprising)} anders "
        f"({seconds:.1f} s, revisie {revision})"
    )
    return "\n".join(lines)


def explanation_text(explained: Explanation) -> str:
    """The verdict with its ground, then what would open and what would close it."""
    verdict = explained.outcome.verdict
    lines = [
        f"Oordeel:  {_judged(verdict)}",
        f"Regel:    {verdict.rule}",
        f"Waarom:   {verdict.reason_nl}",
        f"Artikel:  {verdict.article}",
    ]
    for title, turns in (
        ("Dit zou het openen", explained.openings),
        ("Dit zou het anders maken", explained.others),
        ("Dit zou het sluiten", explained.closings),
    ):
        lines += ["", f"{title}:"]
        lines += _turns(turns) or ["  geen enkele verandering op zich"]
    return "\n".join(lines)


def changes_text(changes: Sequence[Change], *, asked: int) -> str:
    """What opens first, because that is what needs a second look."""
    lines = []
    for title, opens in (("Opent of toont anders", True), ("Sluit, of om een andere reden", False)):
        of_kind = [change for change in changes if change.opens is opens]
        if of_kind:
            lines += [f"{title}: {len(of_kind)}"]
            lines += [
                f"  {change.question}: {change.part}: {_said(change.old)} -> {_said(change.new)}"
                for change in of_kind
            ]
    lines.append(f"{len(changes)} oordelen anders, op {asked} vragen")
    return "\n".join(lines)


def changes_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """One object per verdict that differs."""
    return [
        {
            "question": change.question,
            "part": change.part,
            "opens": change.opens,
            "old": dict(zip(("verdict", "mask", "rule"), change.old, strict=True)),
            "new": dict(zip(("verdict", "mask", "rule"), change.new, strict=True)),
        }
        for change in changes
    ]


def bench_text(benched: Benched) -> str:
    """Medians and 99th percentiles, throughput, and the bar."""
    rows = [f"{'vraag':<28}{'aantal':>8}{'p50 ms':>10}{'p99 ms':>10}"]
    rows += [
        f"{each.name:<28}{each.questions:>8}{each.p50_ms:>10.2f}{each.p99_ms:>10.2f}"
        for each in (benched.small, benched.large)
    ]
    verdict = "gehaald" if benched.meets_bar else "niet gehaald"
    rows += [
        f"{benched.per_second:.0f} besluiten per seconde met {benched.at_once} tegelijk",
        f"Grens voor een heel bericht: {benched.bar_ms:.2f} ms: {verdict}",
        f"(die grens is {BAR_FACTOR} keer één veld plus {BAR_EXTRA_MS:.0f} ms)",
    ]
    return "\n".join(rows)


def _turns(turns: Sequence[Turn]) -> list[str]:
    """Changes of one kind with one verdict on one line: `toestand: screening -> weging, melding: mag niet`."""
    lines: dict[tuple[str, str, str, str], list[str]] = {}
    for turn in turns:
        key = (turn.what, turn.before, _judged(turn.verdict), turn.verdict.rule)
        lines.setdefault(key, []).append(turn.after)
    return [
        f"  {what}: {before} -> {', '.join(after)}: {judged} ({rule})"
        for (what, before, judged, rule), after in lines.items()
    ]


def _judged(verdict: Verdict) -> str:
    return _WORDS[verdict.verdict] + (f" ({verdict.mask})" if verdict.mask else "")


def _said(said: Said) -> str:
    verdict, mask, rule = said
    return _WORDS[verdict] + (f" ({mask})" if mask else "") + f" [{rule}]"
