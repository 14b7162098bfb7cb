"""What time brings to recalls: a recipient that turned out to have the copy is told, and a breach whose 72 hours passed
undecided is put in the log. Any number of relays may do this at once: the first writes it."""

import logging
from datetime import datetime

from audit.body import About, Body, Who, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Clash, Judgement, Revision
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.recall_rows import BreachRow, RecallRow
from gateway.hub.storage.recalls import undecided, untold
from gateway.hub.storage.writer import Writer
from gateway.hub.usecases.recall_record import notice_row

logger = logging.getLogger(__name__)

AT_ONCE = 100


async def attend_recalls(reader: Reader, writer: Writer, now: datetime) -> None:
    """Raises StorageUnavailable."""
    at = rfc3339(now)
    for recall, delivery in await reader.read(lambda c: untold(c, AT_ONCE)):
        told = Revision(row=RecallRow, key={"copy_id": recall.copy_id}, values={"notified_at": at})
        judgement = Judgement(inserts=(notice_row(delivery, recall.notice, at),), revisions=(told,))
        await _write(writer, Change(key="", judge=lambda _, j=judgement: j))  # type: ignore[misc]
    for breach in await reader.read(lambda c: undecided(c, at, AT_ONCE)):
        lapsed = Revision(row=BreachRow, key={"breach_id": breach.breach_id}, values={"lapsed_at": at})
        change = Change(
            key=f"datalek-verstreken:{breach.breach_id}",
            judge=lambda _, r=lapsed: Judgement(revisions=(r,)),  # type: ignore[misc]
            leaves=(_leaf(breach, now),),
        )
        await _write(writer, change)


async def _write(writer: Writer, change: Change) -> None:
    try:
        await writer.write(change)
    except Clash:
        logger.info("another relay did this")


def _leaf(breach: BreachRow, now: datetime) -> Leaf:
    return Leaf.of(
        Body(
            at=now,
            who=Who(oin=breach.sender_oin, role=breach.sender_role, person=None),
            what=EventTag.BREACH_LAPSED,
            why=Why(rule="72_uur", article="AVG 33(1)"),
            about=About(case_id=breach.case_id),
            message=None,
            trace_id=new_id().replace("-", ""),
        )
    )
