"""How cases go, from a seed: three kinds of situation, from the request to monitoring or to an earlier end."""

from collections.abc import Iterator
from typing import Final

from gateway.local.simulate.before_ban import decide, impose, request, screen
from gateway.local.simulate.during_ban import live_through
from gateway.local.simulate.people import seeded
from gateway.local.simulate.plan import CasePlan, Situation
from gateway.local.simulate.script import SLOT, Script

_KINDS: Final = (Situation.ACUTE, Situation.VIOLENCE, Situation.VIOLENCE, Situation.CHILD_ABUSE)
_FIRST_WEEK: Final = 42  # slots: cases begin within a week of each other


def plan_cases(seed: int, cases: int) -> Iterator[CasePlan]:
    """The plans of so many cases. The first three are one of each kind."""
    for number in range(1, cases + 1):
        yield plan_case(seed, number)


def plan_case(seed: int, number: int) -> CasePlan:
    """The plan of one case: the same whichever others are planned."""
    name = f"{seed}:{number}"
    rng = seeded(name)
    situation = tuple(Situation)[number - 1] if number <= len(Situation) else rng.choice(_KINDS)
    children = rng.choice((1, 2)) if situation is Situation.CHILD_ABUSE else rng.choice((0, 0, 1, 2))
    script = Script(rng, SLOT * rng.randint(0, _FIRST_WEEK))
    course = _write(script, situation, children)
    return CasePlan(
        number=number,
        seed=name,
        situation=situation,
        children=children,
        course=course,
        steps=script.ordered(),
    )


def _write(script: Script, situation: Situation, children: int) -> str:
    """The steps of the case; returns where it ended, in a word."""
    if ended := request(script, situation):
        return ended
    screen(script, situation)
    if ended := decide(script, situation):
        return ended
    return live_through(script, situation, children, impose(script, situation))
