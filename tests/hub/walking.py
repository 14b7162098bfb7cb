"""Cases that go wherever chance and what was seldom tried lead them, through a real hub with the real policies.

A walker tries one thing in one case: an act that starts in its state, a message that moves a region, or any message at
all, by somebody who may send it, now or in the past. Which is tried follows from the seed and from what was done least;
what is lawful is the policy's. When it says what is missing, that is tried first and the act again.
"""

from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import uuid4

from gateway.domain.case import START
from gateway.domain.catalogue import ANYONE, ActRule, MessageType, catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.history import CLOSED
from gateway.domain.identifiers import RoleId
from gateway.domain.regions import REGION_RULES, RegionRule
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.problem_answers import Reply
from gateway.hub.usecases.settling import load_record
from gateway.local.registry_file import DEMO_AGENCIES, VOORBEELDSTAD, Agency
from gateway.local.simulate.contents import make_content
from gateway.protocol.facts import facts_of
from tests.hub.asking import assign, decide, duty
from tests.hub.makers import DWELLING, GEM, RunningHub, Sender

_KINDS: Final = ("advocatuur", "rechtspraak", "crisisdienst", "rvr", "gi", "hulpverlening", "opvang")
AGENCIES: Final = (
    *DEMO_AGENCIES,
    *(
        Agency(
            oin=f"00000099{number:08d}7000",
            name=f"Verzonnen {kind}",
            kind=kind,
            municipalities=(VOORBEELDSTAD,),
        )
        for number, kind in enumerate(_KINDS, start=1)
    ),
)
BY_NOBODY: Final = frozenset({"aflopen", "vernietigen"})
"""Acts of the clock alone; a case is destroyed five years after it was closed, long after the keys of these tests."""
_HOUR: Final = timedelta(hours=1)
_BY_THE_MAYOR: Final = {"bevoegd_door": "burgemeester", "grond_kindermishandeling": False}
_ADULT: Final = {"pleger_meerderjarig": True, "situatie": "B_geen_acuut_hg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Something to try: a message with these values, or an act without one. `role` is a sender who may;
    `late`: it took place some time before; `again`: it was refused once."""

    role: str
    message: str | None = None
    action: str | None = None
    late: bool = False
    again: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)


def _move(message: str, role: str, **values: Any) -> Move:
    return Move(role=role, message=message, values=values)


_HEARINGS: Final = tuple(
    _move("besluit.hoorverslag", "politie_hovj", gehoorde_rol=role, afgezien_reden=None)
    for role in ("uithuisgeplaatste", "achterblijver")
)
TO_A_BAN: Final = (
    _move("screening.verzoek", "vt_procescoordinator", **_ADULT),
    _move(
        "screening.gepland.kennisgeving",
        "vt_procescoordinator",
        zonder_weegteam=True,
        pleger_meerderjarig=True,
    ),
    _move("screening.gepland.bevestiging", "politie_hovj", reactie="gestart"),
    _move("zsm.context.verzoek", "om_ovj_zsm"),
    _move("screening.rihg.uitkomst", "politie_hovj"),
    *_HEARINGS,
    _move("huisverbod.opgelegd", "burgemeester", mondeling_aangezegd=True, **_BY_THE_MAYOR),
    _move("huisverbod.opgelegd", "burgemeester", mondeling_aangezegd=False, **_BY_THE_MAYOR),
)
"""The shortest way to a ban: how far a case goes along it before chance takes over is chance too."""
REMEDIES: Final[Mapping[str, tuple[Move, ...]]] = {
    "T_horen": _HEARINGS,
    "T_horen_verlengen": _HEARINGS,
    "T_vt_overleg": (
        _move("besluit.vt_overleg", "politie_hovj"),
        _move("besluit.vt_overleg.antwoord", "vt_medewerker"),
    ),
    "G11_geen_strafzaak": (_move("zsm.context.verzoek", "om_ovj_zsm"),),
    "G13_geen_melding": (_move("melding.zorg", "politie_wijkagent"),),
    "T_open_taak": (
        _move("overtreding.melding", "politie_wijkagent", betreft="huisverbod", stand="afgedaan"),
        _move("overtreding.melding", "politie_wijkagent", betreft="gedragsaanwijzing", stand="afgedaan"),
        _move("achterblijver.geinformeerd", "vt_medewerker", resultaat="geinformeerd"),
    ),
}


@dataclass(slots=True)
class Walk:
    """One case. `sent` are the accepted messages by type, newest last; `todo` is what is tried first."""

    hub: RunningHub
    rng: Random
    case_id: str
    done: Counter[object]
    sent: dict[str, list[str]] = field(default_factory=dict)
    todo: deque[Move] = field(default_factory=deque)
    is_open: bool = False

    async def record(self) -> CaseRecord:
        return await load_record(self.hub.parts, Asker(oin=GEM, trace_id="a" * 32), self.case_id)

    async def step(self, state: str) -> Reply:
        """Tries one thing; `state` is where the case stands."""
        move = self.todo.popleft() if self.todo else self._chosen(state)
        reply = await self._try(move)
        if reply.answer.status == 200:
            self.is_open = True
        else:
            await self._mend(move, reply)
        return reply

    async def _mend(self, move: Move, reply: Reply) -> None:
        """What was missing is tried first, and then the same again, once."""
        body = reply.answer.body
        missing = {str(body.get("regel")), *(error["code"] for error in body.get("errors", []))}
        remedies = [each for rule in sorted(missing) for each in REMEDIES.get(rule, ())]
        if remedies and not move.again:
            self.todo.extendleft(reversed([*remedies, replace(move, again=True)]))

    def _chosen(self, state: str) -> Move:
        chance = self.rng.random()
        if state in CLOSED or chance < 0.1:
            return self._any(state, fitting=False)
        if not self.is_open or chance < 0.6:
            return self._act(state)
        return self._region(state) if chance < 0.8 else self._any(state, fitting=True)

    def _act(self, state: str) -> Move:
        """Of the acts that start here the one that was done least."""
        transitions = catalogue().transitions
        fitting = [a for a in transitions if state in transitions[a].from_states and a not in BY_NOBODY]
        action = self._least(fitting)
        self.done["tried", action] += 4 if action == "sluiten" else 1  # or no case would live long
        for message in catalogue().messages:
            for rule in message.acts:
                if rule.action == action:
                    values = {name: self.rng.choice(options) for name, options in rule.when.items()}
                    return self._message(
                        message, {**_by_act(action, self.hub.hands.now), **values}, rule=rule
                    )
        return Move(role=self.rng.choice(_roles(transitions[action].roles)), action=action)

    def _region(self, state: str) -> Move:
        """Of the rules of the regions whose message may be sent here the one that was tried least."""
        rules = {str(i): rule for i, rule in enumerate(REGION_RULES) if state in _states(rule)}
        if not rules:
            return self._any(state, fitting=True)
        place = self._least(list(rules))
        self.done["tried", place] += 1
        values = {name: self.rng.choice(options) for name, options in rules[place].when.items()}
        if rules[place].passed == "zitting_op":
            values["zitting_op"] = rfc3339(self.hub.hands.now)
        return self._message(catalogue().message(rules[place].message), values)

    def _any(self, state: str, *, fitting: bool) -> Move:
        found = [each for each in catalogue().messages if not fitting or state in each.states]
        return self._message(self.rng.choice(found or list(catalogue().messages)), {})

    def _message(
        self, message: MessageType, values: Mapping[str, Any], *, rule: ActRule | None = None
    ) -> Move:
        able = () if rule is None else rule.senders or catalogue().transitions[rule.action].roles
        roles = _roles([role for role in able if role in message.senders]) or _roles(message.senders)
        declared = rule.action if rule is not None and rule.declared else None
        return Move(
            role="burgemeester" if "burgemeester" in roles else self.rng.choice(roles),
            message=message.name,
            action=declared,
            late=self.rng.random() < 0.2,
            values=values,
        )

    def _least(self, among: list[str]) -> str:
        self.rng.shuffle(among)
        return min(among, key=lambda each: self.done["tried", each])

    async def _try(self, move: Move) -> Reply:
        person = self.hub.node(agency_of(move.role).oin, move.role, f"{move.role.replace('_', '-')}-1")
        await duty(person)
        if self.is_open:
            await assign(person, self.case_id)
        if move.message is None:
            return await self._decide(person, move)
        return await self._send(person, catalogue().message(move.message), move)

    async def _decide(self, person: Sender, move: Move) -> Reply:
        question = {
            "soort": "handeling",
            "zaakId": self.case_id,
            "handeling": move.action,
            "door": {"rol": person.role, "medewerker": person.staff},
            "feiten": {},
            "gebeurdOp": rfc3339(self.hub.hands.now),
            "vastgelegdOp": rfc3339(self.hub.hands.now),
        }
        return await decide(person, question)

    async def _send(self, person: Sender, kind: MessageType, move: Move) -> Reply:
        now = self.hub.hands.now
        happened = now - (self.rng.choice([_HOUR, 30 * _HOUR]) if move.late else timedelta(0))
        values = {**self._references(kind), **_moments(kind, happened, now), **move.values}
        content = make_content(kind, self.rng, at=happened, **values)
        facts = facts_of(kind, content)
        able = [role for role in _roles(kind.recipients) if role != person.role]
        to = [(agency_of(role).oin, role) for role in self.rng.sample(able, min(2, len(able)))]
        opening = None if self.is_open else DWELLING
        answers = self._answered(kind)
        plan = await person.plan(
            kind.name, self.case_id, facts, to, opening_in=opening, in_reply_to=answers, act=move.action
        )
        if plan.answer.status != 200:
            return plan
        draft = person.draft(plan.answer.body, facts, opening_in=opening, in_reply_to=answers)
        reply = await person.submit(draft)
        if reply.answer.status == 200:
            self.sent.setdefault(kind.name, []).append(draft.message_id)
        return reply

    def _references(self, kind: MessageType) -> dict[str, Any]:
        """Facts that name an earlier message of the case."""
        known = {"afdoening_id": "zsm.afdoening", "bericht_id": "zaak.overdracht"}
        names = {each.name for each in kind.fields}
        return {
            name: self.sent[message][-1]
            for name, message in known.items()
            if name in names and message in self.sent
        }

    def _answered(self, kind: MessageType) -> str | None:
        asked = [name for name in self.sent if kind.name in catalogue().message(name).reply_types]
        return self.sent[asked[-1]][-1] if asked else None


def new_walk(hub: RunningHub, rng: Random, done: Counter[object]) -> Walk:
    """A case that does not exist yet."""
    begins = TO_A_BAN[: rng.choice([0, 2, len(TO_A_BAN) - 1, len(TO_A_BAN)])]
    return Walk(hub=hub, rng=rng, case_id=str(uuid4()), done=done, todo=deque(begins))


def agency_of(role: str) -> Agency:
    """The first agency with people in that role."""
    kinds = catalogue().roles[RoleId(role)].agencies
    return next(agency for agency in AGENCIES if agency.kind in kinds)


def _roles(roles: Collection[str]) -> list[str]:
    """Those of these roles that an agency of these tests has."""
    kinds = {agency.kind for agency in AGENCIES}
    named = set(catalogue().roles) if ANYONE in roles else set(roles)
    return sorted(role for role in named if kinds & set(catalogue().roles[RoleId(role)].agencies))


def _states(rule: RegionRule) -> frozenset[str]:
    return frozenset(catalogue().message(rule.message).states)


def _moments(kind: MessageType, happened: datetime, now: datetime) -> dict[str, Any]:
    known = {"gebeurd_op": happened, "vastgelegd_op": now}
    names = {each.name for each in kind.fields}
    return {name: rfc3339(moment) for name, moment in known.items() if name in names}


def _by_act(action: str, now: datetime) -> dict[str, Any]:
    """What an act cannot do without, that its rule leaves open."""
    match action:
        case "verzoek_indienen":
            return dict(_ADULT)
        case "opleggen" | "opleggen_mondeling":
            return dict(_BY_THE_MAYOR)
        case "gedragsaanwijzing_geven":
            first = {"ernstige_bezwaren": True, "vervolging_ingesteld": True, "verlenging_nr": 3}
            return first | {"einde": rfc3339(now + timedelta(days=5))}
        case _:
            return {}


__all__ = ["AGENCIES", "BY_NOBODY", "START", "Move", "Walk", "agency_of", "new_walk"]
