"""A closed case whose term is over is destroyed: its content can be had no more, its shell remains.

(1) Load the case. (2) Judge: closed long enough ago, and nothing runs on. (3) Write the state, the leaf and an order to
every agency that has something of it, if the case has not moved since. (4) Only then destroy the key of the case and
remove its documents, and (5) say in the log that the key is gone. Who dies between (3) and (5) leaves a case that says
it is destroyed and shows nothing any more; (4) and (5) are done again until the log has it, and doing them twice
changes nothing.

What remains is the shell: ids, digests, states, case facts, decisions, receipts and the log. No decision point is
asked: no role has this act (domain.md 2.3, T25). Sources: Wth 10(1); D24.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.case import CaseState
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.retention import kept_until, runs_on
from gateway.hub.storage.changes import Change, Clash, Judgement, Moved, Revision, case_scope
from gateway.hub.storage.document_files import DocumentFiles
from gateway.hub.storage.retention import KEY_DESTROYED, agencies_with_content
from gateway.hub.storage.rows import CaseRow, CaseStateRow, OutboxRow
from gateway.hub.storage.situations import load_situation
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.receipt import InboxItem
from gateway.protocol.retention import DESTRUCTION_ORDER, DestructionOrder
from gateway.protocol.subjects import RECEIPT_SLUG, inbox_subject

ACT: Final = "vernietigen"
RULE: Final = "D24:bewaartermijn"
_URGENCY: Final = "U3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Where the content of cases is outside the database: wrapped copies need their key, documents are files."""

    parts: Parts
    files: DocumentFiles
    hub: Asker

    async def erase(self, case_id: str, now: datetime) -> None:
        """The key of a destroyed case is overwritten, its documents removed, and the log says so, once.

        Raises OSError, StorageUnavailable: then it is done again.
        """
        await asyncio.to_thread(self.parts.case_keys.destroy, case_id)  # (4)
        await asyncio.to_thread(self.files.erase_case, case_id)
        why = Why(rule=RULE, article=article())
        written = leaf(EventTag.CASE_KEY_DESTROYED, self.hub, now, why=why, case_id=case_id)
        try:
            await self.parts.writer.write(
                Change(key=f"{KEY_DESTROYED}{case_id}", judge=lambda _: Judgement(), leaves=(written,))
            )  # (5)
        except Clash:
            return  # the log has it


async def end_retention(parts: Parts, hub: Asker, case_id: str, now: datetime) -> bool:
    """Writes that the case is destroyed. False when its term is not over, something runs on, or another was first.

    Raises StorageUnavailable.
    """
    situation = await parts.reader.read(
        lambda c: load_situation(c, case_id=case_id, oin=hub.oin, now=rfc3339(now))
    )  # (1)
    record = CaseRecord.of(situation, now, parts.registry().successions)
    agencies = await parts.reader.read(lambda c: agencies_with_content(c, case_id))
    if situation.case is None or not is_over(record, situation.case, now):  # (2)
        return False
    try:
        await parts.writer.write(
            _change(parts, hub, record, situation.case, agencies=agencies, now=now)
        )  # (3)
    except (Moved, Clash):
        return False
    return True


def is_over(record: CaseRecord, case: CaseRow, now: datetime) -> bool:
    """Whether the content has to go at `now`."""
    closed = case.state == CaseState.GESLOTEN and now >= kept_until(parse_time(case.since))
    return closed and runs_on(record.facts, now) is None


def article() -> str:
    """What the act rests on."""
    return catalogue().transitions[ACT].basis[:200]


def _change(
    parts: Parts, hub: Asker, record: CaseRecord, case: CaseRow, *, agencies: Sequence[str], now: datetime
) -> Change:
    standing, at = record.standing.after(catalogue().transitions[ACT]), rfc3339(now)
    state = CaseStateRow(
        case_id=case.case_id,
        position=len(record.situation.states) + 1,
        state=standing.state,
        since=at,
        act=ACT,
        cause=record.situation.states[-1].cause,
        recorded_at=at,
        dated=True,
    )
    values = {"state": standing.state, "before_suspension": None, "since": at}
    judgement = Judgement(
        inserts=(state, *(_order(parts, case, oin, now) for oin in agencies)),
        revisions=(Revision(row=CaseRow, key={"case_id": case.case_id}, values=values),),
    )
    why = Why(rule=RULE, article=article())
    return Change(
        key=f"vernietigen:{case.case_id}",
        judge=lambda _: judgement,
        leaves=(leaf(EventTag.CASE_DESTROYED, hub, now, why=why, case_id=case.case_id),),
        reads=record.situation.versions,
        touches=frozenset({case_scope(case.case_id)}),
    )


def _order(parts: Parts, case: CaseRow, oin: str, now: datetime) -> OutboxRow:
    """The order to one agency, for its inbox."""
    order = DestructionOrder(
        organisatie=oin,
        zaak_id=case.case_id,
        reden="bewaartermijn",
        artikel=article(),
        gesloten_op=case.since,
        besloten_op=rfc3339(now),
    )
    signed = parts.signing_key.sign(order, typ=DESTRUCTION_ORDER)
    return OutboxRow(
        publish_id=f"{case.case_id}.{oin}.zaakvernietiging",
        oin=oin,
        subject=inbox_subject(oin, _URGENCY, RECEIPT_SLUG),
        copy_id=None,
        payload=InboxItem(soort="zaakvernietiging", jws=signed).canonical().decode(),
        urgency=_URGENCY,
        created_at=rfc3339(now),
        attempts=0,
        not_before=rfc3339(now),
    )
