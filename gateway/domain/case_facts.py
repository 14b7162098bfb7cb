"""The case facts of one case, in the order in which the hub registered them.

A fact is a field that travels in clear (catalogue); nothing else about a case is known here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.clock import parse_time
from gateway.domain.identifiers import MessageId, Oin, RoleId, StateId


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """The facts of one message, as its sender signed them. `role` is that in which it was sent; what counts only from
    one role does not count without it."""

    message_id: MessageId
    message: str
    sender: Oin
    facts: Mapping[str, object]
    role: RoleId | None = None

    @property
    def happened_at(self) -> datetime | None:
        """When what the message tells took place; None when it states no such time. Raises: InvalidValue."""
        return self.time("gebeurd_op")

    def time(self, name: str) -> datetime | None:
        """The fact as an instant, or None when the message does not state it. Raises: InvalidValue."""
        value = self.facts.get(name)
        return None if value is None else parse_time(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What is known of a case. `pending` is the message that is being judged: it counts as the last one.

    `version` is the number of messages that were read; the hub compares it when it writes, so that a decision on facts
    that moved is taken again.
    """

    state: StateId
    entries: tuple[FactEntry, ...]
    pending: FactEntry | None = None

    @property
    def version(self) -> int:
        """How many messages were registered when these facts were read."""
        return len(self.entries)

    def until(self, moment: datetime, state: StateId) -> "CaseFacts":
        """The same case as it stood in `state` at that moment: without what took place after it.

        The message that is judged stays, and so do facts that state no time. Raises: InvalidValue.
        """
        known = tuple(e for e in self.entries if e.happened_at is None or e.happened_at <= moment)
        return replace(self, state=state, entries=known)

    def restating(self, message: str, since: MessageId, state: StateId) -> "CaseFacts":
        """The same case as a decision met it in `state` that is now stated again: without the messages of that type
        from the one with id `since` on, which the message that is judged replaces."""
        known = [entry.message_id for entry in self.entries]
        first = known.index(since) if since in known else len(known)
        kept = tuple(e for place, e in enumerate(self.entries) if place < first or e.message != message)
        return replace(self, state=state, entries=kept)

    def registered(self) -> "CaseFacts":
        """The same case without the message that is judged."""
        return replace(self, pending=None)

    def judging(self, pending: FactEntry) -> "CaseFacts":
        """The same case with a message that is about to be registered."""
        return replace(self, pending=pending)

    def __iter__(self) -> Iterator[FactEntry]:
        yield from self.entries
        if self.pending is not None:
            yield self.pending

    def of(self, *messages: str) -> list[FactEntry]:
        """The entries of these message types, oldest first, the pending one included."""
        return [entry for entry in self if entry.message in messages]

    def last(self, *messages: str) -> FactEntry | None:
        """The newest entry of these message types, or None."""
        found = self.of(*messages)
        return found[-1] if found else None

    def any_true(self, message: str, name: str) -> bool:
        """Whether a message of that type ever stated the fact as true."""
        return any(entry.facts.get(name) is True for entry in self.of(message))
