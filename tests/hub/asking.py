"""The short questions of a node: duty, assignment, reading and the other decisions."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.domain.clock import rfc3339
from gateway.hub.usecases.problem_answers import Reply
from gateway.protocol.subjects import Verb
from tests.hub.makers import Sender


async def decide(person: Sender, question: Mapping[str, Any]) -> Reply:
    return await person.hub.ask(Verb.DECIDE, person.oin, json.dumps(question).encode())


async def duty(person: Sender, begin: datetime | None = None, end: datetime | None = None) -> Reply:
    """The person's agency states that he is on duty in his role; for the twelve hours around now unless told."""
    now = person.hub.hands.now
    return await decide(
        person,
        {
            "soort": "dienst",
            "medewerker": {"rol": person.role, "medewerker": person.staff},
            "van": rfc3339(begin or now - timedelta(hours=6)),
            "tot": rfc3339(end or now + timedelta(hours=6)),
        },
    )


async def assign(person: Sender, case_id: str, **changes: Any) -> Reply:
    """The person's agency assigns him to the case."""
    question = {
        "soort": "toewijzing",
        "zaakId": case_id,
        "medewerker": {"rol": person.role, "medewerker": person.staff},
        "kant": "neutraal",
    }
    return await decide(person, question | changes)


async def ask_reading(person: Sender, copy_id: str, purpose: str | None, **changes: Any) -> Reply:
    question = {
        "kopieId": copy_id,
        "lezer": {"rol": person.role, "medewerker": person.staff},
        "doel": purpose,
    }
    return await person.hub.ask(Verb.READ, person.oin, json.dumps(question | changes).encode())


async def ask_case(person: Sender, case_id: str, purpose: str | None) -> Reply:
    """The person looks at the case."""
    question = {
        "soort": "zaak",
        "zaakId": case_id,
        "door": {"rol": person.role, "medewerker": person.staff},
        "doel": purpose,
    }
    return await decide(person, question)
