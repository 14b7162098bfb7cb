"""What one case will be: steps in order, each at a moment, with what must come of it. Values only, from a seed alone.

A plan names no id and no moment of the clock on the wall, so the same seed gives the same plan on every machine.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeAlias


class Situation(StrEnum):
    """How a case begins. Source: domain.md 2.1."""

    ACUTE = "A_acuut"
    VIOLENCE = "B_geen_acuut_hg"
    CHILD_ABUSE = "C_geen_acuut_km"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOf:
    """The id of the message that an earlier step sent, filled in when the case is played."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """A moment, counted from that of the step that states it."""

    delay: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOf:
    """What an earlier message said in a field; a moment so many days later on the clock on the wall."""

    key: str
    field: str
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a step that must fail is answered: a status, and the rule or code that says why."""

    status: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message by whoever has this role, to these roles. `fields` replace what would be invented."""

    at: timedelta
    key: str
    message: str
    role: str
    to: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    answers: str | None = None
    act: str | None = None
    opens: bool = False
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOn:
    """The holder of the role takes on (`aanvaard`) its copy of a message."""

    at: timedelta
    key: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The holder of the role opens its copy for a purpose; None states no purpose."""

    at: timedelta
    key: str
    role: str
    purpose: str | None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Perform:
    """An act without a message, such as `sluiten`."""

    at: timedelta
    role: str
    action: str
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitState:
    """Time brings the case into this state; nobody does."""

    at: timedelta
    role: str
    purpose: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswers:
    """How it must stand with the answers to a message, by the role that was asked."""

    at: timedelta
    key: str
    role: str
    stands: Mapping[str, str]


Step: TypeAlias = Send | TakeOn | Read | Perform | AwaitState | CheckAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """One case, its steps ordered by moment. `seed` draws its people and what they write."""

    number: int
    seed: str
    situation: Situation
    children: int
    course: str
    steps: tuple[Step, ...]


def digest(plans: Iterable[CasePlan]) -> str:
    """The same for the same plans, so that two runs can be compared."""
    text = "\n".join(repr(plan) for plan in plans)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
