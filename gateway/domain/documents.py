"""Which fields of a message are documents. A document is a part of its own, with one category, all or nothing for each
recipient; the message carries its name, size and digest."""

from typing import Final

from gateway.domain.catalogue import MessageType
from gateway.domain.catalogue.type_spec import Kind

DOCUMENT_TYPE: Final = "Document"


def document_fields(message_type: MessageType) -> tuple[str, ...]:
    """In the order of the schema; for most types none."""
    return tuple(
        field.name
        for field in message_type.fields
        if field.spec.kind is Kind.STRUCT and field.spec.name == DOCUMENT_TYPE
    )
