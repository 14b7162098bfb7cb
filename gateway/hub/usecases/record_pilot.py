"""A municipality registers its part in a region's pilot.

A region's file counts in a municipality once its own burgemeester registered it, and only there; what needs a change
of law is refused by name outside a simulation (gateway.domain.pilot), and an entry of a simulation says so wherever it
is shown. The domain names the pilots "of the region" and no single authority: the strict reading is each for itself.
"""

import json
from datetime import timedelta
from typing import Any, Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.pilot import PilotConfiguration, parse_pilot
from gateway.domain.registers import MANDATE_GIVER
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.storage.register_rows import PilotRow
from gateway.hub.storage.registers import find_pilot, municipality_scope
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.registering import (
    WRONG_MUNICIPALITY,
    WRONG_ROLE,
    audit_refusal,
    id_taken,
    refusal,
    validity,
)
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.canonical import canonical, malformed
from gateway.protocol.exchange import Answer
from gateway.protocol.register_questions import PilotQuestion

ARTICLE: Final = "Wth 2(1)"
LONGEST: Final = timedelta(days=2 * 366)


async def record_pilot(parts: Parts, asker: Asker, question: PilotQuestion) -> Answer:
    """The entry as it is on record now. Raises InvalidInput with every mistake in the file, Refused, Conflict."""
    now, agency = parts.clock(), asker.participant(parts.registry())
    require_own_role(agency, question.door)
    rule = None
    if question.door.rol != MANDATE_GIVER:
        rule = WRONG_ROLE
    elif not agency.is_competent(question.gemeentecode, now):
        rule = WRONG_MUNICIPALITY
    if rule is not None:
        await audit_refusal(parts, asker, question.door, rule, ARTICLE)
        raise refusal(rule, ARTICLE)
    chosen = parse_pilot(question.instellingen, simulation=parts.simulation)
    if question.gemeentecode not in chosen.municipalities:
        raise malformed("gemeentecode", "niet een van de gemeenten in de instellingen")
    held = validity(question.van, question.tot, now, longest=LONGEST, back=timedelta(0))
    row = PilotRow(
        pilot_id=question.proef_id,
        municipality=question.gemeentecode,
        region=chosen.region,
        flags=_flags(chosen),
        simulation=chosen.simulation,
        oin=asker.oin,
        staff=question.door.medewerker,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        registered_at=rfc3339(now),
        revoked_at=None,
        revoked_staff=None,
    )
    earlier = await parts.reader.read(lambda c: find_pilot(c, question.proef_id))
    if earlier is not None:
        return Answer(200, pilot_view(_same(earlier, row)))
    written = leaf(
        EventTag.PILOT_CHANGED,
        asker,
        now,
        role=question.door.rol,
        staff=question.door.medewerker,
        why=Why(rule="simulatie" if chosen.simulation else "proef", article=ARTICLE),
    )
    await parts.writer.write(
        Change(
            key=f"proef:{row.pilot_id}",
            judge=lambda _: Judgement(inserts=(row,)),
            leaves=(written,),
            touches=frozenset({municipality_scope(row.municipality)}),
        )
    )
    return Answer(200, pilot_view(row))


def _flags(chosen: PilotConfiguration) -> str:
    """The flags that differ from the law and practice of now, as JSON."""
    values = {name: value for name, value in chosen.values.items() if chosen.is_on(name)}
    return canonical({n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}).decode()


def _same(earlier: PilotRow, row: PilotRow) -> PilotRow:
    """The earlier entry, when it says the same. Raises Conflict."""
    asked = (row.oin, row.municipality, row.region, row.flags, row.simulation, row.starts_at, row.ends_at)
    known = (
        earlier.oin,
        earlier.municipality,
        earlier.region,
        earlier.flags,
        earlier.simulation,
        earlier.starts_at,
        earlier.ends_at,
    )
    if asked != known:
        raise id_taken()
    return earlier


def pilot_view(row: PilotRow) -> dict[str, Any]:
    """The entry; there is nothing of a case or a person in it but who registered it."""
    return {
        "proefId": row.pilot_id,
        "gemeentecode": row.municipality,
        "regio": row.region,
        "vlaggen": json.loads(row.flags),
        "simulatie": row.simulation,
        "van": row.starts_at,
        "tot": row.ends_at,
        "vastgelegdOp": row.registered_at,
        "ingetrokkenOp": row.revoked_at,
    }
