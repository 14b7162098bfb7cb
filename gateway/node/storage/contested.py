"""Messages of which the accuracy is contested, as this node knows: by a correction of their sender, or because they
rest on such a message."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, insert, select

from gateway.node.storage.tables import contested_messages, corrections_in, received_copies

CONTESTED = "betwist"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestedMessage:
    """`fields` is the JSON list of what is contested in a message of ours; empty for one that rests on another."""

    message_id: str
    case_id: str
    fields: str
    since: str


def insert_contested(connection: Connection, message: ContestedMessage) -> None:
    """The first stands: a message that was contested stays so."""
    connection.execute(insert(contested_messages).prefix_with("OR IGNORE"), asdict(message))


def contested_among(connection: Connection, message_ids: Collection[str]) -> frozenset[str]:
    """Those of these messages that are contested. A correction counts only from the sender of what it corrects."""
    told, held, kept = corrections_in.c, received_copies.c, contested_messages.c
    same = and_(
        told.corrects == held.message_id, told.sender_oin == held.sender_oin, told.case_id == held.case_id
    )
    wanted = list(message_ids)
    known = select(kept.message_id).where(kept.message_id.in_(wanted))
    corrected = (
        select(held.message_id)
        .select_from(corrections_in.join(received_copies, same))
        .where(held.message_id.in_(wanted), told.kind == CONTESTED)
    )
    return frozenset(connection.execute(known.union(corrected)).scalars())


def own_contested_fields(connection: Connection, case_id: str) -> frozenset[str]:
    """The fields of messages of ours in this case of which we said that they are contested."""
    table = contested_messages.c
    found = connection.execute(select(table.fields).where(table.case_id == case_id)).scalars()
    return frozenset(field for fields in found for field in json.loads(fields))
