"""A message that an agency wants to send, as plans and submissions both describe it: checked, not yet judged.

Everything that the hub will store or log of it is of a closed form here: known roles, known types, pseudonymous
references, coded facts. So no text that a person wrote can reach the database, wherever it was put.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.catalogue import ANYONE, MessageType, catalogue
from gateway.domain.clock import parse_time
from gateway.domain.content_schema import check_value
from gateway.domain.errors import Cause, InvalidInput, InvalidValue
from gateway.domain.identifiers import PurposeId, RoleId, parse_staff_ref
from gateway.hub.usecases.context import Actor
from gateway.hub.usecases.named_agencies import named_causes
from gateway.protocol.facts import check_fact_names
from gateway.protocol.registry import Participant, Registry
from gateway.protocol.submission import Staff
from gateway.protocol.wire import FactValue, OinRole

MAX_RECIPIENTS: Final = 50
MAX_AHEAD: Final = timedelta(minutes=1)
_UNKNOWN_PURPOSE: Final = PurposeId("onbekend_doel")
_MUNICIPALITY: Final = re.compile(r"[0-9]{4}", re.ASCII)  # gemeentecode of the CBS


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A listed recipient: an agency in one role."""

    agency: Participant
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`opening_in` is the municipality of the dwelling when the message opens its case. `act` is the act that the
    sender names, which counts only where facts cannot tell."""

    message_type: MessageType
    case_id: str
    opening_in: str | None
    sender: Actor
    facts: Mapping[str, FactValue]
    recipients: tuple[Recipient, ...]
    act: str | None
    in_reply_to: str | None
    purpose: PurposeId | None


def read_proposal(
    registry: Registry,
    sender: Participant,
    *,
    message_type: MessageType,
    case_id: str,
    municipality: str | None,
    staff: Staff,
    facts: Mapping[str, FactValue],
    recipients: Sequence[OinRole],
    act: str | None,
    in_reply_to: str | None,
    purpose: str | None,
    now: datetime,
) -> Proposal:
    """The proposal. Raises InvalidInput with every mistake that can be told without looking at the case."""
    causes = [
        *_staff_causes(staff),
        *_municipality_causes(message_type, municipality),
        *_fact_causes(message_type, facts, now),
        *named_causes(registry, message_type, facts, now),
        *_act_causes(message_type, act),
        *_recipient_causes(registry, recipients, now),
    ]
    if causes:
        raise InvalidInput(causes=causes)
    check_fact_names(message_type, dict(facts))
    return Proposal(
        message_type=message_type,
        case_id=case_id,
        opening_in=municipality,
        sender=Actor(agency=sender, role=staff.rol, staff=staff.medewerker, opens=municipality is not None),
        facts=facts,
        recipients=tuple(Recipient(agency=registry.participant(r.oin), role=r.rol) for r in recipients),
        act=act,
        in_reply_to=in_reply_to,
        purpose=known_purpose(purpose),
    )


def known_purpose(declared: str | None) -> PurposeId | None:
    """The declared purpose as the policy is asked about it, and as it is kept: one of the closed list, or a word that
    is not on it, so that the policy says so (G03). What somebody wrote in its place goes no further."""
    if declared is None:
        return None
    return PurposeId(declared) if declared in catalogue().purposes else _UNKNOWN_PURPOSE


def check_staff(staff: Staff) -> None:
    """Raises InvalidInput for a role that does not exist or a reference that could be a name."""
    causes = list(_staff_causes(staff))
    if causes:
        raise InvalidInput(causes=causes)


def _staff_causes(staff: Staff) -> Iterator[Cause]:
    if RoleId(staff.rol) not in catalogue().roles or staff.rol == ANYONE:
        yield _cause("/afzender/rol", "rol", "Deze rol bestaat niet.", "This role does not exist.")
    try:
        parse_staff_ref(staff.medewerker)
    except InvalidValue as error:
        yield _cause("/afzender/medewerker", "medewerker_ref", error.detail_nl, error.detail_en)


def _municipality_causes(message_type: MessageType, municipality: str | None) -> Iterator[Cause]:
    if municipality is None:
        return
    if not message_type.opens_case:
        nl, en = "Dit bericht opent geen zaak.", "This message opens no case."
        yield _cause("/gemeentecode", "opent_geen_zaak", nl, en)
    if not _MUNICIPALITY.fullmatch(municipality):
        nl, en = "Een gemeentecode heeft vier cijfers.", "A municipality code has four digits."
        yield _cause("/gemeentecode", "gemeentecode", nl, en)


def _fact_causes(message_type: MessageType, facts: Mapping[str, FactValue], now: datetime) -> Iterator[Cause]:
    specs = {field.name: field.spec for field in message_type.fields if field.is_fact}
    for name, value in facts.items():
        if name in specs:
            yield from check_value(specs[name], value, f"/feiten/{name}")
    for name in ("gebeurd_op", "vastgelegd_op"):
        stated = _instant(facts.get(name))
        if stated is not None and stated > now + MAX_AHEAD:
            nl, en = "Dit tijdstip ligt in de toekomst.", "This time lies in the future."
            yield _cause(f"/feiten/{name}", "toekomst", nl, en)
    happened, recorded = _instant(facts.get("gebeurd_op")), _instant(facts.get("vastgelegd_op"))
    if happened is not None and recorded is not None and recorded < happened:
        nl, en = "Vastgelegd voordat het gebeurde.", "Recorded before it took place."
        yield _cause("/feiten/vastgelegd_op", "tegenstrijdig", nl, en)


def _act_causes(message_type: MessageType, act: str | None) -> Iterator[Cause]:
    if act is not None and act not in {rule.action for rule in message_type.acts}:
        nl, en = "Dit bericht legt deze handeling niet vast.", "This message does not record this act."
        yield _cause("/handeling", "handeling", nl, en)


def _instant(value: object) -> datetime | None:
    try:
        return None if value is None else parse_time(value)
    except InvalidValue:
        return None  # reported as a wrong value already


def _recipient_causes(registry: Registry, recipients: Sequence[OinRole], now: datetime) -> Iterator[Cause]:
    if len(recipients) > MAX_RECIPIENTS:
        nl, en = f"Ten hoogste {MAX_RECIPIENTS} ontvangers.", f"At most {MAX_RECIPIENTS} recipients."
        yield _cause("/ontvangers", "te_lang", nl, en)
    seen: set[tuple[str, str]] = set()
    for place, recipient in enumerate(recipients):
        pointer = f"/ontvangers/{place}"
        if (recipient.oin, recipient.rol) in seen:
            yield _cause(
                pointer, "dubbel", "Deze ontvanger staat er twee keer.", "This recipient occurs twice."
            )
        seen.add((recipient.oin, recipient.rol))
        if recipient.oin not in registry.participants:
            yield _cause(f"{pointer}/oin", "deelnemer", "Dit is geen deelnemer.", "This is no participant.")
        heir = registry.successions.heir(recipient.oin, now)
        if heir != recipient.oin:
            yield _succeeded(f"{pointer}/oin", registry.participant(heir))
        if RoleId(recipient.rol) not in catalogue().roles:
            yield _cause(f"{pointer}/rol", "rol", "Deze rol bestaat niet.", "This role does not exist.")


def _succeeded(pointer: str, heir: Participant) -> Cause:
    """Nothing is sent on to the successor by itself: a copy is sealed to one key."""
    return _cause(
        pointer,
        "opgevolgd",
        f"Deze organisatie is opgevolgd. Richt het bericht aan {heir.name} ({heir.oin}).",
        f"Another organisation took the place of this one. Address the message to {heir.name} ({heir.oin}).",
    )


def _cause(pointer: str, code: str, nl: str, en: str) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=nl, detail_en=en)
