"""A person takes back a message that went to the wrong recipient, and what the recipient attests about it.

The node signs the order, for one copy; the hub decides. The breach file that follows when somebody had opened it stands
at the hub and is shown to the role that sent the message.
"""

from datetime import datetime

from gateway.domain.clock import rfc3339
from gateway.domain.errors import NotFound
from gateway.node.hub_link import answer_or_error
from gateway.node.storage import recalls, sent
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import SentCopy, SentMessage
from gateway.node.usecases.parts import Parts, Person
from gateway.protocol.canonical import malformed, unb64u
from gateway.protocol.recall import (
    DESTRUCTION,
    RECALL_ORDER,
    Breach,
    BreachAnswer,
    BreachQuestion,
    BreachStepQuestion,
    Destruction,
    Reason,
    RecallAnswer,
    RecallOrder,
    RecallQuestion,
    Step,
    StepReason,
)
from gateway.protocol.receipt import InboxItem
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff
from gateway.protocol.wire import OinRole, load_json

TAKEN_BACK = "teruggehaald"


async def recall_copy(
    parts: Parts, person: Person, message_id: str, *, recipient: OinRole, reason: Reason
) -> recalls.RecallOut:
    """What the hub decided; asked again it is the same.

    Raises NotFound for a message that this person did not send in one of his roles or a recipient that got no copy of
    it, and Unavailable when the hub cannot be asked: then nothing was taken back.
    """
    message, copy = await parts.database.read(lambda c: _found(c, message_id, recipient))
    if message is None or copy is None:
        raise NotFound
    person.require_addressee(message.role)
    order = RecallOrder(
        aud=parts.registry().hub_oin,
        kopie_id=copy.copy_id,
        bericht_id=message_id,
        zaak_id=copy.case_id,
        afzender=OinRole(oin=parts.oin, rol=message.role),
        ontvanger=recipient,
        afzendernummer=copy.number,
        reden=reason,
        tijdstip=rfc3339(parts.clock()),
    )
    question = RecallQuestion(
        soort="terughalen",
        opdracht=parts.signing_key.sign(order, typ=RECALL_ORDER),
        door=Staff(rol=message.role, medewerker=person.staff),
    )
    body = answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))
    answer = RecallAnswer.parse(dict(body))
    decided = recalls.RecallOut(
        copy_id=copy.copy_id,
        message_id=message_id,
        reason=reason,
        staff=person.staff,
        outcome=answer.uitkomst,
        breach_id=answer.datalek_id,
        decided_at=answer.besloten_op,
    )
    return await parts.database.write(lambda c: _record(c, copy, decided, parts.clock()))


async def take_destruction(parts: Parts, item: InboxItem, now: datetime) -> None:
    """What a recipient signed about a copy that we took back. Raises InvalidInput when it is of somebody else."""
    segments = item.jws.split(".")
    claimed = load_json(unb64u(segments[1])) if len(segments) == 3 else None
    oin = Destruction.parse(claimed).ontvanger.oin
    key = parts.registry().participant(oin).verification_key
    told = Destruction.parse_bytes(key.verify(item.jws, typ=DESTRUCTION))

    def store(connection: Connection) -> None:
        copy = sent.find_copy(connection, told.kopie_id)
        if copy is None or (copy.oin, copy.role) != (told.ontvanger.oin, told.ontvanger.rol):
            raise malformed("vernietiging", "hoort niet bij een kopie van deze organisatie")
        recalls.record_attestation(
            connection, copy.copy_id, attestation=item.jws, outcome=told.uitkomst, now=rfc3339(now)
        )

    await parts.database.write(store)


async def breaches(parts: Parts, person: Person, role: str) -> list[Breach]:
    """The breach files of messages that were sent in that role, newest first. Raises Refused, Unavailable."""
    person.require_role(role)
    question = BreachQuestion(soort="datalekken", door=Staff(rol=role, medewerker=person.staff))
    body = answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))
    return BreachAnswer.parse(dict(body)).datalekken


async def take_breach_step(
    parts: Parts, person: Person, breach_id: str, *, role: str, step: Step, reason: StepReason | None
) -> Breach:
    """The file with the step. Raises InvalidInput, NotFound, Conflict, Refused, Unavailable."""
    person.require_role(role)
    question = BreachStepQuestion(
        soort="datalekstap",
        datalek_id=breach_id,
        stap=step,
        reden=reason,
        door=Staff(rol=role, medewerker=person.staff),
    )
    body = answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))
    return Breach.parse(dict(body))


def _found(
    connection: Connection, message_id: str, recipient: OinRole
) -> tuple[SentMessage | None, SentCopy | None]:
    address = (recipient.oin, recipient.rol)
    copies = sent.copies_of(connection, message_id)
    return (
        sent.find_message(connection, message_id),
        next((copy for copy in copies if (copy.oin, copy.role) == address), None),
    )


def _record(
    connection: Connection, copy: SentCopy, decided: recalls.RecallOut, now: datetime
) -> recalls.RecallOut:
    recalls.insert_recall_out(connection, decided)
    if decided.outcome == TAKEN_BACK:
        sent.raise_status(connection, copy, sent.RECALLED, rfc3339(now))
    found = recalls.recalled_of(connection, copy.message_id)
    return next(each for each in found if each.copy_id == copy.copy_id)
