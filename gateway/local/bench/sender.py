"""The node of Veilig Thuis as the bench uses it: real plans, masks, seals and signatures, before anything is timed.

It has no outbox and no inbox: what it composed is submitted by whoever measures.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from gateway.domain.rihg import rihg
from gateway.local.bench import contents
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS, ExchangeFolder
from gateway.node.documents.folder import DocumentFolder
from gateway.node.hub_link import HubLink
from gateway.node.hub_link.document_link import NoDocumentHub
from gateway.node.storage.database import Database
from gateway.node.storage.own_seal import OwnSeal
from gateway.node.usecases.compose import compose
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Bell, Parts
from gateway.node.usecases.plan import plan_message
from gateway.protocol.exchange import Answer
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.registry import Registry
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import OinRole

REQUEST: Final = "screening.verzoek"
NOTICE: Final = "screening.gepland.kennisgeving"
INVITATION: Final = "weegteam.uitnodiging"
ROLE: Final = "vt_procescoordinator"
STAFF: Final = "vt-meting"

WEEGTEAM: Final = OinRole(oin=POLICE.oin, rol="politie_weegteam")
HOVJ: Final = OinRole(oin=POLICE.oin, rol="politie_hovj")
# Six roles that an invitation may go to, of three agencies.
INVITED: Final = (
    WEEGTEAM,
    OinRole(oin=MUNICIPALITY.oin, rol="gemeente_jurist"),
    OinRole(oin=VEILIG_THUIS.oin, rol="casemanager_vt"),
    OinRole(oin=POLICE.oin, rol="politie_wijkagent"),
    OinRole(oin=MUNICIPALITY.oin, rol="casemanager_gemeente"),
    OinRole(oin=VEILIG_THUIS.oin, rol="vt_medewerker"),
)


class NotAccepted(Exception):
    """The hub refused what the bench sent; the message says with which status and code."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes the bodies of submissions for one hub."""

    parts: Parts

    async def compose(
        self,
        message: str,
        case_id: str,
        content: dict[str, Any],
        to: Sequence[OinRole],
        *,
        opens: bool = False,
    ) -> bytes:
        """The signed body of one message, planned by the hub. Takes a number for each copy, so submit it."""
        draft = Draft(
            message_id=str(uuid4()),
            correlation_id=str(uuid4()),
            case_id=case_id,
            municipality=contents.MUNICIPALITY if opens else None,
            message_type=message,
            role=ROLE,
            staff=STAFF,
            purpose=None,
            act=None,
            in_reply_to=None,
            recipients=to,
            content=content,
        )
        plan = await plan_message(self.parts, draft)
        now = self.parts.clock()
        made = await self.parts.database.write(lambda c: compose(self.parts, c, draft, plan, now))
        return made.body

    async def submit(self, body: bytes) -> None:
        """Raises NotAccepted for every answer but 200."""
        accepted(await self.parts.hub.ask(Verb.SUBMIT, body))

    async def planned_case(self) -> str:
        """A new case in which a screening is planned; in it, notices to the police need no further act."""
        case_id = await self._opened_case()
        body = await self.compose(NOTICE, case_id, contents.notice(without_weegteam=True), [HOVJ])
        await self.submit(body)
        return case_id

    async def weighed_case(self) -> str:
        """A new case before the weegteam; in it, further invitations need no act."""
        case_id = await self._opened_case()
        await self.submit(await self.compose(INVITATION, case_id, contents.invitation(), [WEEGTEAM]))
        return case_id

    async def notice(self, case_id: str) -> bytes:
        """The headline message of the bench: 24 fields, one recipient, no act."""
        return await self.compose(NOTICE, case_id, contents.notice(without_weegteam=False), [HOVJ])

    async def invitation(self, case_id: str, recipients: int) -> bytes:
        """A message to as many roles as asked for, up to six."""
        return await self.compose(INVITATION, case_id, contents.invitation(), INVITED[:recipients])

    async def _opened_case(self) -> str:
        case_id = str(uuid4())
        body = await self.compose(REQUEST, case_id, contents.request(), [WEEGTEAM], opens=True)
        await self.submit(body)
        return case_id


@contextmanager
def composer(exchange: ExchangeFolder, hub: HubLink, database: Path) -> Iterator[Composer]:
    """With the keys of Veilig Thuis and a file of its own."""
    keys = exchange.agency(VEILIG_THUIS.oin)
    opening = OpeningKey.from_pem(keys.sealing_key.read_bytes())
    registry = load_registry(exchange)
    opened = Database(database)
    try:
        yield Composer(
            Parts(
                oin=VEILIG_THUIS.oin,
                system="meting",
                registry=lambda: registry,
                signing_key=SigningKey.from_pem(keys.signing_key.read_bytes()),
                opening_keys={opening.kid: opening},
                own_seal=OwnSeal({opening.kid: opening}),
                database=opened,
                hub=hub,
                clock=lambda: datetime.now(UTC),
                to_hub=Bell(),
                to_agency=Bell(),
                documents=DocumentFolder(database.with_name(database.name + ".documenten")),
                document_hub=NoDocumentHub(),
                to_documents=Bell(),
                rihg=rihg().versions,
            )
        )
    finally:
        opened.close()


def load_registry(exchange: ExchangeFolder) -> Registry:
    """The registry, verified now."""
    return Registry.load(
        exchange.registry.read_bytes(),
        trust_anchor_pem=exchange.trust_anchor.read_bytes(),
        now=datetime.now(UTC),
    )


def accepted(answer: Answer) -> Answer:
    """The answer when it is 200. Raises NotAccepted."""
    if answer.status != 200:
        raise NotAccepted(f"HTTP {answer.status} {answer.body.get('code')}: {answer.body.get('detail')}")
    return answer
