"""Agencies that plan, seal, sign and submit as their nodes would, and the hub that they ask.

Copies here hold only what a test needs; masking is the node's and is tested there.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from audit.note import NoteSigner
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.storage.case_keys import CaseKeys
from gateway.hub.storage.database import Database
from gateway.hub.storage.log_reading import LogSigner
from gateway.hub.usecases.allowance import DEFAULT_ALLOWANCES, Allowance, Allowances
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.problem_answers import Reply
from gateway.local.registry_file import (
    CHILD_PROTECTION,
    MUNICIPALITY,
    OTHER_MUNICIPALITY,
    POLICE,
    PROSECUTION,
    VEILIG_THUIS,
    ExchangeFolder,
)
from gateway.protocol.canonical import canonical, sha256_hex
from gateway.protocol.copy import CopyContext, Sealed, seal_copy
from gateway.protocol.envelope import Envelope, source
from gateway.protocol.facts import facts_for_copy
from gateway.protocol.keys import OpeningKey, SigningKey
from gateway.protocol.manifest import Obligation
from gateway.protocol.receipt import RECEIPT, Receipt, ReceiptBody
from gateway.protocol.registry import Registry
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import SUBMISSION, CopyDigest, Staff, Submission, SubmissionBody
from gateway.protocol.wire import OinRole
from tests.hub.storage_makers import open_store

NOW = datetime(2026, 3, 1, 1, 10, tzinfo=UTC)
VT, POL, GEM, OM, ELDERS, RVDK = (
    agency.oin
    for agency in (VEILIG_THUIS, POLICE, MUNICIPALITY, PROSECUTION, OTHER_MUNICIPALITY, CHILD_PROTECTION)
)
DWELLING = "9901"
KENNISGEVING = "screening.gepland.kennisgeving"
VERZOEK = "screening.verzoek"
CANARY = "KANARIE-geheime-inhoud-van-de-melding"

VERZOEK_FACTS = {"pleger_meerderjarig": True, "situatie": "B_geen_acuut_hg"}
KENNISGEVING_FACTS = {"pleger_meerderjarig": True, "zonder_weegteam": True, "spoedeisendheid": "vandaag"}


@dataclass(slots=True)
class Hands:
    """The clock of a test, in both senses: it stands still until a test moves it."""

    now: datetime = NOW
    monotonic_s: float = 0.0

    def pass_time(self, by: timedelta) -> None:
        self.now += by
        self.monotonic_s += by.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The registry and the private keys of everybody in it."""

    folder: ExchangeFolder
    registry: Registry
    hub_key: SigningKey
    signer: NoteSigner
    signing: Mapping[str, SigningKey]
    opening: Mapping[str, OpeningKey]

    @classmethod
    def load(cls, folder: ExchangeFolder, *, now: datetime = NOW) -> "World":
        registry = Registry.load(
            folder.registry.read_bytes(), trust_anchor_pem=folder.trust_anchor.read_bytes(), now=now
        )
        keys = {oin: folder.agency(oin) for oin in registry.participants}
        return cls(
            folder=folder,
            registry=registry,
            hub_key=SigningKey.from_pem(folder.hub.signing_key.read_bytes()),
            signer=NoteSigner.from_pem(registry.log_origin, folder.hub.log_key.read_bytes()),
            signing={oin: SigningKey.from_pem(k.signing_key.read_bytes()) for oin, k in keys.items()},
            opening={oin: OpeningKey.from_pem(k.sealing_key.read_bytes()) for oin, k in keys.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHub:
    """A hub without doors, its memory, and the clock that it looks at."""

    world: World
    desk: Desk
    parts: Parts
    store: Database
    hands: Hands

    async def ask(self, verb: Verb, oin: str, body: bytes, *, trace_id: str = "a" * 32) -> Reply:
        return await self.desk.ask(verb, Asker(oin=oin, trace_id=trace_id), body)

    def node(self, oin: str, role: str, staff: str) -> "Sender":
        return Sender(hub=self, oin=oin, role=role, staff=staff)


@asynccontextmanager
async def running_hub(
    world: World,
    *,
    opa_port: int,
    revision: str,
    database_url: str,
    folder: Path,
    allowances: Mapping[Verb, Allowance] = DEFAULT_ALLOWANCES,
    decide_within_s: float = 20,
) -> AsyncIterator[RunningHub]:
    hands = Hands()
    async with (
        open_store(database_url) as store,
        DecisionPoint(
            host="127.0.0.1", port=opa_port, revision=revision, timeout_s=decide_within_s
        ) as decider,
    ):
        parts = Parts(
            registry=lambda: world.registry,
            decider=decider,
            reader=store.reader,
            writer=store.writer,
            case_keys=CaseKeys(folder / "case_keys"),
            signing_key=world.hub_key,
            log_signer=LogSigner(world.signer),
            clock=lambda: hands.now,
        )
        desk = Desk(parts, Allowances(allowances, lambda: hands.monotonic_s))
        yield RunningHub(world=world, desk=desk, parts=parts, store=store, hands=hands)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as a node would have it between plan and submission; tests change parts of it."""

    case_id: str
    message_id: str
    body: bytes
    copies: tuple[tuple[CopyContext, Sealed], ...]
    submission: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One person at the node of one agency."""

    hub: RunningHub
    oin: str
    role: str
    staff: str

    async def plan(
        self,
        message: str,
        case_id: str,
        facts: Mapping[str, Any],
        to: list[tuple[str, str]],
        *,
        opening_in: str | None = None,
        in_reply_to: str | None = None,
        act: str | None = None,
    ) -> Reply:
        body = {
            "type": message,
            "zaakId": case_id,
            "gemeentecode": opening_in,
            "afzender": {"rol": self.role, "medewerker": self.staff},
            "feiten": dict(facts),
            "ontvangers": [{"oin": oin, "rol": rol} for oin, rol in to],
            "handeling": act,
            "inAntwoordOp": in_reply_to,
        }
        return await self.hub.ask(Verb.PLAN, self.oin, json.dumps(body).encode())

    def draft(
        self,
        plan: Mapping[str, Any],
        facts: Mapping[str, Any],
        *,
        opening_in: str | None = None,
        in_reply_to: str | None = None,
        message_id: str | None = None,
        context_changes: Mapping[str, Any] | None = None,
        submission_changes: Mapping[str, Any] | None = None,
        envelope_changes: Mapping[str, Any] | None = None,
    ) -> Draft:
        """Copies by the plan, sealed and signed, and the submission over them."""
        envelope = self._envelope(plan, message_id, envelope_changes or {})
        copies = tuple(
            self._copy(plan, recipient, envelope, facts, context_changes or {})
            for recipient in plan["ontvangers"]
            if recipient["toegestaan"]
        )
        submission = Submission(
            **{
                "aud": self.hub.world.registry.hub_oin,
                "jti": str(uuid4()),
                "tijdstip": rfc3339(self.hub.hands.now),
                "envelop": envelope,
                "afzender": Staff(rol=self.role, medewerker=self.staff),
                "feiten": dict(facts),
                "gemeentecode": opening_in,
                "handeling": plan["handeling"],
                "in_antwoord_op": in_reply_to,
                "plan_sha256": plan["planSha256"],
                "revisie": plan["revisie"],
                "ontvangers": [OinRole(oin=r["oin"], rol=r["rol"]) for r in plan["ontvangers"]],
                "kopieen": [_digest(context, sealed) for context, sealed in copies],
                **(submission_changes or {}),
            }
        )
        return Draft(
            case_id=plan["zaakId"],
            message_id=envelope.id,
            body=self.sign(submission, copies),
            copies=copies,
            submission=submission,
        )

    def sign(self, submission: Submission, copies: tuple[tuple[CopyContext, Sealed], ...]) -> bytes:
        token = self.hub.world.signing[self.oin].sign(submission, typ=SUBMISSION)
        return canonical(SubmissionBody(inzending=token, kopieen=[s.copy for _, s in copies]).to_json())

    async def submit(self, draft: Draft) -> Reply:
        return await self.hub.ask(Verb.SUBMIT, self.oin, draft.body)

    async def send(
        self,
        message: str,
        case_id: str,
        facts: Mapping[str, Any],
        to: list[tuple[str, str]],
        *,
        opening_in: str | None = None,
        in_reply_to: str | None = None,
    ) -> Draft:
        """Plans and submits; fails the test when one of them is refused."""
        plan = await self.plan(message, case_id, facts, to, opening_in=opening_in, in_reply_to=in_reply_to)
        assert plan.answer.status == 200, plan.answer.body
        draft = self.draft(plan.answer.body, facts, opening_in=opening_in, in_reply_to=in_reply_to)
        reply = await self.submit(draft)
        assert reply.answer.status == 200, reply.answer.body
        return draft

    def receipt(
        self, draft: Draft, kind: str, *, staff: str | None = None, of: str | None = None, **changes: Any
    ) -> bytes:
        """The body of a receipt for this agency's copy of a message; `of` another's copy."""
        address = (of or self.oin, self.role)
        context, sealed = next(c for c in draft.copies if (c[0].ontvanger.oin, c[0].ontvanger.rol) == address)
        values: dict[str, Any] = {
            "kopie_id": context.kopie_id,
            "bericht_id": context.bericht_id,
            "zaak_id": context.zaak_id,
            "ontvanger": context.ontvanger,
            "soort": kind,
            "tijdstip": rfc3339(self.hub.hands.now),
            "commitment": sealed.commitment,
            "functionaris_ref": staff,
        }
        token = self.hub.world.signing[self.oin].sign(Receipt(**(values | changes)), typ=RECEIPT)
        return ReceiptBody(ontvangst=token).canonical()

    def _envelope(
        self, plan: Mapping[str, Any], message_id: str | None, changes: Mapping[str, Any]
    ) -> Envelope:
        kind = catalogue().message(plan["type"])
        values: dict[str, Any] = {
            "id": message_id or str(uuid4()),
            "source": source(self.oin, "knooppunt"),
            "type": kind.event_type,
            "subject": plan["zaakId"],
            "time": rfc3339(self.hub.hands.now),
            "dataschema": kind.schema_uri,
            "correlatieid": str(uuid4()),
            "doel": plan["doel"],
            "urgentie": plan["urgentie"],
            "simulatie": True if self.hub.parts.simulation else None,
        }
        return Envelope(**(values | dict(changes)))

    def _copy(
        self,
        plan: Mapping[str, Any],
        recipient: Mapping[str, Any],
        envelope: Envelope,
        facts: Mapping[str, Any],
        changes: Mapping[str, Any],
    ) -> tuple[CopyContext, Sealed]:
        world = self.hub.world
        kept = {f["veld"] for f in recipient["velden"] if f["besluit"] == "allow"}
        content = {name: value for name, value in facts.items() if name in kept} | {"tekst": CANARY}
        sealing = world.registry.participant(recipient["oin"]).sealing_key(self.hub.hands.now)
        values: dict[str, Any] = {
            "afzender": OinRole(oin=self.oin, rol=self.role),
            "ontvanger": OinRole(oin=recipient["oin"], rol=recipient["rol"]),
            "afzender_kid": world.signing[self.oin].kid,
            "ontvanger_kid": sealing.kid,
            "zaak_id": plan["zaakId"],
            "bericht_id": envelope.id,
            "kopie_id": str(uuid4()),
            "type": plan["type"],
            "doel": recipient["doel"],
            "doel_afzender": plan["doel"],
            "kant": recipient["kant"],
            "manifest": [
                {k: f[k] for k in ("veld", "categorie", "besluit", "masker", "regel")}
                for f in recipient["velden"]
            ],
            "verplichtingen": [Obligation(**o) for o in recipient["verplichtingen"]],
            "feiten": facts_for_copy(dict(facts), content),
            "revisie": plan["revisie"],
            "afzendernummer": 1,
            "ongebruikt": [],
        }
        context = CopyContext.model_validate(values | dict(changes))
        sealed = seal_copy(
            content, envelope=envelope, context=context, to=sealing, by=world.signing[self.oin]
        )
        return context, sealed


def _digest(context: CopyContext, sealed: Sealed) -> CopyDigest:
    return CopyDigest(
        kopie_id=context.kopie_id,
        ontvanger=context.ontvanger,
        jws_sha256=sha256_hex(sealed.copy.jws.encode()),
        jwe_sha256=sha256_hex(sealed.copy.jwe.encode()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case that Veilig Thuis opened by a request for a planned screening."""

    case_id: str
    vt: Sender
    request: Draft = field(repr=False)


async def open_case(hub: RunningHub) -> OpenCase:
    vt = hub.node(VT, "vt_procescoordinator", "vt-0001")
    case_id = str(uuid4())
    request = await vt.send(
        VERZOEK,
        case_id,
        VERZOEK_FACTS,
        [(POL, "politie_weegteam"), (GEM, "gemeente_jurist")],
        opening_in=DWELLING,
    )
    return OpenCase(case_id=case_id, vt=vt, request=request)


async def notify_police(case: OpenCase) -> Draft:
    """The headline use: the police hear of the planned screening; the urgent way, without weegteam."""
    return await case.vt.send(
        KENNISGEVING,
        case.case_id,
        KENNISGEVING_FACTS,
        [(POL, "politie_hovj"), (POL, "politie_wijkagent")],
    )
