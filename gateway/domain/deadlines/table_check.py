"""Holds the table of deadlines against the catalogue. Raises CatalogueError; decides nothing else."""

from collections.abc import Iterable, Iterator, Sequence

from gateway.domain.catalogue import Catalogue, Kind
from gateway.domain.catalogue.vocabulary import check_known
from gateway.domain.deadlines.length import ELAPSED, ByFact, Earliest, Length, Stated
from gateway.domain.deadlines.model import ClockRules, Deadline, From, Match, StartRule, Trigger
from gateway.domain.deadlines.model import Kind as DeadlineKind
from gateway.domain.errors import CatalogueError

_TIMES = {Kind.DATETIME, Kind.DATE}


def check_deadlines(rows: Sequence[Deadline], words: Catalogue) -> None:
    """Refuses a row without the rules of its kind, and every name that the catalogue does not hold."""
    ids = [row.id for row in rows]
    if len(set(ids)) != len(ids):
        raise CatalogueError("deadlines.json: an id stands twice")
    for row in rows:
        if (row.rules is not None) is not (row.kind is DeadlineKind.CLOCK):
            raise CatalogueError(f"{row.id}: a clock has rules, and nothing else has")
        if row.rules is not None:
            check_known([row.rules.follows] if row.rules.follows else [], ids, row.id)
            _check_rules(row.id, row.rules, words)


def _check_rules(where: str, rules: ClockRules, words: Catalogue) -> None:
    check_known([rules.act] if rules.act else [], words.transitions, where)
    check_known(rules.owner.roles, words.roles, where)
    check_known((role for step in rules.steps for role in step.also), words.roles, where)
    if len({step.name for step in rules.steps}) != len(rules.steps):
        raise CatalogueError(f"{where}: two steps have one name, so one of them would never be heard")
    if any(step.every and step.every.unit not in ELAPSED for step in rules.steps):
        raise CatalogueError(f"{where}: a step repeats after minutes or hours")
    moving = {From.DUE, From.CHECK}
    if any(start.again for start in rules.starts) and {step.counted_from for step in rules.steps} - moving:
        raise CatalogueError(f"{where}: a clock that begins anew counts its steps from what moves with it")
    for start in rules.starts:
        _check_start(where, start, rules, words)
    for change in rules.changes:
        dues = [] if change.due is None else list(_facts_of(change.due))
        times = [*dues, *([change.check_fact] if change.check_fact else [])]
        named = [fact for fact in (change.owner_fact, change.subject_fact) if fact]
        _check_trigger(where, change.trigger, words, times=times, others=named)
        _check_subject(where, change.match, change.subject_fact)
    for stop in rules.stops:
        subjects = [stop.subject_fact] if stop.subject_fact else []
        _check_trigger(where, stop.trigger, words, times=stop.at, others=subjects)
        _check_subject(where, stop.match, stop.subject_fact)


def _check_start(where: str, start: StartRule, rules: ClockRules, words: Catalogue) -> None:
    parties = [group.fact for group in start.parties if group.fact]
    owner = [rules.owner.fact] if rules.owner.fact else []
    times = [start.at, *(_facts_of(rules.due) if rules.due and start.armed else ())]
    by_fact = [rules.due.fact] if isinstance(rules.due, ByFact) else []
    _check_trigger(where, start.trigger, words, times=times, others=[*parties, *owner, *by_fact])
    check_known(
        (role for group in start.parties for role in (*group.roles, *group.told_by)), words.roles, where
    )
    for group in start.parties:
        if group.outside and (group.roles or group.fact or group.optional or not rules.by_hand):
            raise CatalogueError(f"{where}: who is outside gets no message, and is told by hand")


def _check_trigger(
    where: str, trigger: Trigger, words: Catalogue, *, times: Iterable[str], others: Iterable[str]
) -> None:
    facts = {field.name: field for field in words.message(trigger.message).fields if field.is_fact}
    inside = f"{where}: facts of {trigger.message}"
    check_known((*times, *others, *trigger.when, *trigger.unless), facts, inside)
    for name in times:
        if facts[name].spec.kind not in _TIMES:
            raise CatalogueError(f"{inside}: {name} is no time")
    for name, values in (*trigger.when.items(), *trigger.unless.items()):
        for value in values:
            fits = (
                value in facts[name].spec.codes
                if isinstance(value, str)
                else facts[name].spec.kind is Kind.BOOL
            )
            if not fits:
                raise CatalogueError(f"{inside}: {name} never has the value {value!r}")


def _check_subject(where: str, match: Match, subject_fact: str | None) -> None:
    if (match is Match.SUBJECT) is not (subject_fact is not None):
        raise CatalogueError(
            f"{where}: a match on the subject names the fact that holds it, and no other does"
        )


def _facts_of(length: Length) -> Iterator[str]:
    match length:
        case Stated():
            yield length.fact
        case Earliest():
            for part in length.parts:
                yield from _facts_of(part)
        case ByFact():
            for part in length.values.values():
                yield from _facts_of(part)
