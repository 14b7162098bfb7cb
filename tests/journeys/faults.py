"""Points between two steps at which a process is killed as by `kill -9`, chosen by what its database just did.

A fault is armed in the forked process before the product runs in it: SQLAlchemy tells of every statement, commit and
return of a connection, so the product needs no hook of its own. A transaction is known by one statement in it.
"""

import os
import signal
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

_MARK: Final = "tests.journeys.faults"


class Moment(StrEnum):
    """When, seen from the transaction."""

    BEFORE_COMMIT = "voor"
    AFTER_COMMIT = "na"


@dataclass(frozen=True, slots=True)
class _Place:
    statement: str
    moment: Moment


FAULTS: Final = {
    # The hub decided and wrote everything, and nothing of it holds.
    "hub-before-commit": _Place("INSERT INTO messages", Moment.BEFORE_COMMIT),
    # The message is accepted, and its sender does not know.
    "hub-after-commit": _Place("INSERT INTO messages", Moment.AFTER_COMMIT),
    # The copies are this relay's, and nothing of them is in the stream. On PostgreSQL only.
    "relay-after-claim": _Place("UPDATE outbox SET not_before", Moment.AFTER_COMMIT),
    # The copies are in the stream, and the outbox does not know.
    "relay-before-mark": _Place("DELETE FROM outbox", Moment.BEFORE_COMMIT),
    # The sender's node signed and stored, and the hub was not asked yet.
    "node-after-signing": _Place("INSERT INTO sent_messages", Moment.AFTER_COMMIT),
    # The copy arrived and was checked, and nothing of it holds.
    "node-before-store": _Place("INSERT INTO received_copies", Moment.BEFORE_COMMIT),
    # The copy is stored, and the stream does not know.
    "node-before-acknowledge": _Place("INSERT INTO received_copies", Moment.AFTER_COMMIT),
    # The agency's system has it, and the node does not know.
    "node-before-record": _Place("UPDATE received_copies SET handed_over_at", Moment.BEFORE_COMMIT),
}


def arm(name: str) -> None:
    """From now on this process dies at the first transaction that reaches the fault."""
    place = FAULTS[name]

    def on_statement(
        connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        if statement.startswith(place.statement):
            connection.info[_MARK] = "geschreven"

    def on_commit(connection: Any) -> None:
        if connection.info.get(_MARK) == "geschreven":
            if place.moment is Moment.BEFORE_COMMIT:
                _die()
            connection.info[_MARK] = "vastgelegd"

    def on_return(_connection: Any, record: Any) -> None:
        if record.info.get(_MARK) == "vastgelegd":
            _die()

    event.listen(Engine, "before_cursor_execute", on_statement)
    event.listen(Engine, "commit", on_commit)
    event.listen(Pool, "checkin", on_return)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
