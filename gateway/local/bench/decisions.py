"""How long the policy takes: through the hub's own door, and by a bare HTTP request of the same question (floor)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp

from gateway.domain.catalogue import catalogue
from gateway.domain.identifiers import AgencyKind, Oin, RoleId
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.grid import NOW, fulfilled_facts
from gateway.hub.policy.own_opa import RunningOpa
from gateway.hub.policy.questions import MessageQuestion, RecipientQuestion, Subject
from gateway.local.bench.figures import Aim, Section, of_times
from gateway.local.bench.timing import Budget, in_turn

MESSAGE: Final = "zsm.afdoening"  # twelve fields, and more than six roles that may get it
FIELDS: Final = 12
MANY: Final = 6
ROUNDS: Final = 400
WARM_UP: Final = 40
WITHIN_S: Final = 20.0
_SENDER, _OTHER = Oin("00000099000000000001"), Oin("00000099000000000002")


def bare_query(session: aiohttp.ClientSession, url: str, body: bytes) -> Callable[[], Awaitable[Any]]:
    """One POST with bytes that were made before, and the answer as JSON: what no client of OPA can do without."""

    async def ask() -> Any:
        async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
            return json.loads(await answer.read())

    return ask


def question_url(opa: RunningOpa, question: MessageQuestion) -> str:
    """Where OPA answers it."""
    return f"http://{opa.host}:{opa.port}/v1/data/{question.package.replace('.', '/')}/decision"


async def measure_decisions(opa: RunningOpa) -> Section:
    """One and six recipients, each beside its floor."""
    one, six = question(1), question(MANY)
    async with (
        DecisionPoint(host=opa.host, port=opa.port, revision=opa.revision, timeout_s=20) as point,
        aiohttp.ClientSession() as session,
    ):
        calls = [
            lambda: point.decide_message(one),
            bare_query(session, question_url(opa, one), _body(one, opa)),
            lambda: point.decide_message(six),
            bare_query(session, question_url(opa, six), _body(six, opa)),
        ]
        await in_turn(calls, rounds=WARM_UP, budget=Budget(WITHIN_S / 4))
        times = await in_turn(calls, rounds=ROUNDS, budget=Budget(WITHIN_S))
    return _section(*times)


def decision_aims(
    one: tuple[float | None, float | None], six: tuple[float | None, float | None]
) -> tuple[Aim, ...]:
    """The aims for (p50, p99) of one and of six recipients."""
    return (
        Aim(
            key="besluit-1-p50",
            name=f"Besluit, 1 ontvanger met {FIELDS} velden, p50",
            unit="ms",
            bound=2,
            measured=one[0],
        ),
        Aim(
            key="besluit-1-p99",
            name=f"Besluit, 1 ontvanger met {FIELDS} velden, p99",
            unit="ms",
            bound=8,
            measured=one[1],
        ),
        Aim(
            key="besluit-6-p50", name=f"Besluit, {MANY} ontvangers, p50", unit="ms", bound=8, measured=six[0]
        ),
        Aim(
            key="besluit-6-p99", name=f"Besluit, {MANY} ontvangers, p99", unit="ms", bound=20, measured=six[1]
        ),
    )


def question(recipients: int) -> MessageQuestion:
    """Every condition fulfilled, so that the policy looks at everything."""
    message, facts = catalogue().message(MESSAGE), fulfilled_facts()
    sender = message.senders[0]
    return MessageQuestion(
        now=NOW,
        subject=Subject(oin=_SENDER, agency=_agency(sender), role=RoleId(sender)),
        case_state=message.states[0],
        owner=_SENDER,
        message=message.name,
        context=facts,
        recipients=tuple(
            RecipientQuestion(
                oin=_OTHER, agency=_agency(role), role=RoleId(role), competent_or_assigned=True, context=facts
            )
            for role in message.recipients[:recipients]
        ),
    )


def _section(
    one_ms: list[float], bare_one_ms: list[float], six_ms: list[float], bare_six_ms: list[float]
) -> Section:
    one = of_times("besluit-1", f"Besluit, 1 ontvanger met {FIELDS} velden", one_ms)
    bare = of_times("besluit-1-kaal", "  kale OPA-vraag (aiohttp), dezelfde vraag", bare_one_ms)
    six = of_times("besluit-6", f"Besluit, {MANY} ontvangers met {FIELDS} velden", six_ms)
    bare_six = of_times("besluit-6-kaal", "  kale OPA-vraag (aiohttp), dezelfde vraag", bare_six_ms)
    return Section(
        measures=(one, bare, six, bare_six), aims=decision_aims((one.p50, one.p99), (six.p50, six.p99))
    )


def _body(asked: MessageQuestion, opa: RunningOpa) -> bytes:
    return json.dumps({"input": asked.to_input(opa.revision)}).encode()


def _agency(role: str) -> AgencyKind:
    return catalogue().roles[RoleId(role)].agencies[0]
