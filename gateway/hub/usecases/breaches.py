"""The files of breaches that recalls brought to light, for the agency that sent the message, in the role that sent it.

A file says what was seen (names and categories of fields), by which agency and role, and when; then what was decided
about the supervisor and the persons concerned. It is closed when both were decided. Sources: AVG 33, 34.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.deadlines import ClockChanges, settled_by_hand
from gateway.domain.errors import Cause, Conflict, InvalidInput, NotFound
from gateway.domain.identifiers import Oin, StaffRef
from gateway.hub.storage.changes import Change, Judgement, Revision, case_scope
from gateway.hub.storage.clock_reading import clock_of
from gateway.hub.storage.clock_rows import ClockRow
from gateway.hub.storage.recall_rows import BreachRow, BreachStepRow
from gateway.hub.storage.recalls import breaches_of, load_breach, steps_of
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.clocks import clock_changes
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.staffing import require_own_role
from gateway.protocol.exchange import Answer
from gateway.protocol.recall import (
    Breach,
    BreachAnswer,
    BreachField,
    BreachQuestion,
    BreachStep,
    BreachStepQuestion,
)
from gateway.protocol.wire import OinRole

REPORTING: Final = frozenset({"gemeld_ap", "niet_gemeld_ap"})
INFORMING: Final = frozenset({"betrokkenen_ingelicht", "betrokkenen_niet_ingelicht"})
CLOSED: Final = "gesloten"
_FOLLOWS: Final = {"gemeld_ap": "niet_gemeld_ap", "betrokkenen_ingelicht": "betrokkenen_niet_ingelicht"}
"""A decision not to do it may be taken back; what was done was done."""


async def show_breaches(parts: Parts, asker: Asker, question: BreachQuestion) -> Answer:
    """The files of the asking agency in this role, and of those whose place it took. Raises InvalidInput, Refused."""
    registry = parts.registry()
    require_own_role(asker.participant(registry), question.door)
    line = registry.successions.line(asker.oin, parts.clock())
    whose = {asker.oin, *(link.predecessor for link in line)}
    files, steps = await parts.reader.read(
        lambda c: (
            found := breaches_of(c, whose, question.door.rol),
            steps_of(c, [file.breach_id for file in found]),
        )
    )
    by_file: dict[str, list[BreachStepRow]] = defaultdict(list)
    for step in steps:
        by_file[step.breach_id].append(step)
    now = parts.clock()
    shown = [_shown(file, by_file[file.breach_id], now) for file in files]
    return Answer(200, BreachAnswer(datalekken=shown).to_json())


async def take_breach_step(parts: Parts, asker: Asker, question: BreachStepQuestion) -> Answer:
    """The file with the step. The same step again changes nothing.

    Raises InvalidInput for a missing reason, NotFound, Conflict for a step that does not fit, Clash (decide again).
    """
    registry, now = parts.registry(), parts.clock()
    require_own_role(asker.participant(registry), question.door)
    known = await parts.reader.read(lambda c: load_breach(c, question.datalek_id))
    owner = None if known is None else registry.successions.heir(known.file.sender_oin, now)
    if known is None or (owner, known.file.sender_role) != (asker.oin, question.door.rol):
        raise NotFound
    file, steps = known.file, known.steps
    if steps and (steps[-1].step, steps[-1].reason) == (question.stap, question.reden):
        return Answer(200, _shown(file, steps, now).to_json())
    _check(file, steps, question, now)
    step = BreachStepRow(
        breach_id=file.breach_id,
        position=len(steps) + 1,
        step=question.stap,
        reason=question.reden,
        role=question.door.rol,
        staff=question.door.medewerker,
        taken_at=rfc3339(now),
    )
    closes = question.stap == CLOSED
    closing = Revision(row=BreachRow, key={"breach_id": file.breach_id}, values={"closed_at": rfc3339(now)})
    stopped = _stopped(known.clock, asker, question, now)
    judgement = Judgement(inserts=(step,), revisions=(*((closing,) if closes else ()), *stopped.revisions))
    written = leaf(
        EventTag.BREACH_CLOSED if closes else EventTag.BREACH_STEP,
        asker,
        now,
        role=question.door.rol,
        staff=question.door.medewerker,
        why=Why(
            rule=question.stap if question.reden is None else f"{question.stap}:{question.reden}",
            article="AVG 33",
        ),
        case_id=file.case_id,
    )
    await parts.writer.write(
        Change(
            key=f"datalekstap:{file.breach_id}:{step.position}",
            judge=lambda _: judgement,
            leaves=(written,),
            touches=frozenset({case_scope(file.case_id)}) if stopped.revisions else frozenset(),
        )
    )
    return Answer(200, _shown(file, [*steps, step], now).to_json())


def _stopped(row: ClockRow | None, asker: Asker, question: BreachStepQuestion, now: datetime) -> Judgement:
    """The clock of the file ends with the first decision on reporting, and with it what it still asked for."""
    if row is None or question.stap not in REPORTING or not (clock := clock_of(row)).running:
        return Judgement()
    ended = settled_by_hand(clock, now, Oin(asker.oin), StaffRef(question.door.medewerker))
    return clock_changes([clock], ClockChanges(changed=(ended,)), now)


def _check(
    file: BreachRow, steps: Sequence[BreachStepRow], question: BreachStepQuestion, now: datetime
) -> None:
    taken = {step.step for step in steps}
    if CLOSED in taken:
        raise _does_not_fit("Dit dossier is gesloten.", "This file is closed.")
    if question.stap == CLOSED and not (taken & REPORTING and taken & INFORMING):
        raise _does_not_fit(
            "Beslis eerst over de melding aan de AP en over het inlichten van de betrokkenen.",
            "Decide first on the report to the supervisor and on informing the persons concerned.",
        )
    rivals = next((kind for kind in (REPORTING, INFORMING) if question.stap in kind), frozenset())
    if rivals & taken - {_FOLLOWS.get(question.stap)}:
        raise _does_not_fit("Hierover is al beslist.", "This was decided before.")
    late = question.stap == "gemeld_ap" and now > parse_time(file.report_by)
    needs_reason = question.stap in {"niet_gemeld_ap", "betrokkenen_niet_ingelicht"} or late
    if needs_reason != (question.reden is not None):
        nl = "Noem de reden." if needs_reason else "Bij deze stap hoort geen reden."
        en = "Give the reason." if needs_reason else "This step has no reason."
        raise InvalidInput(causes=[Cause(pointer="/reden", code="reden", detail_nl=nl, detail_en=en)])


def _does_not_fit(nl: str, en: str) -> Conflict:
    return Conflict(code="stap-past-niet", detail_nl=nl, detail_en=en)


def _shown(file: BreachRow, steps: Sequence[BreachStepRow], now: datetime) -> Breach:
    taken = {step.step for step in steps}
    return Breach.parse(
        {
            "datalekId": file.breach_id,
            "zaakId": file.case_id,
            "berichtId": file.message_id,
            "kopieId": file.copy_id,
            "type": file.message_type,
            "afzender": OinRole(oin=file.sender_oin, rol=file.sender_role),
            "ontvanger": OinRole(oin=file.recipient_oin, rol=file.recipient_role),
            "oorzaak": file.cause,
            "reden": file.reason,
            "gebeurdOp": file.happened_at,
            "bekendOp": file.known_at,
            "meldenVoor": file.report_by,
            "teLaat": not taken & REPORTING and now > parse_time(file.report_by),
            "velden": [BreachField.parse(field) for field in json.loads(file.fields)],
            "stappen": [
                BreachStep.parse(
                    {
                        "stap": step.step,
                        "reden": step.reason,
                        "rol": step.role,
                        "medewerker": step.staff,
                        "gezetOp": step.taken_at,
                    }
                )
                for step in steps
            ],
            "gesloten": CLOSED in taken,
        }
    )
