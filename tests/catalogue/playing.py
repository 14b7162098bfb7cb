"""Plays a story scene by scene at the nodes, and notes what was sent, received and refused, with by which rule."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from gateway.domain.catalogue import ANYONE, MessageType, catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.documents import document_fields
from gateway.domain.identifiers import RoleId
from gateway.domain.named_agencies import NamedAgency, named_in
from gateway.local.registry_file import VOORBEELDSTAD, Agency
from gateway.local.simulate.contents import make_content
from gateway.local.simulate.people import Household, make_household, seeded
from gateway.protocol.facts import facts_of
from gateway.protocol.subjects import Verb
from tests.catalogue.exchange import Everybody, agency_of, until
from tests.catalogue.story import Act, Scene

WRONG_ROLE = "S_afzender_niet_bevoegd"
THERE = frozenset({"functioneel", "geopend", "vervallen"})


@dataclass(slots=True, kw_only=True)
class Seen:
    """What happened per type: who received it, who opened it or could not, and which rule refused which question."""

    sent: set[str] = field(default_factory=set)
    received: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    opened: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    closed: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    refused: dict[str, set[tuple[Verb, str]]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that the hub accepted. `deliveries` are those with a copy."""

    scene: Scene
    message_id: str
    content: Mapping[str, Any]
    deliveries: Sequence[Mapping[str, Any]]


@dataclass(slots=True, kw_only=True)
class Play:
    """One case, played by the door that is set."""

    everybody: Everybody
    seen: Seen
    rng: Random
    household: Household
    most: int
    case_id: str | None = None
    sent: list[Sent] = field(default_factory=list)

    @classmethod
    def begin(cls, everybody: Everybody, seen: Seen, seed: int, *, most: int) -> "Play":
        """A case about people drawn from the seed; each message goes to `most` recipients at most."""
        rng = seeded(seed)
        household = make_household(rng, today=everybody.now.date(), children=1)
        return cls(everybody=everybody, seen=seen, rng=rng, household=household, most=most)

    async def run(self, life: Sequence[Scene | Act]) -> None:
        for each in life:
            self.everybody.pass_time()
            await (self._act(each) if isinstance(each, Act) else self._scene(each))
        for sent in self.sent:
            await self._receipts(sent)

    async def refused(self, scene: Scene, role: str, rule: str) -> None:
        """The message of this scene is refused to this role as the case is now, by this rule."""
        await self._refused(scene, role, self.body(scene) | {"rol": role}, rule)

    async def _act(self, act: Act) -> None:
        body = {
            "zaakId": self.case_id,
            "handeling": act.action,
            "rol": act.role,
            "gebeurdOp": rfc3339(self.everybody.now),
        }
        answer = await self.everybody.ask(act.role, "POST", "/handelingen", body)
        assert answer.status_code == 201, (act, answer.text)

    async def _scene(self, scene: Scene) -> None:
        body = self.body(scene)
        await self._wrong_role(scene, body)
        sent = await self._send(scene, body)
        self.seen.sent.add(scene.type)
        await self._arrived(sent)
        await self._opened(sent)

    async def send_only(self, scene: Scene, to: str) -> Sent:
        """Sends the message of this scene to one role, and does not wait for what comes of it."""
        recipient = {"oin": agency_of(to).oin, "rol": to}
        return await self._send(scene, self.body(scene) | {"ontvangers": [recipient]})

    async def _send(self, scene: Scene, body: Mapping[str, Any]) -> Sent:
        answer = await self.everybody.ask(scene.sender, "POST", "/berichten", body)
        assert answer.status_code == 201, (scene, answer.text)
        shown = answer.json()
        sent = Sent(
            scene=scene,
            message_id=shown["berichtId"],
            content=body["inhoud"],
            deliveries=[each for each in shown["afleveringen"] if each["status"] != "vervallen"],
        )
        self.case_id = shown["zaakId"]
        self.sent.append(sent)
        return sent

    def body(self, scene: Scene) -> dict[str, Any]:
        """What its sender posts, as the case is now."""
        kind = catalogue().message(scene.type)
        fixed = {**dict.fromkeys(document_fields(kind)), **scene.values}  # documents are not needed anywhere
        fixed |= {name: self._newest(type_).message_id for name, type_ in scene.about.items()}
        fixed |= {name: self._newest(t).content[field] for name, (t, field) in scene.as_stated.items()}
        content = make_content(kind, self.rng, at=self.everybody.now, household=self.household, **fixed)
        content |= {n.fact: _named(n).oin for n in named_in(kind) if n.fact in content}
        body = {
            "type": scene.type,
            "rol": scene.sender,
            "ontvangers": self._recipients(kind, scene),
            "inhoud": content,
            "zaakId": self.case_id,
            "gemeentecode": VOORBEELDSTAD if self.case_id is None else None,
            "inAntwoordOp": None if scene.answers is None else self._newest(scene.answers).message_id,
        }
        return {name: value for name, value in body.items() if value is not None}

    def _recipients(self, kind: MessageType, scene: Scene) -> list[dict[str, str]]:
        """Everybody whom the catalogue names, but for the sender; a correction goes to who got what it corrects."""
        if ANYONE in kind.recipients:
            earlier = self._newest(scene.about["bericht_id"]).deliveries
            return [{"oin": delivery["oin"], "rol": delivery["rol"]} for delivery in earlier]
        asker = None if scene.answers is None else self._newest(scene.answers).scene.sender
        roles = [role for role in kind.recipients if role != scene.sender]
        roles.sort(key=lambda role: role != asker)  # whoever asked is among them, however few
        return [{"oin": agency_of(role).oin, "rol": role} for role in roles][: self.most]

    def _newest(self, type_: str) -> Sent:
        return next(sent for sent in reversed(self.sent) if sent.scene.type == type_)

    async def _wrong_role(self, scene: Scene, body: Mapping[str, Any]) -> None:
        """The same message in a role that may not send it: its plan is refused, and a submission made by hand."""
        kind = catalogue().message(scene.type)
        if ANYONE in kind.senders or (Verb.SUBMIT, WRONG_ROLE) in self.seen.refused[scene.type]:
            return
        role = wrong_role(kind, scene.sender)
        await self._refused(scene, role, {**body, "rol": role}, WRONG_ROLE)
        plan = await self.everybody.ask(scene.sender, "POST", "/plannen", body)
        assert plan.status_code == 200, (scene, plan.text)
        draft = self.everybody.by_hand(role).draft(
            plan.json(), facts_of(kind, body["inhoud"]), opening_in=body.get("gemeentecode")
        )
        answer = await self.everybody.node(role).link.ask(Verb.SUBMIT, draft.body)
        assert (answer.status, answer.body.get("regel")) == (403, WRONG_ROLE), (scene, role, answer.body)
        self.seen.refused[scene.type].add((Verb.SUBMIT, WRONG_ROLE))

    async def _refused(self, scene: Scene, role: str, body: Mapping[str, Any], rule: str) -> None:
        answer = await self.everybody.ask(role, "POST", "/berichten", body)
        assert (answer.status_code, answer.json().get("regel")) == (403, rule), (scene, role, answer.text)
        self.seen.refused[scene.type].add((Verb.PLAN, rule))

    async def _arrived(self, sent: Sent) -> None:
        """Every recipient's node verified its copy and handed over what was sent, but for what was left out."""
        for delivery in sent.deliveries:
            role, copy_id = delivery["rol"], delivery["kopieId"]
            system = self.everybody.node(role).system
            await until(lambda: copy_id in system.kept, lambda: (sent.scene, role))  # noqa: B023
            handed = system.kept[copy_id].content
            left_out = {each["veld"] for each in delivery["weggelaten"]}
            whole = {name: value for name, value in sent.content.items() if name not in left_out}
            assert not [n for n in whole if not is_left_of(whole[n], handed.get(n))], (sent.scene, role)
            self.seen.received[sent.scene.type].add(role)

    async def _opened(self, sent: Sent) -> None:
        """A recipient opens his copy, and sees no more than was sent to him; the next tries when he may not."""
        kind = sent.scene.type
        for delivery in self.rng.sample(sent.deliveries, len(sent.deliveries)):
            role, copy_id = delivery["rol"], delivery["kopieId"]
            path, purpose = f"/postvak/{copy_id}/_open", {"doel": delivery["doel"]}
            answer = await self.everybody.ask(role, "POST", path, purpose)
            if answer.status_code == 200:
                handed = self.everybody.node(role).system.kept[copy_id].content
                assert answer.json()["inhoud"].items() <= handed.items(), (sent.scene, role)
                self.seen.opened[kind].add(role)
                return
            self.seen.closed[kind].add((role, answer.json()["regel"]))

    async def _receipts(self, sent: Sent) -> None:
        """The sender holds the signed receipts of every copy: stored, and handed over."""
        node = self.everybody.node(sent.scene.sender)
        copies = [delivery["kopieId"] for delivery in sent.deliveries]

        def statuses() -> list[str]:
            return [node.status_of(copy_id) for copy_id in copies]

        await until(lambda: set(statuses()) <= THERE, lambda: (sent.scene, statuses()))


def _named(named: NamedAgency) -> Agency:
    """Veilig Thuis wherever it can do what is asked of the named agency: it is among the recipients, however few."""
    return agency_of("vt_medewerker" if "vt_medewerker" in named.roles else min(named.roles))


def wrong_role(kind: MessageType, sender: str) -> str:
    """A role that never sends this type: a colleague of the sender where there is one."""
    pilots = kind.pilot_senders.roles if kind.pilot_senders else ()
    others = [role for role in catalogue().roles if role not in (*kind.senders, *pilots)]
    others = [role for role in others if agency_kind(role) != "hub"]
    return min(others, key=lambda role: agency_kind(role) != agency_kind(sender))


def agency_kind(role: str) -> str:
    return catalogue().roles[RoleId(role)].agencies[0]


def is_left_of(original: object, handed: object) -> bool:
    """The same, or a list from which an obligation took entries (a child, for who may not see children)."""
    if isinstance(original, list) and isinstance(handed, list):
        return all(item in original for item in handed)
    return handed == original
