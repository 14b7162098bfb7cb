"""Deliveries for tests: a full, valid content for every message type, made from its schema."""

import uuid
from dataclasses import replace
from typing import Any

from adapters.conformance import CANARY
from adapters.contract import Delivery, RecallKind, RecallNotice, Withheld
from gateway.domain.catalogue import Kind, MessageType, TypeSpec, catalogue
from gateway.domain.content_schema import check_content
from gateway.domain.identifiers import new_id

POLICE_OIN = "00000099000000001000"


FIXED = {Kind.BOOL: True, Kind.DATE: "2026-03-02", Kind.DATETIME: "2026-03-02T11:10:00Z"}


class Filler:
    """Values of any type, each text and number of its own, so that a test can find every value back."""

    def __init__(self) -> None:
        self.count = 0
        self.texts: list[str] = []

    def value(self, spec: TypeSpec) -> Any:
        self.count += 1
        match spec.kind:
            case Kind.LIST if spec.item is not None:
                return [self.value(spec.item) for _ in range(1 if spec.item.codes else 2)]
            case Kind.STRUCT:
                return {member.name: self.value(member.spec) for member in spec.members}
            case Kind.ENUM:
                return spec.codes[0]
            case Kind.INT:
                return min(3, spec.maximum or 3)
        return FIXED[spec.kind] if spec.kind in FIXED else self._text(spec)

    def _text(self, spec: TypeSpec) -> str:
        words = {
            Kind.UUID: str(uuid.UUID(int=self.count, version=4)),
            Kind.OIN: f"{99000000000000 + self.count:020}",
            Kind.SHA256: f"{self.count:064x}",
            Kind.STAFF_REF: f"pol-{self.count}",
        }
        text = words.get(spec.kind, f"{CANARY}-{self.count}"[-(spec.max_length or 99) :])
        self.texts.append(text)
        return text


def full_content(message_type: MessageType) -> tuple[dict[str, Any], list[str]]:
    """A content with every field filled, that the real schema check accepts, and all its unique texts."""
    filler = Filler()
    content = {field.name: filler.value(field.spec) for field in message_type.fields}
    check_content(message_type, content)
    return content, filler.texts


def delivery(name: str = "screening.gepland.kennisgeving", *, role: str = "politie_hovj") -> Delivery:
    message_type = catalogue().message(name)
    content, _ = full_content(message_type)
    return Delivery(
        copy_id=new_id(),
        message_id=new_id(),
        case_id=new_id(),
        message_type=name,
        sender_oin="00000099000000002000",
        sender_role="vt_procescoordinator",
        role=role,
        purpose="screening",
        urgency="U0",
        sent_at="2026-03-02T11:12:13.000Z",
        content=content,
        withheld=(Withheld(field="kindzorgen_samenvatting", rule="G00_default"),),
        marks=(),
    )


def notice_of(delivery: Delivery) -> RecallNotice:
    return RecallNotice(
        kind=RecallKind.TAKEN_BACK,
        copy_id=delivery.copy_id,
        message_id=delivery.message_id,
        case_id=delivery.case_id,
        message_type=delivery.message_type,
        sender_oin=delivery.sender_oin,
        sender_role=delivery.sender_role,
        role=delivery.role,
        reference=None,
        taken_back_at="2026-03-02T12:00:00.000Z",
    )


def as_new_copy(of: Delivery) -> Delivery:
    return replace(of, copy_id=new_id())
