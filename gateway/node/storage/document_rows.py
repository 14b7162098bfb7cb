"""The rows of documents at a node. Their bytes are files; see `gateway.node.documents.folder`."""

from dataclasses import dataclass
from enum import StrEnum


class Transfer(StrEnum):
    """What became of a document that goes to the hub, or comes from it."""

    WAITING = "wacht"
    DONE = "compleet"
    REFUSED = "afgekeurd"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDocument:
    """A document that somebody of the agency stored, to be named in a message. `mac` is a keyed digest of its SHA-256,
    `sealed` holds the key of its file and the digest itself."""

    document_id: str
    mac: str
    size: int
    sealed: str
    staff: str
    made_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingDocument:
    """A document that goes with a copy of ours, once the hub accepted the message."""

    copy_id: str
    field: str
    message_id: str
    document_id: str
    state: str
    reason: str | None
    attempts: int
    not_before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingDocument:
    """A document that a copy of somebody else names."""

    copy_id: str
    field: str
    case_id: str
    state: str
    reason: str | None
    attempts: int
    not_before: str
    expected_at: str
    settled_at: str | None
