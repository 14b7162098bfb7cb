"""Plays the steps of one case through the nodes, and holds each against what must come of it."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx2

from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.local.agency_client import Reply
from gateway.local.registry_file import VOORBEELDSTAD
from gateway.local.simulate.account import deadlines_started
from gateway.local.simulate.agreeing import days_later
from gateway.local.simulate.company import Company
from gateway.local.simulate.contents import make_content
from gateway.local.simulate.people import Household, make_household, seeded
from gateway.local.simulate.plan import (
    After,
    AwaitState,
    CasePlan,
    CheckAnswers,
    FieldOf,
    MessageOf,
    Perform,
    Read,
    Refusal,
    Send,
    Step,
    TakeOn,
)

Found = TypeVar("Found")
PATIENCE_S: Final = (
    300.0  # a quiet machine needs a tenth of a second; a node that found the hub busy pauses up to a minute
)
_FIRST_WAIT_S: Final = 0.02
_LONGEST_WAIT_S: Final = 0.5
# On whose side whoever takes a message on says to stand. Who is not named here works for the whole household.
_SIDES: Final = {
    "crisisdienst_medewerker": "slachtoffer",
    "opvang_medewerker": "slachtoffer",
    "piketadvocaat": "pleger",
    "reclassering_adviseur": "pleger",
    "reclassering_toezichthouder": "pleger",
    "rvr_piket": "pleger",
}
_OK, _CREATED, _STORED, _NOT_THERE = 200, 201, 202, 404


class Unexpected(Exception):
    """A step came out otherwise than planned; the message says both."""


@dataclass(slots=True)
class Tally:
    """What happened in one case, to be added up. `must_have` are the deadlines of which its messages start a clock."""

    messages: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    case_id: str = ""
    copies: int = 0
    must_have: set[str] = field(default_factory=set)
    taken_on: int = 0
    read: int = 0
    acts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a later step may need of a message."""

    message_id: str
    copies: Mapping[str, str]
    content: Mapping[str, Any]


class CasePlayer:
    """Plays one case, step by step. `now` is the clock of the exchange."""

    def __init__(self, plan: CasePlan, company: Company, now: Callable[[], datetime]) -> None:
        self.plan = plan
        self.tally = Tally()
        self._company = company
        self._now = now
        self._sent: dict[str, _Sent] = {}
        self._case_id = ""
        self._household: Household | None = None
        self._play: Mapping[type[Step], Callable[[Any], None]] = {
            Send: self._send,
            TakeOn: self._take_on,
            Read: self._read,
            Perform: self._perform,
            AwaitState: self._await_state,
            CheckAnswers: self._check_answers,
        }

    def play(self, step: Step) -> None:
        """Raises Unexpected when something else came of it than was planned."""
        try:
            self._play[type(step)](step)
        except (Unexpected, httpx2.TransportError) as error:
            said = error if isinstance(error, Unexpected) else f"geen antwoord: {type(error).__name__}"
            raise Unexpected(f"zaak {self.plan.number} ({self._case_id or 'nog geen'}): {said}") from error

    def _send(self, step: Send) -> None:
        body = self._body(step)
        reply = self._company[step.role].post("/berichten", body)
        if step.refused is not None:
            self._must_refuse(reply, step.refused, f"{step.key} door {step.role}")
            return
        if reply.status == _STORED:
            reply = self._accepted_later(step, str(reply["berichtId"]))
        if reply.status not in {_OK, _CREATED} or reply["toestand"] != "aangenomen":
            raise Unexpected(f"{step.key} door {step.role}: niet aangenomen\n{reply.status} {_short(reply)}")
        copies = {place["rol"]: place["kopieId"] for place in reply["afleveringen"]}
        if missed := [role for role in step.to if not copies.get(role)]:
            raise Unexpected(f"{step.key} door {step.role}: geen kopie voor {', '.join(missed)}")
        self._case_id = self.tally.case_id = str(reply["zaakId"])
        self.tally.copies += len(step.to)
        self.tally.must_have |= deadlines_started(step.message, body["inhoud"])
        self._sent[step.key] = _Sent(str(reply["berichtId"]), copies, body["inhoud"])
        self.tally.messages[step.message] += 1

    def _accepted_later(self, step: Send, message_id: str) -> Reply:
        """The node stored it because the hub was slow; it goes by itself."""

        def look() -> Reply | None:
            reply = self._company[step.role].get(f"/berichten/{message_id}")
            return None if reply["toestand"] == "wacht" else reply

        return _eventually(look, f"{step.key}: het antwoord van de hub")

    def _body(self, step: Send) -> dict[str, Any]:
        body: dict[str, Any] = {
            "berichtId": new_id(),
            "type": step.message,
            "rol": step.role,
            "ontvangers": [self._company[role].place for role in step.to],
            "inhoud": self._content(step),
        }
        if step.opens:
            body["gemeentecode"] = VOORBEELDSTAD
        else:
            body["zaakId"] = self._case_id
        if step.answers is not None:
            body["inAntwoordOp"] = self._sent[step.answers].message_id
        if step.act is not None:
            body["handeling"] = step.act
        return body

    def _content(self, step: Send) -> dict[str, Any]:
        now = self._now()
        if self._household is None:
            rng = seeded(f"{self.plan.seed}:huishouden")
            self._household = make_household(rng, today=now.date(), children=self.plan.children)
        fields = {name: self._value(value, now) for name, value in step.fields.items()}
        rng = seeded(f"{self.plan.seed}:{step.key}")
        content = make_content(step.message, rng, at=now, household=self._household, **fields)
        return content | dict(step.extra)

    def _value(self, value: Any, now: datetime) -> Any:
        if isinstance(value, MessageOf):
            return self._sent[value.key].message_id
        if isinstance(value, FieldOf):
            said = self._sent[value.key].content[value.field]
            return days_later(said, value.days) if value.days else said
        return rfc3339(now + value.delay) if isinstance(value, After) else value

    def _take_on(self, step: TakeOn) -> None:
        path = f"/postvak/{self._sent[step.key].copies[step.role]}/_aanvaard"
        reply = self._when_arrived(
            step.role, path, {"kant": _SIDES.get(step.role, "neutraal")}, f"{step.role} neemt {step.key} aan"
        )
        if reply.status != _OK:
            raise Unexpected(f"{step.role} neemt {step.key} aan: {reply.status} {_short(reply)}")
        self.tally.taken_on += 1

    def _read(self, step: Read) -> None:
        path = f"/postvak/{self._sent[step.key].copies[step.role]}/_open"
        what = f"{step.role} leest {step.key}"
        reply = self._when_arrived(step.role, path, {"doel": step.purpose}, what)
        if step.refused is not None:
            self._must_refuse(reply, step.refused, what)
            return
        if reply.status != _OK or not reply["inhoud"]:
            raise Unexpected(f"{what}: {reply.status} {_short(reply)}")
        self.tally.read += 1

    def _when_arrived(self, role: str, path: str, body: Mapping[str, object], what: str) -> Reply:
        def look() -> Reply | None:
            reply = self._company[role].post(path, body)
            return None if reply.status == _NOT_THERE else reply

        return _eventually(look, what)

    def _perform(self, step: Perform) -> None:
        act = {"zaakId": self._case_id, "handeling": step.action, "rol": step.role, "feiten": {}}
        reply = self._company[step.role].post("/handelingen", act | {"gebeurdOp": rfc3339(self._now())})
        what = f"{step.action} door {step.role}"
        if step.refused is not None:
            self._must_refuse(reply, step.refused, what)
            return
        if reply.status != _CREATED:
            raise Unexpected(f"{what}: {reply.status} {_short(reply)}")
        self.tally.acts[step.action] += 1

    def _await_state(self, step: AwaitState) -> None:
        path = f"/zaken/{self._case_id}?rol={step.role}&doel={step.purpose}"

        def look() -> bool | None:
            reply = self._company[step.role].get(path)
            return True if reply.status == _OK and reply["toestand"] == step.state else None

        _eventually(look, f"de toestand {step.state}")

    def _check_answers(self, step: CheckAnswers) -> None:
        reply = self._company[step.role].get(f"/berichten/{self._sent[step.key].message_id}")
        if reply.status != _OK or reply["gesprek"] is None:
            raise Unexpected(f"hoe het met de antwoorden op {step.key} staat: {reply.status} {_short(reply)}")
        owed = reply["gesprek"]["verwacht"]
        stands = {self._company.role_of(each["van"][0], step.stands): str(each["stand"]) for each in owed}
        if stands != step.stands:
            raise Unexpected(f"antwoorden op {step.key}: verwacht {dict(step.stands)}, gekregen {stands}")
        self.tally.answers.update(stands.values())

    def _must_refuse(self, reply: Reply, refusal: Refusal, what: str) -> None:
        rules = {reply.body.get("regel"), *(cause["code"] for cause in reply.body.get("errors", []))}
        if reply.status != refusal.status or refusal.rule not in rules:
            raise Unexpected(
                f"{what}: verwacht {refusal.status} {refusal.rule}, gekregen {reply.status} {_short(reply)}"
            )
        self.tally.refusals[refusal.rule] += 1


def _eventually(look: Callable[[], Found | None], what: str) -> Found:
    deadline, wait = time.monotonic() + PATIENCE_S, _FIRST_WAIT_S
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise Unexpected(f"niet binnen {PATIENCE_S:.0f} s: {what}")
        time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT_S)
    return found


def _short(reply: Reply) -> str:
    """Rule and text of a problem; never what was sent."""
    if not isinstance(reply.body, dict):
        return ""
    causes = [f"{each['pointer']} {each['code']}" for each in reply.body.get("errors", [])]
    names = ("code", "regel", "detail", "toestand", "weigering")
    return "; ".join([*(str(reply.body[name]) for name in names if reply.body.get(name)), *causes])
