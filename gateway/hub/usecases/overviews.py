"""The overviews for policy makers: which counts there are, each grouped by month and by what else, small ones hidden.

Pure: rows come from storage, and what may be shown is decided by `gateway.hub.policy.evidence`. Left out, because the
hub cannot tell: what became of a case after it was closed, and refusals at the node, which never reached the hub.
Decisions are counted, not messages: a plan that is asked for twice is decided twice. A region is the area of the
Veilig Thuis that is competent for the dwelling.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import parse_time
from gateway.domain.deadlines import Clock, ClockStatus, clock_from_record, deadlines
from gateway.hub.policy.evidence import DecisionRow, Dimension, hidden_keys, month_of, refusals_by
from gateway.hub.storage.evidence import (
    StoredAct,
    StoredActDecision,
    StoredAnswer,
    StoredClock,
    StoredDecision,
    StoredMessage,
)
from gateway.protocol.registry import Registry

UNKNOWN: Final = "onbekend"
_MONTH: Final = "maand"
_EXTENDING: Final = frozenset({"verlengen", "niet_verlengen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One table. Each row has a value for every name in `by`, then a number for every name in `numbers`; None where
    the number is not shown."""

    name: str
    by: tuple[str, ...]
    numbers: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[int | None, ...]], ...]


_Key = tuple[str, ...]


def refusal_overviews(rows: Sequence[DecisionRow]) -> Iterator[Overview]:
    """Decisions and refusals by rule, purpose, pair of agencies, and region."""
    for name, dimensions in (
        ("weigeringenPerReden", (Dimension.RULE, Dimension.REASON)),
        ("weigeringenPerDoel", (Dimension.PURPOSE,)),
        ("weigeringenPerOrganisaties", (Dimension.FROM_AGENCY, Dimension.TO_AGENCY)),
        ("weigeringenPerRegio", (Dimension.REGION,)),
    ):
        yield _refusals(name, rows, dimensions)


def decision_rows(
    stored: Iterable[StoredDecision], registry: Registry, now: datetime
) -> Iterator[DecisionRow]:
    """One row for each recipient of a decided message, and one for each reading."""
    for decision in stored:
        asked, said = json.loads(decision.question), json.loads(decision.verdict)
        region = region_of(decision.municipality, registry, now)
        at = parse_time(decision.decided_at)
        if decision.kind == "lezen":
            owner = _kind(asked["resource"]["owner"], registry)
            yield _row(at, said, owner, asked["subject"]["agency"], region)
            continue
        for recipient in said["ontvangers"]:
            deciding = (
                recipient if said["toegestaan"] else {**said, "doel": recipient["doel"] or said["doel"]}
            )
            to = _kind(recipient["oin"], registry)
            yield _row(at, deciding, asked["subject"]["agency"], to, region)


def message_overviews(
    stored: Iterable[StoredMessage], registry: Registry, now: datetime
) -> Iterator[Overview]:
    """Requests by kind of requester and situation, and by region; the result of the weegteam; breaches."""
    requests, regions, advice, breaches = Counter[_Key](), Counter[_Key](), Counter[_Key](), Counter[_Key]()
    for message in stored:
        month, facts = month_of(parse_time(message.accepted_at)), json.loads(message.facts)
        match message.message_type:
            case "screening.verzoek":
                requests[month, _kind(message.oin, registry), _fact(facts, "situatie")] += 1
                regions[month, region_of(message.municipality, registry, now)] += 1
            case "weegteam.advies":
                advice[month, _fact(facts, "advies")] += 1
            case "overtreding.melding":
                breaches[month, _fact(facts, "betreft"), _fact(facts, "stand")] += 1
    yield _counted("verzoeken", (_MONTH, "aanvrager", "situatie"), requests)
    yield _counted("verzoekenPerRegio", (_MONTH, "regio"), regions)
    yield _counted("weegteam", (_MONTH, "advies"), advice)
    yield _counted("overtredingen", (_MONTH, "betreft", "stand"), breaches)


def answer_overview(stored: Iterable[StoredAnswer]) -> Overview:
    """How often and how fast each kind of message was answered, in the month of the answer.

    The follow-up of a breach is the answer to `overtreding.melding`.
    """
    minutes: dict[_Key, list[float]] = defaultdict(list)
    for answer in stored:
        asked, answered = parse_time(answer.asked_at), parse_time(answer.answered_at)
        key = (month_of(answered), answer.asked_type, answer.answer_type)
        minutes[key].append((answered - asked) / timedelta(minutes=1))
    hidden = hidden_keys({key: len(found) for key, found in minutes.items()}, shared=1)
    return Overview(
        name="antwoordtijden",
        by=(_MONTH, "vraag", "antwoord"),
        numbers=("aantal", "mediaanMinuten"),
        rows=tuple(
            (key, (None, None) if key in hidden else (len(found), round(median(found))))
            for key, found in sorted(minutes.items())
        ),
    )


def extension_overview(stored: Iterable[StoredAct]) -> Overview:
    """Bans that were extended, and those of which was decided that they are not."""
    acts: Counter[_Key] = Counter(
        (month_of(parse_time(act.since)), act.act) for act in stored if act.act in _EXTENDING
    )
    return _counted("verlengingen", (_MONTH, "handeling"), acts)


def act_overview(stored: Iterable[StoredActDecision]) -> Overview:
    """Decisions on acts and their refusals, by the rule that refused.

    Without the one with which a message was accepted: it repeats the one on its plan.
    """
    rows = []
    for decision in stored:
        asked, said = json.loads(decision.question), json.loads(decision.verdict)
        if decision.with_message and said["toegestaan"]:
            continue
        agency = asked["subject"]["agency"]
        rows.append(_row(parse_time(decision.decided_at), {**said, "doel": None}, agency, agency, UNKNOWN))
    return _refusals("geweigerdeHandelingen", rows, (Dimension.RULE, Dimension.REASON))


def clock_overview(stored: Iterable[StoredClock]) -> Overview:
    """What became of the clocks of each deadline, in the month in which they ended.

    `op_tijd` and `te_laat`: the duty was done then; `open`: it is still to be done; `verstreken`: a term that is over;
    `vervallen`: there was nothing left to watch. Those of copies (A0 to A3) tell whether somebody took them on, those
    of breach files (B1) whether reporting was decided in time.
    """
    found: Counter[_Key] = Counter()
    for row in stored:
        clock = clock_from_record(json.loads(row.record))
        if clock.due_at is not None:
            found[month_of(clock.due_at), deadlines()[row.deadline].name_nl, _outcome(clock)] += 1
    return _counted("termijnen", (_MONTH, "termijn", "uitkomst"), found)


def _outcome(clock: Clock) -> str:
    match clock.status:
        case ClockStatus.GESTOPT:
            return "te_laat" if clock.done_late else "op_tijd"
        case ClockStatus.LOPEND:
            return "open"
        case ClockStatus.VERLOPEN:
            return "verstreken"
        case ClockStatus.VERVALLEN:
            return "vervallen"


def region_of(municipality: str | None, registry: Registry, now: datetime) -> str:
    """The name of the Veilig Thuis that is competent there now, so that what a predecessor did counts under its
    successor; `onbekend` when there is none."""
    if municipality is None:
        return UNKNOWN
    competent = (
        participant.name
        for _, participant in sorted(registry.participants.items())
        if participant.kind == "veilig_thuis" and participant.is_competent(municipality, now)
    )
    return next(competent, UNKNOWN)


def _refusals(name: str, rows: Sequence[DecisionRow], dimensions: Sequence[Dimension]) -> Overview:
    by = (Dimension.MONTH, *dimensions)
    counted = refusals_by(rows, by, shared=1)
    return Overview(
        name=name,
        by=tuple(dimension.value for dimension in by),
        numbers=("besluiten", "weigeringen"),
        rows=tuple(
            (tuple(cell.group[dimension] for dimension in by), (cell.decisions, cell.refusals))
            for cell in counted
        ),
    )


def _counted(name: str, by: tuple[str, ...], counts: Mapping[_Key, int]) -> Overview:
    hidden = hidden_keys(counts, shared=1)
    return Overview(
        name=name,
        by=by,
        numbers=("aantal",),
        rows=tuple((key, (None if key in hidden else counts[key],)) for key in sorted(counts)),
    )


def _row(at: datetime, said: Mapping[str, Any], sender: str, recipient: str, region: str) -> DecisionRow:
    rule = said["regel"]
    text = catalogue().rules.get(rule)
    return DecisionRow(
        decided_at=at,
        allowed=said["toegestaan"],
        rule=rule,
        reason=rule if text is None else text.nl,
        purpose=said["doel"],
        from_agency=sender,
        to_agency=recipient,
        region=region,
    )


def _kind(oin: str, registry: Registry) -> str:
    """The kind of an agency; `onbekend` for one that has left the registry since."""
    participant = registry.participants.get(oin)
    return UNKNOWN if participant is None else participant.kind


def _fact(facts: Mapping[str, object], name: str) -> str:
    return str(facts.get(name, UNKNOWN))
