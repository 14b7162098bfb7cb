"""What was promised and what came of it, kept by the test and by nobody else.

A promise is a message that a node acknowledged, by 201 or 202. What came of it stands in the mailbox file of the
pretend agency behind the recipient's node.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An acknowledged message. `number` counts the messages of a case in the order of their acknowledgement."""

    message_id: str
    case_id: str
    number: int
    roles: tuple[str, ...]
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is wrong; all empty when every promise was kept."""

    lost: tuple[tuple[str, str], ...] = ()  # message, role
    twice: tuple[str, ...] = ()  # copies
    out_of_order: tuple[str, ...] = ()  # case, role, and the numbers as they were handed over
    unasked: tuple[str, ...] = ()  # messages that nobody is known to have sent

    def __bool__(self) -> bool:
        return bool(self.lost or self.twice or self.out_of_order or self.unasked)


@dataclass(slots=True)
class Ledger:
    """Promises of many senders. `tried` holds every message id that was ever offered, acknowledged or not."""

    promises: list[Promise] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def trying(self, message_id: str) -> None:
        with self._lock:
            self.tried.add(message_id)

    def promised(self, promise: Promise) -> None:
        with self._lock:
            self.promises.append(promise)

    def cases(self) -> set[str]:
        return {promise.case_id for promise in self.promises}

    def findings(self, handed_over: Iterable[dict[str, Any]]) -> Findings:
        """Compares with the deliveries of a mailbox, in the order in which they were handed over."""
        with self._lock:
            promises = list(self.promises)
        cases = {promise.case_id for promise in promises}
        mine = [each for each in handed_over if each["zaakId"] in cases]
        seen = [(each["berichtId"], each["rol"]) for each in mine]
        copies = Counter(each["kopieId"] for each in mine)
        pairs = Counter(seen)
        expected = {(promise.message_id, role) for promise in promises for role in promise.roles}
        return Findings(
            lost=tuple(sorted(expected - set(seen))),
            twice=tuple(
                sorted([c for c, n in copies.items() if n > 1] + [m for (m, _), n in pairs.items() if n > 1])
            ),
            out_of_order=tuple(_disorder(promises, seen)),
            unasked=tuple(sorted({message for message, _ in seen} - self.tried)),
        )


def _disorder(promises: Iterable[Promise], seen: Iterable[tuple[str, str]]) -> Iterable[str]:
    known = {promise.message_id: promise for promise in promises}
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for message_id, role in seen:
        promise = known.get(message_id)
        if promise is not None and not promise.urgent:  # an urgent one may overtake
            lanes[promise.case_id, role].append(promise.number)
    for (case_id, role), numbers in lanes.items():
        if numbers != sorted(numbers):
            yield f"{case_id} {role}: {numbers}"


def handed_over(mailbox: Path) -> list[dict[str, Any]]:
    """The deliveries in a mailbox file, oldest first; a last line that is still being written does not count."""
    text = mailbox.read_text("utf-8") if mailbox.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    return [json.loads(line)["aflevering"] for line in whole.splitlines()]
