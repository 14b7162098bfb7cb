"""Cases that were destroyed: nothing of their content is left here, and nothing of them is taken in any more."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Select, delete, func, insert, select, union_all, update

from gateway.node.storage.document_rows import Transfer
from gateway.node.storage.selecting import select_one
from gateway.node.storage.tables import (
    approvals,
    destroyed_cases,
    emergency_openings,
    incoming_documents,
    outbox,
    outgoing_documents,
    own_documents,
    pseudonyms,
    quarantine,
    received_copies,
    sent_copies,
    sent_messages,
)

GONE = "zaak-vernietigd"


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyedCase:
    """A case of which nothing but the shell is here, with the hub's order and what we attested."""

    case_id: str
    order_jws: str
    attestation: str
    destroyed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDocuments:
    """Files of a case: (copy, field) of what came and what went, and the ids of own documents that no other case
    names."""

    incoming: tuple[tuple[str, str], ...]
    outgoing: tuple[tuple[str, str], ...]
    own: tuple[str, ...]


def find_destroyed(connection: Connection, case_id: str) -> DestroyedCase | None:
    query = select(destroyed_cases).where(destroyed_cases.c.case_id == case_id)
    return select_one(connection, DestroyedCase, query)


def insert_destroyed(connection: Connection, case: DestroyedCase) -> None:
    connection.execute(insert(destroyed_cases), asdict(case))


def known_since(connection: Connection, case_id: str) -> str | None:
    """When the first copy or message of the case came to be here; None for a case of which nothing is."""
    moments = union_all(
        select(func.min(received_copies.c.received_at).label("at")).where(
            received_copies.c.case_id == case_id
        ),
        select(func.min(sent_messages.c.created_at).label("at")).where(sent_messages.c.case_id == case_id),
    ).subquery()
    found: str | None = connection.execute(select(func.min(moments.c.at))).scalar()
    return found


def documents_in(connection: Connection, case_id: str) -> CaseDocuments:
    """Every document of the case."""
    came, went = incoming_documents.c, outgoing_documents.c
    named = connection.execute(
        select(went.copy_id, went.field, went.document_id).where(
            went.message_id.in_(_messages(case_id)),
        )
    ).all()
    ids = {row.document_id for row in named}
    elsewhere = connection.execute(
        select(went.document_id).where(went.document_id.in_(ids), went.message_id.not_in(_messages(case_id)))
    ).scalars()
    incoming = connection.execute(select(came.copy_id, came.field).where(came.case_id == case_id))
    return CaseDocuments(
        incoming=tuple((row.copy_id, row.field) for row in incoming),
        outgoing=tuple((row.copy_id, row.field) for row in named),
        own=tuple(sorted(ids - set(elsewhere))),
    )


def erase_case(connection: Connection, case_id: str, own_document_ids: Iterable[str], now: str) -> int:
    """Empties everything that holds content of the case; ids, digests, plans and receipts remain. How many received
    and sent copies were emptied."""
    received, sent = received_copies.c, sent_copies.c
    came = connection.execute(
        update(received_copies).where(received.case_id == case_id, received.item != b"").values(item=b"")
    ).rowcount
    connection.execute(
        update(received_copies)
        .where(received.case_id == case_id, received.handed_over_at.is_(None))
        .values(handed_over_at=now)
    )
    went = connection.execute(
        update(sent_copies).where(sent.case_id == case_id, sent.sealed != "").values(sealed="")
    ).rowcount
    connection.execute(
        update(sent_messages).where(sent_messages.c.case_id == case_id).values(sealed="", body=b"")
    )
    connection.execute(update(quarantine).where(quarantine.c.case_id == case_id).values(item=b""))
    connection.execute(
        update(emergency_openings).where(emergency_openings.c.case_id == case_id).values(sealed="")
    )
    for table in (approvals, pseudonyms):
        connection.execute(delete(table).where(table.c.case_id == case_id))
    connection.execute(delete(outbox).where(outbox.c.case_id == case_id, outbox.c.message_id.is_not(None)))
    _settle_documents(connection, case_id, own_document_ids)
    return came + went


def _settle_documents(connection: Connection, case_id: str, own_document_ids: Iterable[str]) -> None:
    """What was on its way never comes or goes."""
    over = {"state": Transfer.REFUSED, "reason": GONE}
    came, went = incoming_documents.c, outgoing_documents.c
    connection.execute(
        update(incoming_documents)
        .where(came.case_id == case_id, came.state == Transfer.WAITING)
        .values(**over)
    )
    connection.execute(
        update(outgoing_documents)
        .where(went.message_id.in_(_messages(case_id)), went.state == Transfer.WAITING)
        .values(**over)
    )
    connection.execute(delete(own_documents).where(own_documents.c.document_id.in_(list(own_document_ids))))


def _messages(case_id: str) -> Select[tuple[str]]:
    return select(sent_messages.c.message_id).where(sent_messages.c.case_id == case_id)
