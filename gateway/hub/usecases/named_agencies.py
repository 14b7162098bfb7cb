"""Holds the agencies that the facts of a message name against the registry. Whether they get the message: untold."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gateway.domain.catalogue import MessageType
from gateway.domain.errors import Cause
from gateway.domain.identifiers import AgencyKind
from gateway.domain.named_agencies import NamedAgency, named_in
from gateway.protocol.registry import Participant, Registry
from gateway.protocol.wire import FactValue


def named_causes(
    registry: Registry, message_type: MessageType, facts: Mapping[str, FactValue], now: datetime
) -> Iterator[Cause]:
    """What the registry says against a named agency: it is no participant and has a duty, was succeeded, or has no such
    role."""
    for named in named_in(message_type):
        oin = facts.get(named.fact)
        if not isinstance(oin, str):
            continue  # absent, or reported as a wrong value already
        agency = registry.participants.get(oin)
        if agency is None:
            if named.is_duty:
                yield _cause(named, "deelnemer", "Dit is geen deelnemer.", "This is no participant.")
        elif (heir := registry.successions.heir(oin, now)) != oin:
            yield _succeeded(named, registry.participant(heir))
        elif not named.able(AgencyKind(agency.kind)):
            roles = ", ".join(sorted(named.roles))
            nl = f"Deze organisatie kan dit niet op zich nemen: zij heeft geen van de rollen {roles}."
            yield _cause(named, "rol_ontbreekt", nl, f"This agency cannot do this: it has none of {roles}.")


def _succeeded(named: NamedAgency, heir: Participant) -> Cause:
    return _cause(
        named,
        "opgevolgd",
        f"Deze organisatie is opgevolgd door {heir.name} ({heir.oin}).",
        f"The place of this agency was taken by {heir.name} ({heir.oin}).",
    )


def _cause(named: NamedAgency, code: str, nl: str, en: str) -> Cause:
    return Cause(pointer=f"/feiten/{named.fact}", code=code, detail_nl=nl, detail_en=en)
