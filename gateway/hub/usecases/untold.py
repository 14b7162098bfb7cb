"""Whether every agency that the facts of a message name does get the message.

Asked only when the policy allowed the message, so that a case that one does not see stays unseen, and counts only
recipients that do get a copy. Who may get what is the policy's alone.
"""

from collections.abc import Iterator
from typing import Final

from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.identifiers import AgencyKind
from gateway.domain.named_agencies import RELEASE, UNNAMED_INFORMS, NamedAgency, Told, named_in
from gateway.hub.usecases.deciding import Decided
from gateway.protocol.registry import Registry

_NOBODY_NL: Final = (
    "Deze vrijlating noemt niemand die de achterblijver informeert. Vul informeren_door in, of richt het bericht ook "
    "aan een vt_medewerker van Veilig Thuis, die het anders doet."
)
_NOBODY_EN: Final = (
    "This release names nobody to inform the household. Fill in informeren_door, or address the message to a "
    "vt_medewerker of Veilig Thuis as well, who does it otherwise."
)


def untold_refusal(decided: Decided, registry: Registry) -> InvalidInput | None:
    """A named agency that does not get the message in a role that can act on it; a release that names nobody and
    does not reach who informs the household then."""
    causes = (*_untold(decided, registry), *_nobody_informs(decided))
    return InvalidInput(causes=causes) if causes else None


def _untold(decided: Decided, registry: Registry) -> Iterator[Cause]:
    for named in named_in(decided.proposal.message_type):
        oin = decided.proposal.facts.get(named.fact)
        agency = registry.participants.get(oin) if isinstance(oin, str) else None
        if agency is None or named.told is Told.ELSEWHERE:  # who is no participant cannot be told by message
            continue
        roles = named.listed_as(AgencyKind(agency.kind))
        if _told(decided, named).isdisjoint((agency.oin, role) for role in roles):
            listed = ", ".join(sorted(roles))
            nl = f"Deze organisatie krijgt het bericht niet. Richt het ook aan haar, in een van de rollen: {listed}."
            en = f"This agency does not get the message. Address it as well, in one of the roles: {listed}."
            yield Cause(pointer=f"/feiten/{named.fact}", code="geen_ontvanger", detail_nl=nl, detail_en=en)


def _nobody_informs(decided: Decided) -> Iterator[Cause]:
    facts = decided.proposal.facts
    frees = decided.proposal.message_type.name == RELEASE and facts.get("in_vrijheid_op") is not None
    if (
        frees
        and facts.get("informeren_door") is None
        and UNNAMED_INFORMS not in {r for _, r in _gets(decided)}
    ):
        yield Cause(
            pointer="/ontvangers", code="niemand_informeert", detail_nl=_NOBODY_NL, detail_en=_NOBODY_EN
        )


def _gets(decided: Decided) -> set[tuple[str, str]]:
    return {(each.oin, each.role) for each in decided.verdict.recipients if each.allowed}


def _told(decided: Decided, named: NamedAgency) -> set[tuple[str, str]]:
    """Who gets this message and, where that counts, who got one of its type before. Its sender knows it in every
    role, except where it is to become another's."""
    if named.told is Told.NOW:
        return _gets(decided)
    record, message_type = decided.record, decided.proposal.message_type
    earlier = {m.message_id: m.oin for m in record.situation.sent if m.message_type == message_type.name}
    senders = {decided.proposal.sender.agency.oin, *map(record.heir, earlier.values())}
    got = {(record.heir(r.oin), r.role) for r in record.situation.received if r.message_id in earlier}
    return _gets(decided) | got | {(oin, role) for oin in senders for role in message_type.recipients}
