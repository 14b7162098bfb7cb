"""Why a case is decided as it is, and which single change would turn it. Asks the policy; decides nothing.

Every change is one fact, the state, the purpose or the role; each is asked as a case of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.catalogue import catalogue
from gateway.hub.policy.casebook import Outcome, Verdict, ask_all
from gateway.hub.policy.casebook_file import Case, context_keys
from gateway.hub.policy.client import DecisionPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One change and the verdict that it leads to."""

    what: str
    before: str
    after: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The verdict on the case, and every single change that leads to another verdict, mask or rule."""

    outcome: Outcome
    turns: Sequence[Turn]

    @property
    def openings(self) -> tuple[Turn, ...]:
        """The changes after which more is shown than before."""
        before = _openness(self.outcome.verdict)
        return tuple(turn for turn in self.turns if _openness(turn.verdict) > before)

    @property
    def others(self) -> tuple[Turn, ...]:
        """The changes after which as much is decided, but under another mask or for another rule."""
        before = _openness(self.outcome.verdict)
        return tuple(turn for turn in self.turns if _openness(turn.verdict) == before)

    @property
    def closings(self) -> tuple[Turn, ...]:
        """The changes after which less is shown than before."""
        before = _openness(self.outcome.verdict)
        return tuple(turn for turn in self.turns if _openness(turn.verdict) < before)


async def explain(point: DecisionPoint, case: Case, *, now: datetime) -> Explanation:
    """Ask the case and each of its neighbours. Raises DecisionUnavailable."""
    neighbours = list(_neighbours(case))
    asked = await ask_all(point, [case, *(changed for _, _, _, changed in neighbours)], now=now)
    outcome, *others = asked
    turns = [
        Turn(what=what, before=before, after=after, verdict=other.verdict)
        for (what, before, after, _), other in zip(neighbours, others, strict=True)
        if other.verdict[:3] != outcome.verdict[:3]
    ]
    return Explanation(outcome=outcome, turns=turns)


def _neighbours(case: Case) -> Iterator[tuple[str, str, str, Case]]:
    yield from _other_facts(case)
    state, words = case.resource.case_state, catalogue()
    for other in words.states:
        if other != state:
            resource = case.resource.model_copy(update={"case_state": other})
            yield "toestand", state, other, _changed(case, f"toestand={other}", resource=resource)
    for role in words.roles.values():
        if role.id != case.subject.role and case.subject.agency in role.agencies:
            subject = case.subject.model_copy(update={"role": role.id})
            yield "rol", case.subject.role, role.id, _changed(case, f"rol={role.id}", subject=subject)
    if case.action in {"lezen", "doorverstrekken"}:
        for purpose in words.purposes:
            if purpose != case.purpose:
                yield (
                    "doel",
                    case.purpose or "geen",
                    purpose,
                    _changed(case, f"doel={purpose}", purpose=purpose),
                )
    if case.resource.owner != case.subject.oin:
        resource = case.resource.model_copy(update={"owner": case.subject.oin})
        yield "eigenaar", "een ander", "de vrager zelf", _changed(case, "eigenaar", resource=resource)


def _other_facts(case: Case) -> Iterator[tuple[str, str, str, Case]]:
    for name, rule in context_keys().items():
        now = case.context.get(name, rule["default"])
        match rule["type"]:
            case "bool":
                others: list[bool | int | str | None] = [not now]
            case "enum":
                others = [value for value in rule["values"] if value != now]
            case "number":
                others = [_across(name, now)]
            case "text":
                others = [None if now else "ingevuld"]
            case _:
                continue  # who receives is another question, not a fact of this one
        for other in others:
            context = case.context | {name: other}
            yield name, _said(now), _said(other), _changed(case, f"{name}={other}", context=context)


def _across(name: str, now: float) -> int:
    """A value on the other side of the limit that the domain sets for this number (domain.md 6.4)."""
    inside, outside = _LIMITS.get(name, (0, 1))
    return outside if now == inside or abs(now - inside) < abs(now - outside) else inside


# Fact: (a value that passes, a value that does not), each beside the limit of its rule.
_LIMITS = {
    "politiegegeven_leeftijd_jaren": (5, 6),  # Wpg 8; G08
    "maanden_na_einde": (18, 19),  # G08
    "pleger_leeftijd": (18, 17),  # T_minderjarig
    "termijn_dagen": (10, 11),  # Wth 2(1); T_termijn
    "totaal_dagen": (28, 29),  # Wth 9(1); T_max_28
    "dagen": (90, 91),  # Sv 509hh; T_90_dagen
    "verlenging_nr": (3, 4),  # Sv 509hh; T_verlenging_509hh
}


def _changed(case: Case, suffix: str, **update: object) -> Case:
    return case.model_copy(update={"id": f"{case.id}/{suffix}", "expect": None, "rule": None} | update)


def _said(value: object) -> str:
    match value:
        case True:
            return "ja"
        case False:
            return "nee"
        case None:
            return "geen"
        case _:
            return str(value)


def _openness(verdict: Verdict) -> int:
    return {"deny": 0, "mask": 1, "allow": 2}[verdict.verdict]
