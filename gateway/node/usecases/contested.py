"""That the accuracy of a message is contested travels along with what rests on it (Wpg 28(3), 30; domain.md 4.1).

A message rests on a contested one when it answers it, names it, or gives again, in the same case, a field that we said
is contested in a message of ours. Its envelope then says `betwist`, and whoever builds on it says so again. A person
cannot leave it out. A correction is not marked: it says itself what is the matter.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from gateway.domain.catalogue.type_spec import Kind
from gateway.domain.clock import rfc3339
from gateway.domain.conversation import CORRECTION
from gateway.node.storage import sent
from gateway.node.storage.contested import (
    CONTESTED,
    ContestedMessage,
    contested_among,
    insert_contested,
    own_contested_fields,
)
from gateway.node.storage.database import Connection
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.draft import Draft
from gateway.protocol.opening import OpenedCopy


def rests_on_contested(connection: Connection, draft: Draft) -> bool:
    """Whether this message must say that what it rests on is contested."""
    if draft.message_type == CORRECTION:
        return False
    if contested_among(connection, set(_named(draft))):
        return True
    return not own_contested_fields(connection, draft.case_id).isdisjoint(draft.content)


def note_composed(connection: Connection, draft: Draft, *, contested: bool, now: datetime) -> None:
    """Remembers what this message of ours makes contested: itself, or the earlier message of ours that it is about."""
    if contested:
        _note(connection, draft.message_id, draft.case_id, [], rfc3339(now))
    if draft.message_type != CORRECTION or draft.content.get("soort") != CONTESTED:
        return
    original = sent.find_message(connection, str(draft.content.get("bericht_id")))
    if original is not None and (original.case_id, original.role) == (draft.case_id, draft.role):
        fields = [str(field) for field in draft.content.get("velden", ())]
        _note(connection, original.message_id, draft.case_id, fields, rfc3339(now))


def note_received(connection: Connection, copy: ReceivedCopy, opened: OpenedCopy) -> None:
    """Remembers that its sender signed that what this message rests on is contested."""
    if opened.statement.envelop.betwist:
        _note(connection, copy.message_id, copy.case_id, [], copy.received_at)


def _note(connection: Connection, message_id: str, case_id: str, fields: list[str], since: str) -> None:
    row = ContestedMessage(message_id=message_id, case_id=case_id, fields=json.dumps(fields), since=since)
    insert_contested(connection, row)


def _named(draft: Draft) -> Iterator[str]:
    if draft.in_reply_to is not None:
        yield draft.in_reply_to
    for field in draft.type.fields:
        value = draft.content.get(field.name)
        if field.spec.kind is Kind.UUID and isinstance(value, str):
            yield value
