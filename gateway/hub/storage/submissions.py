"""Remembered answers: what was said to earlier bodies of one message, and what is taken already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, select

from gateway.hub.storage.backlog import Line, waiting_copies
from gateway.hub.storage.changes import Placement
from gateway.hub.storage.log_reading import placements
from gateway.hub.storage.rows import SubmissionRow
from gateway.hub.storage.selecting import select_all
from gateway.hub.storage.situations import Situation, load_situation
from gateway.hub.storage.tables import copies, submissions


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForSubmission:
    """The case; how many bodies came under this identity; whether jti or a copy id was used, by whomever; what
    waits for the recipients."""

    situation: Situation
    bodies: int
    is_jti_used: bool
    are_copies_known: bool
    waiting: Mapping[Line, int]


_SOURCE: Final[BindParameter[str]] = bindparam("source")
_EARLIER: Final = (
    select(submissions)
    .where(submissions.c.source == _SOURCE, submissions.c.message_id == bindparam("message_id"))
    .order_by(submissions.c.attempt)
)
_SAME_JTI: Final = select(submissions.c.jti).where(
    submissions.c.source == _SOURCE, submissions.c.jti == bindparam("jti")
)
_SAME_COPY: Final = select(copies.c.copy_id).where(
    copies.c.copy_id.in_(bindparam("copy_ids", expanding=True))
)


def earlier_bodies(connection: Connection, source: str, message_id: str) -> tuple[SubmissionRow, ...]:
    """Every body that came under this identity, in order of arrival."""
    return select_all(connection, SubmissionRow, _EARLIER, source=source, message_id=message_id)


def placement_of(connection: Connection, item_key: str) -> Placement:
    """Where the leaf of a committed submission stands. Raises KeyError when there is none."""
    return placements(connection, [item_key])[item_key]


def load_for_submission(
    connection: Connection,
    *,
    source: str,
    message_id: str,
    jti: str,
    copy_ids: Sequence[str],
    recipients: Sequence[str],
    case_id: str,
    oin: str,
    now: str,
    opening_in: str | None,
) -> KnownForSubmission:
    """What is on record when a submission of the agency `oin` is judged, all at the same moment."""
    same_jti = connection.execute(_SAME_JTI, {"source": source, "jti": jti})
    same_copy = connection.execute(_SAME_COPY, {"copy_ids": list(copy_ids)})
    return KnownForSubmission(
        situation=load_situation(connection, case_id=case_id, oin=oin, now=now, opening_in=opening_in),
        bodies=len(earlier_bodies(connection, source, message_id)),
        is_jti_used=same_jti.first() is not None,
        are_copies_known=same_copy.first() is not None,
        waiting=waiting_copies(connection, recipients),
    )
