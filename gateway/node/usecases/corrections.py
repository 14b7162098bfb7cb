"""Corrections: a correction of ours goes to whoever got the message; one that comes in marks the message it is about.

Who got a message stands in our own records, and in no copy; whoever took the place of an agency gets it instead. A
mark stays until a person takes the correction on; that the accuracy of a message is contested stays with it
(Wpg 28(3)).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from gateway.domain.conversation import CORRECTION
from gateway.domain.errors import Cause, InvalidInput, NotFound
from gateway.node.ports import Mark
from gateway.node.storage import recalls, sent
from gateway.node.storage.corrections import CorrectionIn, KnownCorrection, corrections_of, insert_correction
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.storage.sent import SentState
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.opening import OpenedCopy
from gateway.protocol.wire import OinRole

MARK_OF: Final[Mapping[str, Mark]] = {
    "onjuist": Mark.CORRECTED,
    "onvolledig": Mark.CORRECTED,
    "ten_onrechte_verzonden": Mark.WITHDRAWN,
    "betwist": Mark.CONTESTED,
}


async def addressed(parts: Parts, person: Person, draft: Draft) -> Draft:
    """The draft with its recipients: a correction that names none goes to every recipient of the original.

    Raises InvalidInput for another message without recipients, NotFound for an original that this person did not send
    in one of his roles.
    """
    if draft.recipients:
        return draft
    if draft.message_type != CORRECTION:
        cause = Cause(
            pointer="/ontvangers",
            code="verplicht",
            detail_nl="Noem een ontvanger.",
            detail_en="Name a recipient.",
        )
        raise InvalidInput(causes=[cause])
    original = draft.content.get("bericht_id")
    successions, now = parts.registry().successions, parts.clock()
    found = await parts.database.read(lambda c: _who_got(c, str(original)))
    if found is None:
        raise NotFound
    role, recipients = found
    person.require_addressee(role)
    current = (OinRole(oin=successions.heir(r.oin, now), rol=r.rol) for r in recipients)
    return replace(draft, recipients=list(dict.fromkeys(current)))


def _who_got(connection: Connection, message_id: str) -> tuple[str, list[OinRole]] | None:
    message = sent.find_message(connection, message_id)
    if message is None or message.state != SentState.ACCEPTED:
        return None
    gone = {recall.copy_id for recall in recalls.recalled_of(connection, message_id) if not recall.breach_id}
    copies = sent.copies_of(connection, message_id)
    return message.role, [OinRole(oin=c.oin, rol=c.role) for c in copies if c.copy_id not in gone]


def note_correction(connection: Connection, copy: ReceivedCopy, opened: OpenedCopy) -> None:
    """Remembers what a correction that came in is about. Nothing happens for another message."""
    facts = opened.statement.context.feiten
    if copy.message_type != CORRECTION or not {"bericht_id", "soort"} <= facts.keys():
        return  # a correction that may not say what it is about can only be read
    row = CorrectionIn(
        copy_id=copy.copy_id,
        message_id=copy.message_id,
        corrects=str(facts["bericht_id"]),
        case_id=copy.case_id,
        sender_oin=copy.sender_oin,
        role=copy.role,
        kind=str(facts["soort"]),
        received_at=copy.received_at,
    )
    insert_correction(connection, row)


def marks_of(corrections: Iterable[KnownCorrection], *, contested: bool = False) -> tuple[Mark, ...]:
    """What the corrections of one copy mark it with, each once; `contested` when it rests on what is."""
    kept = [MARK_OF[c.kind] for c in corrections if not c.taken_on or MARK_OF[c.kind] is Mark.CONTESTED]
    return tuple(dict.fromkeys([*kept, *([Mark.CONTESTED] if contested else [])]))


async def known_corrections(parts: Parts, copy: ReceivedCopy) -> tuple[KnownCorrection, ...]:
    return await parts.database.read(lambda c: corrections_of(c, [copy]))
