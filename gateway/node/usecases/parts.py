"""What every use case of a node works with, and who asks."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import StaffRef
from gateway.domain.rihg import RihgVersion
from gateway.node.documents.folder import DocumentFolder
from gateway.node.hub_link import HubLink
from gateway.node.hub_link.document_link import DocumentHub
from gateway.node.storage.database import Database
from gateway.node.storage.own_seal import OwnSeal
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.registry import Participant, Registry


class Bell:
    """Wakes a loop that waits for work. Rung while nobody waits, it wakes the next who does."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, at_most_s: float) -> None:
        """Returns when it was rung, or after that time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), at_most_s)
        self._event.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The node of one agency. `opening_keys` by kid, newest first, old ones included.

    `to_hub` is rung when the outbox has something, `to_agency` when a copy waits to be handed over,
    `to_documents` when a document may go or come. `rihg` are the versions of the risk assessment in use, by name.
    """

    oin: str
    system: str
    registry: Callable[[], Registry]
    signing_key: SigningKey
    opening_keys: Mapping[str, OpeningKey]
    own_seal: OwnSeal
    database: Database
    hub: HubLink
    clock: Callable[[], datetime]
    to_hub: Bell
    to_agency: Bell
    documents: DocumentFolder
    document_hub: DocumentHub
    to_documents: Bell
    rihg: Mapping[str, RihgVersion]

    @property
    def agency(self) -> Participant:
        """Our own entry in the registry. Raises InvalidInput when we are not in it."""
        return self.registry().participant(self.oin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who signed in at the agency's identity provider: a pseudonymous reference and the roles that it states."""

    staff: StaffRef
    roles: frozenset[str]

    def require_role(self, role: str) -> None:
        """Raises Refused when this person does not act in that role."""
        if role not in self.roles:
            raise Refused(
                rule="rol",
                article="",
                code="rol-niet-van-u",
                detail_nl=f"U bent niet aangemeld in de rol {role}.",
                detail_en=f"You are not signed in in the role {role}.",
                next_step_nl="Meld u aan met deze rol, of vraag een collega die haar heeft.",
                next_step_en="Sign in with this role, or ask a colleague who has it.",
            )

    def require_addressee(self, role: str) -> None:
        """Raises NotFound when mail for that role is not for this person: then it does not exist."""
        if role not in self.roles:
            raise NotFound
