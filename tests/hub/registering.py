"""The questions of a node about registers: signed entries, their end, and what is on record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from gateway.domain.clock import rfc3339
from gateway.hub.usecases.problem_answers import Reply
from gateway.protocol.register_questions import MANDATE, STATEMENT, CaseStatement, Mandate
from gateway.protocol.submission import Staff
from gateway.protocol.wire import OinRole
from tests.hub.asking import decide
from tests.hub.makers import DWELLING, Sender

A_WEEK = timedelta(days=7)


def staff_of(person: Sender) -> Staff:
    return Staff(rol=person.role, medewerker=person.staff)


def mandate(giver: Sender, holder: Sender, kind: str, **changes: Any) -> str:
    """The signed mandate of the giver for the holder, for a week from now unless told."""
    now = giver.hub.hands.now
    values: dict[str, Any] = {
        "aud": giver.hub.world.registry.hub_oin,
        "mandaat_id": str(uuid4()),
        "gemeentecode": DWELLING,
        "soort": kind,
        "houder_oin": holder.oin,
        "houder": staff_of(holder),
        "van": rfc3339(now),
        "tot": rfc3339(now + A_WEEK),
        "door": staff_of(giver),
    }
    return giver.hub.world.signing[giver.oin].sign(Mandate(**(values | changes)), typ=MANDATE)


async def give_mandate(giver: Sender, holder: Sender, kind: str, **changes: Any) -> Reply:
    return await decide(giver, {"soort": "mandaat", "mandaat": mandate(giver, holder, kind, **changes)})


def statement(by: Sender, case_id: str, kind: str, **members: Any) -> str:
    """The signed statement, for a week from now unless told."""
    now = by.hub.hands.now
    values: dict[str, Any] = {
        "aud": by.hub.world.registry.hub_oin,
        "verklaring_id": str(uuid4()),
        "zaak_id": case_id,
        "soort": kind,
        "van": rfc3339(now),
        "tot": rfc3339(now + A_WEEK),
        "door": staff_of(by),
    }
    return by.hub.world.signing[by.oin].sign(CaseStatement(**(values | members)), typ=STATEMENT)


async def state(by: Sender, case_id: str, kind: str, **members: Any) -> Reply:
    return await decide(by, {"soort": "verklaring", "verklaring": statement(by, case_id, kind, **members)})


def disclosure(to: Sender, category: str, *purposes: str) -> dict[str, Any]:
    """The members of a statement about a disclosure to that agency in that role."""
    recipient = OinRole(oin=to.oin, rol=to.role)
    return {"ontvanger": recipient, "categorie": category, "doelen": list(purposes)}


async def revoke(by: Sender, register: str, entry_id: str) -> Reply:
    question = {"soort": "intrekking", "welkRegister": register, "id": entry_id}
    return await decide(by, question | {"door": staff_of(by).to_json()})


async def register_pilot(by: Sender, settings: str, **changes: Any) -> Reply:
    """The municipality of the dwelling takes part for a week from now unless told."""
    now: datetime = by.hub.hands.now
    question: Mapping[str, Any] = {
        "soort": "proef",
        "proefId": str(uuid4()),
        "gemeentecode": DWELLING,
        "instellingen": settings,
        "van": rfc3339(now),
        "tot": rfc3339(now + A_WEEK),
        "door": staff_of(by).to_json(),
    }
    return await decide(by, {**question, **changes})


async def registers(by: Sender, case_id: str | None = None) -> Reply:
    return await decide(by, {"soort": "registers", "zaakId": case_id, "door": staff_of(by).to_json()})
