"""What a deadline is: which facts start, move and stop its clock, whose duty it is, and who is woken when.

Values only, made by table.py from deadlines.json, which holds one row per deadline of the domain handbook
(domain.md 2.4) and is the one place to change it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.domain.deadlines.length import Counted, Facts, Length, Tie
from gateway.domain.identifiers import RoleId
from gateway.domain.urgency import Urgency


class Kind(StrEnum):
    """CLOCK runs in a case; a CONSTANT is a rule without a clock; RETENTION is kept by the retention job."""

    CLOCK = "clock"
    CONSTANT = "constant"
    RETENTION = "retention"


class Identity(StrEnum):
    """How many clocks of one deadline a case can have: one, one per starting message type, one per starting message,
    or one per message that the starting message answers."""

    CASE = "case"
    START = "start"
    MESSAGE = "message"
    ANSWERED = "answered"


class Ending(StrEnum):
    """What reaching the end means. DUTY: somebody is late, the clock runs on until it is done. TERM: the term is
    over and the clock ends by itself; what stops or moves it is still noted when it is registered later."""

    DUTY = "duty"
    TERM = "term"


class Match(StrEnum):
    """Which clocks of a deadline a stopping message is about.

    CASE: all of the case. REPLY: the one that it answers, or the only one. RECEIPT: the one of the message and
    the agency that the receipt is of; it ends when every role that it waits for has given one. PARTY: the one of the
    sender, for what it answers. SUBJECT: the one whose starting message stands in `subject_fact`."""

    CASE = "case"
    REPLY = "reply"
    RECEIPT = "receipt"
    PARTY = "party"
    SUBJECT = "subject"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A message with, for each fact in `when`, one of those values, or for each in `unless` none of them."""

    message: str
    when: Mapping[str, tuple[bool | str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[bool | str, ...]] = field(default_factory=dict)

    def holds(self, message: str, facts: Facts) -> bool:
        """Whether this message with these facts is meant."""
        return (
            message == self.message
            and all(_among(facts.get(name), values) for name, values in self.when.items())
            and not any(_among(facts.get(name), values) for name, values in self.unless.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyGroup:
    """Agencies that each get a clock of their own: recipients in one of `roles` (empty: every recipient), or the
        agency in `fact`. When there is none and it is not `optional`, a clock without a party says that nobody was
        told. `outside`: people who get no messages, such as the household; no receipt says that they were told, so
    their clock runs until whose duty it is (`told_by`, else the owner of the deadline) says so by hand, on record."""

    name: str
    roles: tuple[RoleId, ...] = ()
    fact: str | None = None
    optional: bool = False
    outside: bool = False
    told_by: tuple[RoleId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRule:
    """The clock begins at the fact `at`; without that fact it does not begin. Not `armed`: it waits, without alarms,
    until a change arms it. `again`: it may begin anew after it ended."""

    trigger: Trigger
    at: str
    parties: tuple[PartyGroup, ...] = ()
    armed: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule:
    """Moves the end to `due`, arms the clock, hands the duty to the agency in `owner_fact`, or sets the next check."""

    trigger: Trigger
    match: Match
    due: Length | None = None
    owner_fact: str | None = None
    check_fact: str | None = None
    subject_fact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRule:
    """The duty is done at the first of the facts in `at` that the message states; a message without any of them stops
    nothing, unless `or_registered` lets its registration count.

    `within`: a time that was planned beyond the end does not stop the clock. `added` says why this rule stands beside
    the handbook's own, and is empty for those.
    """

    trigger: Trigger
    match: Match
    at: tuple[str, ...]
    or_registered: bool = False
    within: bool = False
    subject_fact: str | None = None
    added: str = ""


class From(StrEnum):
    """The instant from which an alarm step is counted: the starting fact, the end, the registration, or the next check
    that a message announced."""

    ANCHOR = "anchor"
    DUE = "due"
    OPENED = "opened"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """An alarm: `offset` from an instant; with `every`, again and again from there. Goes to the owner and to `also`.
    `every` is elapsed time."""

    name: str
    counted_from: From
    offset: Counted
    urgency: Urgency
    every: Counted | None
    also: tuple[RoleId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRule:
    """Whose duty it is: the agency in `fact` if the message names one, the party of the clock, or holders of
    `roles`."""

    roles: tuple[RoleId, ...]
    fact: str | None = None
    party: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRule:
    """How much time the owner may add each time, and for which reasons."""

    by: Counted
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handbook:
    """The row as the domain handbook words it, compared with it by a test."""

    length: str
    start: str
    stop: str
    owner: str
    behaviour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """How the clock of a deadline runs. `due` None: it has no end of its own. `cap` is an end that nothing passes.
    `act` is the transition that the hub makes when the term is over. `follows`: it falls away when
    the term of that other clock is over. `by_hand`: a person may say that the duty was done outside Schakel.
    `by_correction`: that the message which started it was taken back may end it (module corrected).
    `outlives_case`: closing the case leaves it running."""

    identity: Identity
    ending: Ending
    tie: Tie
    due: Length | None
    cap: Counted | None
    owner: OwnerRule
    task_nl: str
    task_en: str
    starts: tuple[StartRule, ...]
    changes: tuple[ChangeRule, ...]
    stops: tuple[StopRule, ...]
    steps: tuple[StepRule, ...]
    act: str | None
    follows: str | None
    by_hand: bool
    by_correction: bool
    outlives_case: bool
    extension: ExtensionRule | None

    def capped(self, anchor: datetime, due: datetime | None) -> datetime | None:
        """The end, never beyond the cap of the deadline (Wth 9(1): four weeks; Leidraad 10: 18 months)."""
        if due is None or self.cap is None:
            return due
        return min(due, self.cap.after(anchor, tie=self.tie))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One deadline. `rules` is None for what has no clock. `status`: C certain, N new, S secondary, D design choice."""

    id: str
    name: str
    name_nl: str
    kind: Kind
    basis: str
    status: str
    handbook: Handbook
    rules: ClockRules | None


def _among(value: object, values: tuple[bool | str, ...]) -> bool:
    return any(type(value) is type(each) and value == each for each in values)
