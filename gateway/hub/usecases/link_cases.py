"""Links a repeated ban to the earlier case of the same household, and merges a case that was opened twice.

A link is a fact for whoever may see both cases; nothing of the one becomes visible through the other. A merged case
keeps its copies, receipts and log; everything new goes to the case that continues, where its facts and its running
terms count from then on. Nobody gets access to the case that continues because the other one was merged into it.
"""

from collections.abc import Mapping

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.domain.errors import Conflict, SchakelError
from gateway.domain.identifiers import new_id
from gateway.hub.storage.case_links import MERGED, REPEATED
from gateway.hub.storage.case_rows import CaseLinkRow
from gateway.hub.storage.changes import Judgement
from gateway.hub.usecases.case_change import Judged, judge_change, write_change
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.clocks_merged import moved_clocks
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.case_questions import LinkQuestion, MergeQuestion
from gateway.protocol.exchange import Answer

_NEW, _EARLIER = "zaak_koppelen", "eerdere_zaak"
_ENDS, _GOES_ON = "zaak_samenvoegen", "zaak_voortzetten"


async def link_cases(parts: Parts, asker: Asker, question: LinkQuestion) -> Answer:
    """The link. The same link again changes nothing. Raises NotFound, Refused, Conflict, DecisionUnavailable, Moved."""
    cases = {_NEW: question.zaak_id, _EARLIER: question.eerdere_zaak_id}
    judged = await judge_change(parts, asker, question.door, cases, _link_misfit)
    known = any(
        other.case_id == question.eerdere_zaak_id for other in judged.record(_NEW).situation.ties.earlier
    )
    row = _row(judged, question.zaak_id, question.eerdere_zaak_id, REPEATED)
    await write_change(parts, judged, EventTag.CASE_LINKED, Judgement(inserts=() if known else (row,)))
    return Answer(
        200, {"zaakId": question.zaak_id, "eerdereZaakId": question.eerdere_zaak_id, "aard": REPEATED}
    )


async def merge_cases(parts: Parts, asker: Asker, question: MergeQuestion) -> Answer:
    """The merger. Raises NotFound, Refused, Conflict, DecisionUnavailable, Moved."""
    cases = {_ENDS: question.zaak_id, _GOES_ON: question.voortgezet_in}
    judged = await judge_change(parts, asker, question.door, cases, _merge_misfit)
    row = _row(judged, question.zaak_id, question.voortgezet_in, MERGED)
    ended, kept = judged.record(_ENDS), judged.record(_GOES_ON)
    clocks = moved_clocks(ended.situation.clocks, kept.situation.clocks, question.voortgezet_in, judged.now)
    judgement = Judgement(inserts=(row, *clocks.inserts), revisions=clocks.revisions)
    await write_change(parts, judged, EventTag.CASES_MERGED, judgement)
    return Answer(200, {"zaakId": question.zaak_id, "voortgezetIn": question.voortgezet_in, "aard": MERGED})


def _link_misfit(records: Mapping[str, CaseRecord]) -> SchakelError | None:
    new, earlier = records[_NEW].situation, records[_EARLIER].situation
    if new.case is None or earlier.case is None or new.case.opened_at <= earlier.case.opened_at:
        return Conflict(
            code="zaak-niet-eerder",
            detail_nl="Een herhaald huisverbod hoort bij een zaak die eerder werd geopend.",
            detail_en="A repeated ban belongs to a case that was opened earlier.",
        )
    return None


def _merge_misfit(records: Mapping[str, CaseRecord]) -> SchakelError | None:
    ended, kept = records[_ENDS], records[_GOES_ON]
    if ended.situation.case_id == kept.situation.case_id:
        return Conflict(
            code="zelfde-zaak",
            detail_nl="Een zaak gaat niet op in zichzelf.",
            detail_en="A case does not go on in itself.",
        )
    if ended.municipality != kept.municipality:
        return Conflict(
            code="andere-gemeente",
            detail_nl="De woningen van deze zaken liggen in verschillende gemeenten; draag eerst een van beide over.",
            detail_en="The dwellings of these cases are in different municipalities; hand one of them over first.",
        )
    return None


def _row(judged: Judged, case_id: str, other_id: str, kind: str) -> CaseLinkRow:
    return CaseLinkRow(
        link_id=new_id(),
        case_id=case_id,
        other_id=other_id,
        kind=kind,
        made_at=rfc3339(judged.now),
        oin=judged.actor.agency.oin,
        role=judged.actor.role,
        staff=judged.actor.staff,
    )
