"""What the policy is told of the registers when somebody plans, and who writes them here."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from gateway.domain.clock import rfc3339
from gateway.hub.storage.tables import decisions
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.makers import (
    GEM,
    NOW,
    POL,
    VT,
    OpenCase,
    RunningHub,
    Sender,
)

IMPOSED, HISTORY, RIHG = "huisverbod.opgelegd", "historie.antwoord", "screening.rihg.uitkomst"

TEN_DAYS: Final[dict[str, Any]] = {
    "mondeling_aangezegd": False,
    "opgelegd_op": rfc3339(NOW),
    "eindigt_op": rfc3339(NOW + timedelta(days=10)),
}

PILOT = """
regio = "verzonnen-noord"
gemeenten = ["9901"]
simulatie = false
[vlaggen]
verzoekers = ["rvdk_raadsonderzoeker"]
"""


def mayor(hub: RunningHub, oin: str = GEM) -> Sender:
    return hub.node(oin, "burgemeester", "bgm-1")


def hovj(hub: RunningHub) -> Sender:
    return hub.node(POL, "politie_hovj", "pol-0007")


def why(reply: Reply) -> str:
    """The rule of a refusal, or the code of another problem."""
    body = reply.answer.body
    return str(body.get("regel") or body["code"])


async def recorded(hub: RunningHub, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Question and verdict of every decision of that kind that is on record, in order."""
    rows = await hub.store.reader.read(
        lambda c: c.execute(select(decisions).where(decisions.c.kind == kind)).all()
    )
    return [(json.loads(row.question), json.loads(row.verdict)) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the policy was asked about an act, and which rules failed."""

    facts: dict[str, Any]
    missing: list[str]


async def imposing(officer: Sender, case: OpenCase) -> Asked:
    """What the policy answers when this officer would impose the ban. It is too early for one in every case here."""
    before = len(await recorded(officer.hub, "besluiten"))
    await officer.plan(IMPOSED, case.case_id, TEN_DAYS, [(VT, "vt_medewerker")])
    new = (await recorded(officer.hub, "besluiten"))[before:]
    assert len(new) == 1
    question, verdict = new[0]
    return Asked(facts=question["context"], missing=verdict["ontbreekt"])


async def opened_for(sender: Sender, case: OpenCase, message: str, to: Sender, key: str) -> bool:
    """What the policy is told of that condition when this message would be sent to that recipient."""
    count = len(await recorded(sender.hub, "verzenden"))
    await sender.plan(message, case.case_id, {}, [(to.oin, to.role)])
    new = (await recorded(sender.hub, "verzenden"))[count:]
    assert len(new) == 1
    return bool(new[0][0]["recipients"][0]["context"][key])
