"""The case facts that name an agency, and what must be true of the agency that is named.

Such a fact gives an agency a duty or a right: it wakes people at night, stops waking others, or lets somebody read. An
agency that does not exist, that never hears of it, or that cannot do what is asked of it would have that duty on paper.
Which agency may get what is not decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.identifiers import AgencyKind, RoleId

RELEASE: Final = "zsm.afdoening"
CONFIRMATION: Final = "achterblijver.geinformeerd"
UNNAMED_INFORMS: Final = RoleId("vt_medewerker")
"""Who informs the household when the release names nobody (domain.md 2.4, D29)."""


class Told(StrEnum):
    """How the named agency hears of it: by this very message, by this or an earlier one of its type, or otherwise."""

    NOW = "nu"
    SO_FAR = "tot_nu"
    ELSEWHERE = "elders"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAgency:
    """A fact of a message that names an agency. `roles`: the agency has one of these.

    A duty can only be that of a participant (`is_duty`). Where the fact gives no more than a right to read, an agency
    outside the exchange may stand there: it gets nothing, and a ban does not wait for its registration.
    """

    message: str
    fact: str
    roles: frozenset[RoleId]
    told: Told
    is_duty: bool

    def able(self, kind: AgencyKind) -> frozenset[RoleId]:
        """The roles in which an agency of that kind can do what is asked of it; empty when it cannot."""
        known = catalogue().roles
        return frozenset(role for role in self.roles if kind in known[role].agencies)

    def listed_as(self, kind: AgencyKind) -> frozenset[RoleId]:
        """The roles in which it must be a recipient: those that are able, where the message may go to one of these."""
        recipients = frozenset(catalogue().message(self.message).recipients)
        return self.able(kind) & recipients or recipients


@cache
def named_agencies() -> tuple[NamedAgency, ...]:
    """Every case fact that names an agency."""
    informs = frozenset(catalogue().message(CONFIRMATION).senders)
    helps = frozenset(map(RoleId, ("vt_medewerker", "casemanager_vt", "casemanager_gemeente")))
    guards = frozenset((RoleId("gi_jeugdbeschermer"),))
    return (
        NamedAgency(message=RELEASE, fact="informeren_door", roles=informs, told=Told.NOW, is_duty=True),
        NamedAgency(
            message=CONFIRMATION, fact="overgedragen_aan", roles=informs, told=Told.NOW, is_duty=True
        ),
        NamedAgency(
            message="huisverbod.opgelegd",
            fact="aangewezen_instantie",
            roles=helps,
            told=Told.SO_FAR,
            is_duty=False,
        ),
        NamedAgency(
            message="rvdk.notificatie",
            fact="gecertificeerde_instelling",
            roles=guards,
            told=Told.ELSEWHERE,
            is_duty=False,
        ),
    )


def named_in(message_type: MessageType) -> Iterator[NamedAgency]:
    """Those of one message type."""
    return (named for named in named_agencies() if named.message == message_type.name)
