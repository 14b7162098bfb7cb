"""What of a list exists for a person. The hub decides per case and role; many are asked about in one question.

Visible is a case to whoever works on it, and to whoever is on duty in the role that the list is about: so the holder of
the duty finds what nobody took on yet. To a colleague in that role who is neither, it does not exist. Without the hub
only U0 and U1 are shown, to whom the last roster has on duty in that role. Whatever else goes wrong shows nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.domain.urgency import Urgency
from gateway.node.hub_link import HubUnreachable, answer_or_error
from gateway.node.storage import emergencies
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.subjects import Verb
from gateway.protocol.visibility import MOST_CASES, CaseInRole, VisibilityAnswer, VisibilityQuestion

MOST_QUESTIONS: Final = 5  # 1,000 cases; a list that is longer ends there and says so
SHOWN_WITHOUT_HUB: Final = frozenset({Urgency.U0, Urgency.U1})
HUB_AWAY: Final = "hub-onbereikbaar"
TOO_LONG: Final = "te-lang"

CaseRole = tuple[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[_T]):
    """What a person may see of a list. `incomplete`: why there may be more."""

    entries: tuple[_T, ...]
    incomplete: str | None = None

    def __iter__(self) -> Iterator[_T]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What exists for a person. `duties` are the roles in which the last roster has him on duty, when the hub was away;
    None when it answered."""

    cases: frozenset[CaseRole] = frozenset()
    duties: frozenset[str] | None = None
    is_cut: bool = False

    def shows(self, case_id: str, role: str, urgency: str | None) -> bool:
        """Whether an item of that case and role may be shown; `urgency` None for one that has none."""
        if self.duties is None:
            return (case_id, role) in self.cases
        return urgency in SHOWN_WITHOUT_HUB and role in self.duties

    @property
    def incomplete(self) -> str | None:
        if self.duties is not None:
            return HUB_AWAY
        return TOO_LONG if self.is_cut else None


async def seen_by(parts: Parts, person: Person, wanted: Iterable[CaseRole]) -> Seen:
    """Asked of the hub, in the order of `wanted`, what comes first first. Raises what the hub refuses with, and
    Unavailable when it cannot decide."""
    pairs = [pair for pair in dict.fromkeys(wanted) if pair[1] in person.roles]
    asked = pairs[: MOST_CASES * MOST_QUESTIONS]
    found: set[CaseRole] = set()
    try:
        for start in range(0, len(asked), MOST_CASES):
            found |= await _ask(parts, person, asked[start : start + MOST_CASES])
    except HubUnreachable:
        return Seen(duties=await _duties(parts, person))
    return Seen(cases=frozenset(found), is_cut=len(asked) < len(pairs))


async def require_seen(parts: Parts, person: Person, *, case_id: str, role: str, urgency: str | None) -> None:
    """Raises NotFound for an item that does not exist for this person, Unavailable when nobody can tell."""
    person.require_addressee(role)
    seen = await seen_by(parts, person, [(case_id, role)])
    if not seen.shows(case_id, role, urgency):
        raise NotFound


async def _ask(parts: Parts, person: Person, pairs: Sequence[CaseRole]) -> frozenset[CaseRole]:
    question = VisibilityQuestion(
        soort="zichtbaarheid",
        medewerker=person.staff,
        zaken=[CaseInRole(zaak_id=case_id, rol=role) for case_id, role in pairs],
    )
    body = answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))
    answer = VisibilityAnswer.parse(dict(body))
    return frozenset((each.zaak_id, each.rol) for each in answer.zichtbaar) & frozenset(pairs)


async def _duties(parts: Parts, person: Person) -> frozenset[str]:
    now = rfc3339(parts.clock())
    return await parts.database.read(
        lambda c: frozenset(
            role for role in person.roles if emergencies.is_on_duty(c, role=role, staff=person.staff, now=now)
        )
    )
