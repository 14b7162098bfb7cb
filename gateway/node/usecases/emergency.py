"""Openings in an emergency: recorded with their reason, told at once, reviewed by a colleague within a day.

Break glass is judged by the hub. When the hub cannot be reached, a node opens only U0 and U1 copies, for whom the last
roster has on duty in the role that they are addressed to, under the purpose that they were sealed for; the hub hears of
it as soon as it can. The reason is a person's own words, so it stays at the node, sealed.
"""

import logging
from datetime import timedelta
from typing import Final, Literal

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import new_id
from gateway.domain.urgency import Urgency
from gateway.node.hub_link import HubUnreachable
from gateway.node.storage import emergencies, outbox
from gateway.node.storage.contested import contested_among
from gateway.node.storage.corrections import corrections_of
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import EmergencyOpening, ReceivedCopy
from gateway.node.usecases.kept import open_kept
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.reading import Reading, kept_for, left_out_of_copy
from gateway.node.usecases.recalled import refuse_if_recalled
from gateway.node.usecases.receipts import give_receipt
from gateway.node.usecases.visible import Listing, require_seen, seen_by
from gateway.protocol.questions import BreakGlass, ReadQuestion
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff

logger = logging.getLogger(__name__)

REVIEW_WITHIN: Final = timedelta(hours=24)
OPENS_WITHOUT_HUB: Final = frozenset({Urgency.U0, Urgency.U1})
REASON_STAYS_HERE: Final = "De reden ligt vast bij het knooppunt."
DESTROYED: Final = "De reden is met de zaak vernietigd."
HUB_AWAY: Final = "De hub was niet bereikbaar."


async def read_without_hub(
    parts: Parts,
    person: Person,
    copy: ReceivedCopy,
    *,
    purpose: str | None,
    reason: str | None,
    away: HubUnreachable,
) -> Reading:
    """The copy as it was sealed for this role and purpose. Raises `away` for everything that must wait for the hub."""

    def show(connection: Connection) -> Reading:
        now = rfc3339(parts.clock())
        on_duty = emergencies.is_on_duty(connection, role=copy.role, staff=person.staff, now=now)
        if copy.urgency not in OPENS_WITHOUT_HUB or purpose != copy.purpose or not on_duty:
            raise away
        refuse_if_recalled(connection, copy)
        opened = open_kept(parts, copy)
        note_opening(parts, connection, person, copy, kind="hub_weg", reason=reason or HUB_AWAY)
        give_receipt(parts, connection, copy, "geopend", parts.clock(), staff=person.staff)
        _tell_hub(parts, connection, person, copy)
        return Reading(
            copy=copy,
            purpose=copy.purpose,
            decision_id=None,
            content=opened.content,
            left_out=left_out_of_copy(
                catalogue().message(copy.message_type), opened.statement.context.manifest
            ),
            corrections=corrections_of(connection, [copy]),
            is_contested=bool(contested_among(connection, [copy.message_id])),
            kept_for=kept_for(opened.statement.context.verplichtingen),
        )

    reading = await parts.database.write(show)
    parts.to_hub.ring()
    return reading


def note_opening(
    parts: Parts,
    connection: Connection,
    person: Person,
    copy: ReceivedCopy,
    *,
    kind: Literal["breekglas", "hub_weg"],
    reason: str,
) -> None:
    """Recorded before anything is shown."""
    opening_id = new_id()
    opening = EmergencyOpening(
        opening_id=opening_id,
        copy_id=copy.copy_id,
        case_id=copy.case_id,
        role=copy.role,
        staff=person.staff,
        purpose=copy.purpose,
        kind=kind,
        sealed=parts.own_seal.seal(reason, belongs_to=_belongs_to(opening_id)),
        opened_at=rfc3339(parts.clock()),
        reviewed_by=None,
        reviewed_at=None,
    )
    emergencies.insert_opening(connection, opening)
    logger.warning(
        "a copy was opened in an emergency",
        extra={"copy_id": copy.copy_id, "case_id": copy.case_id, "role": copy.role, "code": kind},
    )


def reason_of(parts: Parts, opening: EmergencyOpening) -> str:
    """The reason that the person gave. Raises InvalidInput when the file was tampered with."""
    if not opening.sealed:
        return DESTROYED
    return str(parts.own_seal.open(opening.sealed, belongs_to=_belongs_to(opening.opening_id)))


async def openings(parts: Parts, person: Person) -> Listing[EmergencyOpening]:
    """What was opened in the person's roles, in cases that exist for him, and what he opened himself: first what nobody
    reviewed, oldest first. Raises Unavailable when the hub cannot decide."""
    found = await parts.database.read(lambda c: emergencies.openings_of(c, person.roles))
    seen = await seen_by(parts, person, ((each.case_id, each.role) for each in found))
    return Listing(
        entries=tuple(
            each for each in found if each.staff == person.staff or seen.shows(each.case_id, each.role, None)
        ),
        incomplete=seen.incomplete,
    )


async def review(parts: Parts, person: Person, opening_id: str) -> EmergencyOpening:
    """A colleague in the same role, for whom the case exists, looked at it.

    Raises NotFound, Refused for whoever opened it himself, and Unavailable when the hub cannot decide.
    """
    opening = await parts.database.read(lambda c: emergencies.find_opening(c, opening_id))
    if opening is None:
        raise NotFound
    person.require_addressee(opening.role)
    if opening.staff == person.staff:
        raise Refused(
            rule="nakijken",
            article="",
            code="eigen-noodopening",
            detail_nl="Een noodopening wordt door een collega nagekeken.",
            detail_en="An opening in an emergency is reviewed by a colleague.",
        )
    await require_seen(parts, person, case_id=opening.case_id, role=opening.role, urgency=None)
    now = rfc3339(parts.clock())
    await parts.database.write(
        lambda c: emergencies.record_review(c, opening_id, staff=person.staff, now=now)
    )
    reviewed = await parts.database.read(lambda c: emergencies.find_opening(c, opening_id))
    return reviewed or opening


def _tell_hub(parts: Parts, connection: Connection, person: Person, copy: ReceivedCopy) -> None:
    """The hub judges afterwards what was opened without it, and its log holds both."""
    question = ReadQuestion(
        kopie_id=copy.copy_id,
        lezer=Staff(rol=copy.role, medewerker=person.staff),
        doel=copy.purpose,
        breekglas=BreakGlass(reden=HUB_AWAY),
    )
    outbox.put_report(
        connection,
        case_id=copy.case_id,
        copy_id=copy.copy_id,
        body=question.canonical(),
        verb=Verb.READ,
        now=parts.clock(),
    )


def _belongs_to(opening_id: str) -> str:
    return f"noodopening:{opening_id}"
