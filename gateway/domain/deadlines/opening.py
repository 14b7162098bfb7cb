"""Which clocks a message starts, whose they are, and when they are due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.deadlines.clock import CASE_CLOSED, Clock, ClockEvent, ClockStatus, Owner
from gateway.domain.deadlines.length import Numbers, end_after, instant, is_stated, pilot_count
from gateway.domain.deadlines.model import ClockRules, Identity, OwnerRule, PartyGroup, StartRule
from gateway.domain.identifiers import MessageId, Oin, RoleId


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An agency with a clock of its own; without `oin`, a group in which nobody was addressed, or no group at all.
    `waits_for` are the roles that were addressed for each group that goes by its roles."""

    groups: tuple[str, ...] = ()
    oin: Oin | None = None
    roles: tuple[RoleId, ...] = ()
    waits_for: tuple[tuple[RoleId, ...], ...] = ()
    told_by: tuple[RoleId, ...] = ()


def opened_clocks(
    deadline: str,
    rules: ClockRules,
    event: ClockEvent,
    clocks: Mapping[str, Clock],
    now: datetime,
    *,
    tz_version: str,
    numbers: Numbers,
) -> Iterator[Clock]:
    """The clocks that the event starts, starts again, or is a further cause of."""
    for rule in rules.starts:
        anchor = instant(event.facts.get(rule.at), end=False)
        if anchor is None or not rule.trigger.holds(event.message, event.facts):
            continue
        for told in _told(rule, event, asked=rules.owner.party):
            fresh = _fresh(
                deadline,
                rules,
                event,
                told,
                anchor=anchor,
                armed=rule.armed,
                now=now,
                tz_version=tz_version,
                numbers=numbers,
            )
            known = clocks.get(fresh.clock_id)
            if known is not None:
                begun = _begun_again(known, fresh, rule)
            else:
                begun = None if _told_before(fresh, clocks) else fresh
            if begun is not None:
                yield begun
                yield from _told_after_all(begun, clocks, event, now)


def _fresh(
    deadline: str,
    rules: ClockRules,
    event: ClockEvent,
    told: _Told,
    *,
    anchor: datetime,
    armed: bool,
    now: datetime,
    tz_version: str,
    numbers: Numbers,
) -> Clock:
    subject = _subject(rules.identity, event)
    return Clock(
        case_id=event.case_id,
        clock_id=_clock_id(deadline, rules.identity, event, subject, told),
        deadline=deadline,
        causes=(event.message_id,),
        subject=subject,
        party=told.oin,
        groups=told.groups,
        owner=_owner(rules.owner, event, told),
        anchor_at=anchor,
        opened_at=now,
        due_at=_due(rules, anchor, event, numbers),
        due_stated=is_stated(rules.due),
        armed=armed,
        waits_for=told.waits_for,
        tz_version=tz_version,
        pilot_count=pilot_count(rules.due, numbers),
        started_by=event.sender,
    )


def _told_before(fresh: Clock, clocks: Mapping[str, Clock]) -> bool:
    """Whether the group that this message does not address was addressed by an earlier one."""
    return fresh.party is None and bool(_siblings(fresh, clocks))


def _told_after_all(
    begun: Clock, clocks: Mapping[str, Clock], event: ClockEvent, now: datetime
) -> Iterator[Clock]:
    """The clock that said that nobody in the group was addressed falls away when somebody is."""
    for other in _siblings(begun, clocks) if begun.party is not None else ():
        if other.party is None and other.running:
            yield replace(other, status=ClockStatus.VERVALLEN, ended_at=now, ended_by=event.message_id)


def _siblings(clock: Clock, clocks: Mapping[str, Clock]) -> list[Clock]:
    stem = clock.clock_id.rpartition("/")[0]
    return [
        other
        for other in clocks.values()
        if set(other.groups) & set(clock.groups)
        and other.clock_id != clock.clock_id
        and other.clock_id.rpartition("/")[0] == stem
    ]


def _begun_again(known: Clock, fresh: Clock, rule: StartRule) -> Clock | None:
    """None when the event leaves the clock to the other rules: an oral ban that is put in writing starts no new term
    (domain.md 2.4: oral announcement starts the term)."""
    cause = fresh.causes[0]
    if cause in known.causes or known.ended_by == CASE_CLOSED:
        return None
    if not known.running and rule.again:
        return replace(fresh, causes=(*known.causes, cause), round=known.round + 1)
    return replace(known, causes=(*known.causes, cause)) if known.party is not None else None


def _told(rule: StartRule, event: ClockEvent, *, asked: bool) -> Iterator[_Told]:
    """Each agency with a clock of its own. Who sends a message knows it, but may ask colleagues something."""
    if not rule.parties:
        yield _Told()
    members = {group.name: _members(group, event) for group in rule.parties}
    for group in rule.parties:
        if not members[group.name] and not group.optional:
            yield _Told(groups=(group.name,), told_by=group.told_by)
    for oin in dict.fromkeys(oin for agencies in members.values() for oin in agencies):
        if asked or oin != event.sender:
            groups = tuple(name for name, agencies in members.items() if oin in agencies)
            roles = dict.fromkeys(role for name in groups for role in members[name][oin])
            waits_for = tuple(
                members[group.name][oin] for group in rule.parties if group.roles and group.name in groups
            )
            yield _Told(groups=groups, oin=oin, roles=tuple(roles), waits_for=waits_for)


def _members(group: PartyGroup, event: ClockEvent) -> dict[Oin, tuple[RoleId, ...]]:
    if group.outside:
        return {}
    if group.fact is not None:
        named = event.facts.get(group.fact)
        return {Oin(named): ()} if isinstance(named, str) else {}
    members: dict[Oin, tuple[RoleId, ...]] = {}
    for party in event.recipients:
        if not group.roles or party.role in group.roles:
            members[party.oin] = (*members.get(party.oin, ()), party.role)
    return members


def _owner(rule: OwnerRule, event: ClockEvent, told: _Told) -> Owner:
    if rule.party and told.oin is not None:
        return Owner(oin=told.oin, roles=told.roles)
    if told.told_by:
        return Owner(oin=None, roles=told.told_by)
    named = event.facts.get(rule.fact) if rule.fact is not None else None
    if isinstance(named, str):
        return Owner(oin=Oin(named), roles=())
    return Owner(oin=None, roles=rule.roles)


def _due(rules: ClockRules, anchor: datetime, event: ClockEvent, numbers: Numbers) -> datetime | None:
    if rules.due is None:
        return None
    due = end_after(rules.due, anchor, event.facts, tie=rules.tie, numbers=numbers)
    return rules.capped(anchor, due)


def _subject(identity: Identity, event: ClockEvent) -> MessageId | None:
    match identity:
        case Identity.ANSWERED:
            return event.answers or event.message_id
        case Identity.MESSAGE:
            return event.message_id
        case _:
            return None


def _clock_id(
    deadline: str, identity: Identity, event: ClockEvent, subject: MessageId | None, told: _Told
) -> str:
    parts = [deadline]
    if identity is Identity.START:
        parts.append(event.message)
    if subject is not None:
        parts.append(subject)
    if told.oin is not None:
        parts.append(told.oin)
    elif told.groups:
        parts.append(f"niemand-{told.groups[0]}")
    return "/".join(parts)
