"""A message as an agency wants to send it, before anything was decided or masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from gateway.domain.catalogue import MessageType, catalogue
from gateway.node.storage.rows import SentMessage
from gateway.node.usecases.parts import Parts
from gateway.protocol.wire import OinRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as the agency wants to send it. `content` is the whole original, before any mask.

    `municipality` is given exactly when the message opens the case; `act` only for acts that facts cannot tell apart.
    """

    message_id: str
    correlation_id: str
    case_id: str
    municipality: str | None
    message_type: str
    role: str
    staff: str
    purpose: str | None
    act: str | None
    in_reply_to: str | None
    recipients: Sequence[OinRole]
    content: Mapping[str, Any]

    @property
    def type(self) -> MessageType:
        """Raises UnknownMessageType."""
        return catalogue().message(self.message_type)

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON holds it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"recipients": [recipient.to_json() for recipient in self.recipients]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""
        recipients = [OinRole.parse(each) for each in values["recipients"]]
        return cls(**{**values, "recipients": recipients})


def original_of(message_id: str) -> str:
    """What the original of a message is sealed for."""
    return f"bericht:{message_id}"


def draft_of(parts: Parts, message: SentMessage) -> Draft:
    """The original of a message of ours, opened. Raises InvalidInput when it cannot be."""
    return Draft.from_json(parts.own_seal.open(message.sealed, belongs_to=original_of(message.message_id)))
