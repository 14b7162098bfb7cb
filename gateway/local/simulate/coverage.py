"""What a simulation did not play, and why: types of messages, roles, and clocks that never started.

A local exchange has nodes for some agencies only; a role without one can neither send nor be sent anything. That is
told as what it is, so that nobody takes a run for a proof of what was not in it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.deadlines import TAKING_ON, deadlines
from gateway.domain.deadlines.table import clock_deadlines
from gateway.domain.identifiers import RoleId
from gateway.local.simulate.plan import CasePlan, Send

EVERYBODY: Final = "*"
BY_NODES: Final = frozenset({"systeem.ontvangst", "systeem.weigering"})
"""What nodes tell each other by receipts and reports (domain.md 3.2), not what a person sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`types` and `roles` give the reason for each that did not play, `clocks` the name of each that never started, all
    in the order of the catalogue. `played` and `of` count types."""

    played: int
    of: int
    types: Mapping[str, str]
    roles: Mapping[str, str]
    clocks: Mapping[str, str]


def coverage_of(
    plans: Sequence[CasePlan], *, sent: Collection[str], started: Collection[str], players: Collection[str]
) -> Coverage:
    """`sent` are the types that were accepted at least once, `started` the deadlines of which a clock ever ran, and
    `players` the roles that somebody at a local node has."""
    types = {
        kind.name: _why_unsent(kind, players)
        for kind in catalogue().messages
        if kind.name not in sent and kind.name not in BY_NODES
    }
    busy = set(_busy(plans))
    return Coverage(
        played=len(catalogue().messages) - len(BY_NODES) - len(types),
        of=len(catalogue().messages) - len(BY_NODES),
        types=types,
        roles={role: _why_idle(role, players) for role in catalogue().roles if role not in busy},
        clocks={
            deadline.id: deadlines()[deadline.id].name_nl
            for deadline, _ in clock_deadlines()
            if deadline.id not in started and deadline.id not in TAKING_ON
        },
    )


def _busy(plans: Iterable[CasePlan]) -> Iterable[str]:
    """The roles that send or are sent something."""
    for plan in plans:
        for step in plan.steps:
            if isinstance(step, Send):
                yield step.role
                yield from step.to


def _why_unsent(kind: MessageType, players: Collection[str]) -> str:
    for roles, nl in ((kind.senders, "afzender"), (kind.recipients, "ontvanger")):
        if EVERYBODY not in roles and not set(roles) & set(players):
            return f"geen {nl} met een knooppunt in deze uitwisseling"
    return "kwam in deze zaken niet voor"


def _why_idle(role: RoleId, players: Collection[str]) -> str:
    if role in players:
        return "kwam in deze zaken niet voor"
    return f"geen knooppunt in deze uitwisseling met iemand in deze rol ({', '.join(catalogue().roles[role].agencies)})"
