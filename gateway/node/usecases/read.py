"""A person opens a copy. The hub decides each time; shown is what both the copy and this decision allow.

(1) The copy exists for whoever acts in the role it is addressed to, and for nobody else. (2) Ask the hub, with the
purpose that the person states. (3) Open the copy again, from the bytes that came. (4) Keep what both allow. (5) Store
the receipt `geopend`; only then (6) show it. What is not shown is named, with the rule and the reason.
"""

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import PurposeId
from gateway.node.hub_link import HubUnreachable, answer_or_error
from gateway.node.masks import MaskContext
from gateway.node.storage import received
from gateway.node.storage.contested import contested_among
from gateway.node.storage.corrections import corrections_of
from gateway.node.storage.database import Connection
from gateway.node.storage.pseudonyms import pseudonym
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.destroy_case import require_not_destroyed
from gateway.node.usecases.emergency import REASON_STAYS_HERE, note_opening, read_without_hub
from gateway.node.usecases.kept import open_kept
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.reading import Reading, kept_for, left_out
from gateway.node.usecases.recalled import require_not_recalled
from gateway.node.usecases.receipts import give_receipt
from gateway.node.usecases.shown import reader_of, shown
from gateway.node.usecases.visible import require_seen
from gateway.protocol.opening import OpenedCopy
from gateway.protocol.questions import BreakGlass, ReadAnswer, ReadQuestion
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff


async def read_copy(
    parts: Parts, person: Person, copy_id: str, *, purpose: str | None, emergency: str | None = None
) -> Reading:
    """`emergency` is the reason of a person who breaks the glass: the hub judges that, and the reason stays here.

    Raises NotFound, Refused, InvalidInput, and Unavailable when the hub cannot decide: then nothing is shown, but for
    what `emergency` opens without the hub.
    """
    copy = await find_addressed(parts, person, copy_id)  # (1)
    try:
        answer = await _decide(parts, person, copy, purpose, emergency)  # (2)
    except HubUnreachable as away:
        return await read_without_hub(parts, person, copy, purpose=purpose, reason=emergency, away=away)
    opened = open_kept(parts, copy)  # (3)

    def show(connection: Connection) -> Reading:
        if emergency is not None:
            note_opening(parts, connection, person, copy, kind="breekglas", reason=emergency)
        return _show(parts, connection, person, copy, opened=opened, answer=answer)

    return await parts.database.write(show)


async def find_addressed(parts: Parts, person: Person, copy_id: str) -> ReceivedCopy:
    """The copy, if it is addressed to a role in which this person acts. Raises NotFound, with its own code for a case
    that was destroyed, and Refused for a copy that its sender took back."""
    copy = await parts.database.read(lambda c: received.find_received(c, copy_id))
    if copy is None:
        raise NotFound
    person.require_addressee(copy.role)
    await require_still_here(parts, copy)
    return copy


async def find_seen(parts: Parts, person: Person, copy_id: str) -> ReceivedCopy:
    """The copy, if its case exists for this person. Raises NotFound, Unavailable when the hub cannot decide."""
    copy = await parts.database.read(lambda c: received.find_received(c, copy_id))
    if copy is None:
        raise NotFound
    await require_seen(parts, person, case_id=copy.case_id, role=copy.role, urgency=copy.urgency)
    return copy


async def require_still_here(parts: Parts, copy: ReceivedCopy) -> None:
    """Raises Refused for a copy that its sender took back, NotFound with its own code for a destroyed case."""
    await require_not_recalled(parts, copy)
    await require_not_destroyed(parts, copy.case_id)


async def _decide(
    parts: Parts, person: Person, copy: ReceivedCopy, purpose: str | None, emergency: str | None
) -> ReadAnswer:
    question = ReadQuestion(
        kopie_id=copy.copy_id,
        lezer=Staff(rol=copy.role, medewerker=person.staff),
        doel=purpose,
        breekglas=None if emergency is None else BreakGlass(reden=REASON_STAYS_HERE),
    )
    body = answer_or_error(await parts.hub.ask(Verb.READ, question.canonical()))
    answer = ReadAnswer.parse(dict(body))
    if not answer.toegestaan or answer.kopie_id != copy.copy_id:
        raise Refused(rule="G00_default", article=catalogue().rule_text("G00_default").article)
    return answer


def _show(
    parts: Parts,
    connection: Connection,
    person: Person,
    copy: ReceivedCopy,
    *,
    opened: OpenedCopy,
    answer: ReadAnswer,
) -> Reading:
    message_type, manifest = catalogue().message(copy.message_type), opened.statement.context.manifest
    ctx = MaskContext(
        reader=reader_of(opened),
        pseudonym=lambda value: pseudonym(connection, copy.case_id, value, parts.database.secret),
        region=parts.agency.municipalities,
        purpose=PurposeId(answer.doel),
    )
    content = shown(message_type, opened.content, manifest, answer, ctx)  # (4)
    give_receipt(parts, connection, copy, "geopend", parts.clock(), staff=person.staff)  # (5)
    parts.to_hub.ring()
    return Reading(  # (6)
        copy=copy,
        purpose=answer.doel,
        decision_id=answer.besluit_id,
        content=content,
        left_out=left_out(message_type, manifest, answer),
        corrections=corrections_of(connection, [copy]),
        is_contested=bool(contested_among(connection, [copy.message_id])),
        kept_for=kept_for(opened.statement.context.verplichtingen),
    )
