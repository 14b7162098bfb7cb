"""After a restore from backup: may this log go on, or do its witnesses know more of it than it does itself?

A log that goes on from an old backup signs a second history for indexes that it signed before, and that is a
fork, whatever the reason. So the hub asks its witnesses for their largest checkpoint before it writes
anything. Asking, and being read-only, is the hub's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audit.append import Appended, plan_append
from audit.body import Body, Predecessor, Who
from audit.checkpoint import Checkpoint, SignedCheckpoint
from audit.errors import NotConsistent, WrongOrigin
from audit.events import EventTag
from audit.tree import Frontier


class Mode(StrEnum):
    """What a restored log may do."""

    SERVE = "dienstbaar"
    READ_ONLY = "alleen_lezen"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreVerdict:
    """`missing` are the indexes that witnesses know and we lack; `target` is the head to recover to.

    READ_ONLY without `missing`: too few witnesses answered to know.
    """

    mode: Mode
    missing: range
    target: Checkpoint | None


def judge_restore(
    own: Checkpoint,
    witnessed: Sequence[SignedCheckpoint],
    *,
    required: int,
    own_root_at: Callable[[int], bytes],
) -> RestoreVerdict:
    """Whether the restored log may serve. `witnessed` holds one verified checkpoint per witness that
    answered.

    `own_root_at(size)` is our root at a size up to our own. Fails closed: with fewer than `required` answers
    the log stays read-only. Raises NotConsistent when a witness holds a head that our leaves do not give:
    then the log was forked, and no recovery mends that; WrongOrigin when a witness answers about another log.
    """
    for answer in witnessed:
        _require_same_history(own, answer.checkpoint, witnessed, own_root_at)
    largest = max((answer.checkpoint for answer in witnessed), key=lambda head: head.size, default=None)
    if largest is not None and largest.size > own.size:
        missing = range(own.size, largest.size)
        return RestoreVerdict(mode=Mode.READ_ONLY, missing=missing, target=largest)
    mode = Mode.SERVE if len(witnessed) >= max(required, 1) else Mode.READ_ONLY
    return RestoreVerdict(mode=mode, missing=range(own.size, own.size), target=None)


def plan_recovery(frontier: Frontier, leaf_hashes: Iterable[bytes], target: Checkpoint) -> Appended:
    """The rows that bring the restored log to the head that its witnesses know.

    Raises NotConsistent unless the leaves lead exactly there: other leaves at these indexes would be the fork
    that the restore rule exists to prevent.
    """
    appended = plan_append(frontier, leaf_hashes)
    if (appended.frontier.size, appended.root) != (target.size, target.root):
        raise NotConsistent(
            f"de teruggevonden bladen leiden niet naar het checkpoint van {target.size} bladen"
        )
    return appended


def succession(old: SignedCheckpoint, *, by: Who, now: datetime) -> Body:
    """The body of the first leaf of a new origin, which cites the head of the log that it continues."""
    return Body(at=now, who=by, what=EventTag.ORIGIN_OPENED, log=Predecessor(checkpoint=old.to_text()))


def _require_same_history(
    own: Checkpoint,
    other: Checkpoint,
    witnessed: Sequence[SignedCheckpoint],
    own_root_at: Callable[[int], bytes],
) -> None:
    if other.origin != own.origin:
        raise WrongOrigin(f"een getuige antwoordt over {other.origin}, niet over {own.origin}")
    if other.size <= own.size and own_root_at(other.size) != other.root:
        raise NotConsistent(f"een getuige kent bij {other.size} bladen een andere wortel dan wij")
    if any(
        rival.checkpoint.size == other.size and rival.checkpoint.root != other.root for rival in witnessed
    ):
        raise NotConsistent(f"getuigen kennen bij {other.size} bladen verschillende wortels")
