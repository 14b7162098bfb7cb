"""A hub behind the node's ports, for tests of the node alone: real keys, real stamps, no policy but what a test says.

It passes the contract suite of the link (test_hub_link), as the real doors do.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.domain.catalogue import ANYONE, MessageType, catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.decision import FieldDecision, MessageDecision, Obligation, RecipientDecision, Verdict
from gateway.domain.errors import Conflict, PlanStale, Refused, SchakelError
from gateway.domain.identifiers import MaskId, Oin, PurposeId, RoleId, RuleId, new_id
from gateway.domain.urgency import urgency_of
from gateway.node.hub_link import HubUnreachable, InboxMessage
from gateway.protocol.canonical import sha256_hex
from gateway.protocol.conversations import ConversationAnswer, ConversationQuestion
from gateway.protocol.exchange import Answer
from gateway.protocol.keys import SigningKey
from gateway.protocol.plan import PilotPlan, Plan, PlanRequest, field_plan, plan_digest, recipient_plan
from gateway.protocol.questions import (
    DeliveryStatus,
    LogProof,
    ReadAnswer,
    ReadQuestion,
    SubmitAnswer,
    parse_question,
)
from gateway.protocol.receipt import RECEIPT, REJECTION, InboxItem, Receipt, ReceiptBody, Rejection
from gateway.protocol.registry import Registry
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Received, check_age, identity_of, receive
from gateway.protocol.visibility import VisibilityAnswer, VisibilityQuestion
from gateway.protocol.wire import OinRole
from gateway.web.problems import problem_of

REASON = "Omdat de proef het zegt."


class Clock:
    """The time of a test: stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Policy:
    """What this hub decides, per role and field: "allow", "deny" or a mask; fields that are not named get `default`."""

    default: str = "allow"
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    without_purpose: set[str] = field(default_factory=set)
    refusal: SchakelError | None = None
    reading: dict[str, str] = field(default_factory=dict)
    reading_refusal: SchakelError | None = None
    obligations: tuple[Obligation, ...] = ()
    revision: str = "1"
    pilot: PilotPlan | None = None
    unseen: set[tuple[str, str]] = field(default_factory=set)  # people in a role, for whom no case exists


@dataclass
class _Copy:
    """A delivery: for whom, what was received back, and the item as it is delivered."""

    sender: str
    recipient: OinRole
    item: InboxItem
    urgency: str
    receipts: list[str] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


class HubInMemory:
    """One hub. `down` answers nothing; `lose_answers` acts and then loses that many answers."""

    def __init__(self, registry: Registry, key: SigningKey, clock: Clock) -> None:
        self.registry = registry
        self.key = key
        self.clock = clock
        self.policy = Policy()
        self.down = False
        self.lose_answers = 0
        self.bodies: list[bytes] = []
        self.asked: list[tuple[Verb, str]] = []
        self.accepted: dict[str, Received] = {}
        self.copies: dict[str, _Copy] = {}
        self.refused_reports: list[str] = []
        self._answers: dict[tuple[str, str], dict[str, Answer]] = defaultdict(dict)
        self._numbers: dict[tuple[str, str, str], int] = defaultdict(int)
        self._inboxes: dict[str, InboxInMemory] = {}

    def link(self, oin: str) -> "LinkInMemory":
        return LinkInMemory(self, oin)

    def inbox(self, oin: str) -> "InboxInMemory":
        return self._inboxes.setdefault(oin, InboxInMemory())

    def answer(self, verb: Verb, oin: str, body: bytes) -> Answer:
        """The answer, a problem included."""
        self.asked.append((verb, oin))
        try:
            return self._answer(verb, oin, body)
        except SchakelError as error:
            return _problem(error)

    def _answer(self, verb: Verb, oin: str, body: bytes) -> Answer:
        match verb:
            case Verb.PLAN:
                return Answer(200, self.plan(PlanRequest.parse_bytes(body)).to_json())
            case Verb.SUBMIT:
                return self._submit(oin, body)
            case Verb.RECEIPT:
                return self._report(oin, ReceiptBody.parse_bytes(body))
            case Verb.READ:
                return Answer(200, self._read(ReadQuestion.parse_bytes(body)).to_json())
            case Verb.DECIDE:
                question = parse_question(body)
                if isinstance(question, ConversationQuestion):
                    return Answer(200, ConversationAnswer(gesprekken=[]).to_json())
                if isinstance(question, VisibilityQuestion):
                    shown = [
                        z for z in question.zaken if (question.medewerker, z.rol) not in self.policy.unseen
                    ]
                    return Answer(200, VisibilityAnswer(zichtbaar=shown).to_json())
                return Answer(200, {"soort": question.soort, "vraag": question.to_json()})

    def _decision(self, message_type: MessageType, recipient: OinRole) -> RecipientDecision:
        may_get = bool({recipient.rol, ANYONE} & set(message_type.recipients))
        allowed = may_get and recipient.rol not in self.policy.without_purpose
        choices = self.policy.choices.get(recipient.rol, {})
        return RecipientDecision(
            oin=Oin(recipient.oin),
            role=RoleId(recipient.rol),
            allowed=allowed,
            rule=RuleId("matrix" if allowed else "S_geen_leesdoel"),
            purpose=PurposeId(message_type.purposes[0]) if allowed else None,
            fields=tuple(
                decided(message_type, f.name, choices.get(f.name, self.policy.default))
                for f in message_type.fields
            ),
            obligations=self.policy.obligations,
            reason_nl=REASON,
            reason_en="Because the test says so.",
            article="art. 1",
        )

    def plan(self, request: PlanRequest) -> Plan:
        if self.policy.refusal is not None:
            raise self.policy.refusal
        message_type = catalogue().message(request.type)
        decision = MessageDecision(
            allowed=True,
            rule=RuleId("send"),
            reason_nl=REASON,
            reason_en="",
            article="art. 1",
            purpose=PurposeId(message_type.purposes[0]),
            recipients=tuple(self._decision(message_type, r) for r in request.ontvangers),
            revision=self.policy.revision,
            decision_id=new_id(),
        )
        return Plan(
            zaak_id=request.zaak_id,
            type=request.type,
            toestand="screening_gepland",
            doel=str(decision.purpose),
            urgentie=urgency_of(message_type, request.feiten).value,
            revisie=decision.revision,
            ontvangers=[recipient_plan(r, side="neutraal") for r in decision.recipients],
            opgesteld_op=rfc3339(self.clock()),
            plan_sha256=plan_digest(
                message=request.type, case_id=request.zaak_id, act=None, decision=decision
            ),
            proef=self.policy.pilot,
        )

    def _submit(self, oin: str, body: bytes) -> Answer:
        self.bodies.append(body)
        identity, digest = identity_of(body), sha256_hex(body)
        earlier = self._answers[identity]
        if digest not in earlier:
            if any(answer.status == 200 or not _may_follow(answer) for answer in earlier.values()):
                raise Conflict(code="bericht-id-hergebruikt")
            earlier[digest] = self._judged(oin, body)
        return earlier[digest]

    def _judged(self, oin: str, body: bytes) -> Answer:
        key = self.registry.participant(oin).verification_key
        received = receive(body, sender_oin=oin, key=key, hub_oin=self.registry.hub_oin)
        submission = received.submission
        try:
            if not check_age(submission, self.clock()):
                raise Conflict(code="handtekening-verlopen")
            if self.policy.refusal is not None:
                raise self.policy.refusal
            message = next(t for t in catalogue().messages if t.event_type == submission.envelop.type)
            request = PlanRequest(
                type=message.name,
                zaak_id=submission.envelop.subject,
                afzender=submission.afzender,
                feiten=submission.feiten,
                ontvangers=submission.ontvangers,
            )
            plan = self.plan(request)
            if plan.plan_sha256 != submission.plan_sha256:
                raise PlanStale(plan=plan.to_json())
        except SchakelError as error:
            return _problem(error)
        return Answer(200, self._accept(received, plan).to_json())

    def _accept(self, received: Received, plan: Plan) -> SubmitAnswer:
        envelope, statuses = received.submission.envelop, []
        self.accepted[envelope.id] = received
        for statement, copy in zip(received.statements, received.copies, strict=True):
            context = statement.context
            lane = (context.zaak_id, context.ontvanger.oin, context.ontvanger.rol)
            self._numbers[lane] += 1
            stamp = Stamp(
                kopie_id=context.kopie_id,
                bericht_id=context.bericht_id,
                zaak_id=context.zaak_id,
                ontvanger=context.ontvanger,
                urgentie=envelope.urgentie,
                volgnummer=self._numbers[lane],
                jws_sha256=sha256_hex(copy.jws.encode()),
                aangenomen_op=rfc3339(self.clock()),
                doel=context.doel,
            )
            item = InboxItem(
                soort="kopie", stempel=self.key.sign(stamp, typ=STAMP), jws=copy.jws, jwe=copy.jwe
            )
            self.copies[context.kopie_id] = _Copy(envelope.oin, context.ontvanger, item, envelope.urgentie)
            self.deliver(context.kopie_id)
            statuses.append(
                DeliveryStatus(
                    kopie_id=context.kopie_id,
                    oin=context.ontvanger.oin,
                    rol=context.ontvanger.rol,
                    status="wacht",
                    volgnummer=stamp.volgnummer,
                )
            )
        return SubmitAnswer(
            bericht_id=envelope.id,
            zaak_id=envelope.subject,
            toestand=plan.toestand,
            aangenomen_op=rfc3339(self.clock()),
            afleveringen=statuses,
            bewijs=LogProof(leaf_index=0, leaf_sha256="0" * 64, pad=[], checkpoint="proef"),
        )

    def deliver(self, copy_id: str) -> None:
        """Puts a copy into the inbox of its recipient, again when it was there before."""
        copy = self.copies[copy_id]
        self.inbox(copy.recipient.oin).put(copy.item.canonical(), urgent=copy.urgency == "U0")

    def _report(self, oin: str, body: ReceiptBody) -> Answer:
        key = self.registry.participant(oin).verification_key
        if body.ontvangst is not None:
            receipt = Receipt.parse_bytes(key.verify(body.ontvangst, typ=RECEIPT))
            copy = self.copies[receipt.kopie_id]
            copy.receipts.append(receipt.soort)
            item = InboxItem(soort="ontvangst", jws=body.ontvangst)
        else:
            rejection = Rejection.parse_bytes(key.verify(body.afkeuring or "", typ=REJECTION))
            copy = self.copies[rejection.kopie_id]
            copy.rejections.append(rejection)
            item = InboxItem(soort="afkeuring", jws=body.afkeuring or "")
        self.inbox(copy.sender).put(item.canonical(), urgent=copy.urgency == "U0")
        return Answer(200, {"status": "vastgelegd"})

    def _read(self, question: ReadQuestion) -> ReadAnswer:
        if self.policy.reading_refusal is not None:
            raise self.policy.reading_refusal
        if question.doel is None:
            raise Refused(rule="G02_geen_doel", article="art. 2")
        context = self._context(question.kopie_id)
        message_type = catalogue().message(context["type"])
        return ReadAnswer(
            kopie_id=question.kopie_id,
            toegestaan=True,
            doel=question.doel,
            velden=[
                field_plan(decided(message_type, f.name, self.policy.reading.get(f.name, "allow")))
                for f in message_type.fields
            ],
            verplichtingen=[],
            revisie=self.policy.revision,
            besluit_id=new_id(),
        )

    def _context(self, copy_id: str) -> Mapping[str, Any]:
        for received in self.accepted.values():
            for statement in received.statements:
                if statement.context.kopie_id == copy_id:
                    return statement.context.model_dump()
        raise KeyError(copy_id)


class LinkInMemory:
    """The link of one agency. Yields once, as a real one would."""

    def __init__(self, hub: HubInMemory, oin: str) -> None:
        self._hub = hub
        self._oin = oin

    async def ask(self, verb: Verb, body: bytes) -> Answer:
        await asyncio.sleep(0)
        if self._hub.down:
            raise HubUnreachable(retry_after_s=1)
        answer = self._hub.answer(verb, self._oin, body)
        if self._hub.lose_answers:
            self._hub.lose_answers -= 1
            raise HubUnreachable(retry_after_s=1)
        return Answer(answer.status, json.loads(answer.to_bytes()), answer.retry_after_s)

    async def close(self) -> None:
        return None


class InboxInMemory:
    """The two lines of one inbox. What was fetched and not acknowledged comes again after `redeliver`."""

    def __init__(self) -> None:
        self.waiting: dict[bool, list[bytes]] = {True: [], False: []}
        self.unacknowledged: list[tuple[bool, bytes]] = []
        self._arrived = asyncio.Event()

    def put(self, data: bytes, *, urgent: bool = False) -> None:
        self.waiting[urgent].append(data)
        self._arrived.set()

    def redeliver(self) -> None:
        """As after a restart of the node: everything that was not acknowledged is there again."""
        back, self.unacknowledged = self.unacknowledged, []
        for urgent, data in back:
            self.put(data, urgent=urgent)

    async def fetch(self, *, urgent: bool) -> list[InboxMessage]:
        while not self.waiting[urgent]:
            self._arrived.clear()
            await self._arrived.wait()
        found, self.waiting[urgent] = self.waiting[urgent], []
        self.unacknowledged += [(urgent, data) for data in found]
        return [MessageInMemory(self, urgent=urgent, data=data) for data in found]

    async def close(self) -> None:
        return None


@dataclass(frozen=True)
class MessageInMemory:
    inbox: InboxInMemory
    urgent: bool
    data: bytes

    async def acknowledge(self) -> None:
        if (self.urgent, self.data) in self.inbox.unacknowledged:
            self.inbox.unacknowledged.remove((self.urgent, self.data))

    async def give_back(self) -> None:
        await self.acknowledge()
        self.inbox.put(self.data, urgent=self.urgent)


def decided(message_type: MessageType, name: str, choice: str) -> FieldDecision:
    """The decision that a short text stands for."""
    mask = MaskId(choice) if choice.startswith("M_") else None
    return FieldDecision(
        field=name,
        category=message_type.field(name).category,
        decision=Verdict.MASK if mask else Verdict(choice),
        mask=mask,
        rule=RuleId("matrix"),
        reason_nl=REASON,
        reason_en="Because the test says so.",
        article="art. 1",
        article_status="C",
    )


def _may_follow(answer: Answer) -> bool:
    return answer.body.get("code") in ("plan-verouderd", "handtekening-verlopen")


def _problem(error: SchakelError) -> Answer:
    problem = problem_of(error, instance="/v1", trace_id="0" * 32)
    return Answer(problem.status, json.loads(json.dumps(dict(problem.body))))
