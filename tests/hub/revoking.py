"""Reading, viewing and sending at one hub while another hub revokes the assignment that it stands on.

An allow is stale when the log holds it after the end of the assignment, or when the request was made after the
revocation was acknowledged. The log is the order in which things were committed, whichever hub did it.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.hub.storage.changes import Change, Judgement, Written, case_scope
from gateway.hub.storage.rows import AssignmentRow
from gateway.hub.storage.tables import log_leaves
from gateway.hub.storage.writer import Writer
from gateway.hub.usecases.allowance import Allowance, Allowances
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.problem_answers import Reply
from gateway.protocol.subjects import Verb
from tests.hub.asking import ask_case, ask_reading, assign
from tests.hub.makers import POL, VT, OpenCase, RunningHub, Sender, notify_police, open_case

ALLOWS = frozenset(
    {
        EventTag.READING_ALLOWED,
        EventTag.ACCESS_GIVEN,
        EventTag.PLAN_GIVEN,
        EventTag.SUBMISSION_ACCEPTED,
        EventTag.ACT_PERFORMED,
    }
)
CONFIRMATION = "screening.gepland.bevestiging"
PLANNED = {"reactie": "ingepland"}
LONGEST_HEAD_START_S = 0.03
ASKED_AFTER = 0.25  # of the revocations; the log tells of every one
WORKERS = 4
BUSY = 503
PATIENCE = 50  # a lock that is not had within a second is given up, which happens on a busy machine
PER_CASE = 50  # every decision loads all assignments of its case, the ended ones too
WITHOUT_LIMIT = Allowances(dict.fromkeys(Verb, Allowance(per_second=1e9, burst=10**9)), lambda: 0.0)

Ask = Callable[[Sender], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A case in which the police were written to, and the ways in which one of their people may use it."""

    case: OpenCase
    copy_id: str

    async def read(self, person: Sender) -> Reply:
        return await ask_reading(person, self.copy_id, "screening")

    async def view(self, person: Sender) -> Reply:
        return await ask_case(person, self.case.case_id, "screening")

    async def send(self, person: Sender) -> Reply:
        """Plan and submission; the answer to the one that is refused, or to the submission."""
        to = [(VT, "vt_procescoordinator")]
        plan = await person.plan(CONFIRMATION, self.case.case_id, PLANNED, to)
        if plan.answer.status != 200:
            return plan
        return await person.submit(person.draft(plan.answer.body, PLANNED))


@dataclass(slots=True, kw_only=True)
class Seen:
    """What happened to the requests that ran beside a revocation, and every allow that was asked for after it."""

    beside: Counter[int] = field(default_factory=Counter)
    late: list[str] = field(default_factory=list)


async def lay_ground(hub: RunningHub) -> Ground:
    case = await open_case(hub)
    sent = await notify_police(case)
    copy_id = next(c.kopie_id for c, _ in sent.copies if c.ontvanger.rol == "politie_hovj")
    return Ground(case=case, copy_id=copy_id)


def without_limit(hub: RunningHub) -> RunningHub:
    """The same hub for whoever asks it more than an agency may."""
    return replace(hub, desk=Desk(hub.parts, WITHOUT_LIMIT))


def forgetful(hub: RunningHub) -> RunningHub:
    """A hub that decides on what it loaded and never looks whether that still holds: the fault to be noticed."""
    parts = replace(hub.parts, writer=_Forgetful(hub.parts.writer))
    return replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))


class _Forgetful(Writer):
    def __init__(self, writer: Writer) -> None:
        self._behind = writer

    async def write(self, change: Change) -> Written:
        return await self._behind.write(replace(change, reads={}))


async def interleave(hubs: Sequence[RunningHub], count: int, *, seed: int) -> Seen:
    """`count` times: an assignment is used and revoked at once at different hubs, at times used again after that."""
    seen = Seen()
    shares = [count // WORKERS + (place < count % WORKERS) for place in range(WORKERS)]
    await asyncio.gather(
        *(
            _work(hubs, share, seen, random.Random(f"{seed}:{place}"))  # noqa: S311
            for place, share in enumerate(shares)
        )
    )
    return seen


async def _work(hubs: Sequence[RunningHub], count: int, seen: Seen, chance: random.Random) -> None:
    names: list[str] = []
    for _ in range(count):
        if not names:
            ground = await lay_ground(hubs[0])
            names = await _staffed(hubs[0], ground)
        ask = chance.choices([ground.read, ground.view, ground.send], weights=[30, 60, 1])[0]
        await _once(Course(ground=ground, ask=ask, name=names.pop(), chance=chance), hubs, seen)


async def _staffed(hub: RunningHub, ground: Ground) -> list[str]:
    """Officers who are assigned to the case, in one change: what is assigned one by one is revoked just the same."""
    names, now = [f"pol-{uuid4().hex[:8]}" for _ in range(PER_CASE)], hub.hands.now
    case_id, police = ground.case.case_id, Asker(oin=POL, trace_id="a" * 32)
    rows = tuple(
        AssignmentRow(
            assignment_id=str(uuid4()),
            case_id=case_id,
            oin=POL,
            role="politie_hovj",
            staff=name,
            side="neutraal",
            basis="toewijzing",
            made_at=rfc3339(now),
            ended_at=None,
        )
        for name in names
    )
    made = [leaf(EventTag.ASSIGNMENT_MADE, police, now, staff=name, case_id=case_id) for name in names]
    await hub.parts.writer.write(
        Change(
            key=f"toewijzingen:{uuid4()}",
            judge=lambda _: Judgement(inserts=rows),
            leaves=tuple(made),
            touches=frozenset({case_scope(case_id)}),
        )
    )
    return names


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Who uses his assignment in which way, and the chance that sets the moments."""

    ground: Ground
    ask: Ask
    name: str
    chance: random.Random


async def _once(course: Course, hubs: Sequence[RunningHub], seen: Seen) -> None:
    ground, ask, chance, name = course.ground, course.ask, course.chance, course.name
    here, there, elsewhere = (chance.choice(hubs).node(POL, "politie_hovj", name) for _ in range(3))
    head_start = chance.uniform(0, LONGEST_HEAD_START_S)
    used, _ = await asyncio.gather(_answered(lambda: ask(here)), _revoke(there, ground, head_start))
    assert used.answer.status in {200, 403, 404, 409}, used.answer.body
    seen.beside[used.answer.status] += 1
    if chance.random() < ASKED_AFTER:
        again = ask if ask != ground.send else ground.view
        after = await _answered(lambda: again(elsewhere))
        seen.late += [name] if after.answer.status == 200 else []


async def _answered(ask: Callable[[], Awaitable[Reply]]) -> Reply:
    """The answer of a hub that is not too busy: on 503 nothing was done, and a node asks again."""
    for _ in range(PATIENCE):
        reply = await ask()
        if reply.answer.status != BUSY:
            return reply
    raise TimeoutError(f"busy {PATIENCE} times")


async def _revoke(person: Sender, ground: Ground, head_start_s: float) -> None:
    await asyncio.sleep(head_start_s)
    ended = await _answered(lambda: assign(person, ground.case.case_id, beeindigen=True))
    assert ended.answer.status == 200, ended.answer.body


async def stale_allows(hub: RunningHub) -> list[str]:
    """Every allow in the log, of a police officer, that stands after the end of his assignment: event and person."""
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    assigned: set[tuple[str, str]] = set()
    stale = []
    for body in map(json.loads, bodies):
        person = body["wie"]["persoon"]
        if body["wie"]["oin"] != POL or person is None:
            continue
        who = (body["over"]["zaak_id"], person)
        match body["wat"]:
            case EventTag.ASSIGNMENT_MADE:
                assigned.add(who)
            case EventTag.ASSIGNMENT_ENDED:
                assigned.discard(who)
            case allow if allow in ALLOWS and who not in assigned:
                stale.append(f"{allow} {person}")
    return stale
