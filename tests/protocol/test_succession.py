"""Who takes whose place: both sign it, and nobody else can make a link. Attacks by name."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput
from gateway.protocol.keys import SigningKey
from gateway.protocol.registry import ParticipantEntry, Registry
from gateway.protocol.succession import (
    SUCCEEDED,
    TAKEN_ON,
    Succession,
    SuccessionEntry,
    Successions,
    SuccessionStatement,
)
from tests.protocol.makers import HUB, NOW, Agency, Authority, new_key, registry_file

OLD, NEW, LATER = "00000099000000003010", "00000099000000003020", "00000099000000003030"
DATE = NOW + timedelta(days=30)
AFTER = DATE + timedelta(days=1)


class Merger:
    """Two municipalities and a third, with their keys; each test says what stands in the registry."""

    def __init__(self) -> None:
        self.authority, self.hub = Authority.new(), Agency.new(HUB)
        self.old, self.new, self.later = (Agency.new(oin) for oin in (OLD, NEW, LATER))

    def entry(self, agency: Agency, code: str, **changes: Any) -> ParticipantEntry:
        values = {"soort": "gemeente", "gemeentecodes": [code], "rollen": ["gemeente_jurist"]} | changes
        return agency.entry(self.authority, **values)

    def link(
        self,
        old: Agency,
        new: Agency,
        *,
        since: datetime = DATE,
        signed: SigningKey | None = None,
        accepted: SigningKey | None = None,
        accepts: SuccessionStatement | None = None,
        entry: dict[str, Any] | None = None,
        **changes: Any,
    ) -> SuccessionEntry:
        values: dict[str, Any] = {
            "aud": HUB,
            "voorganger": old.oin,
            "opvolger": new.oin,
            "ingaat_op": rfc3339(since),
            "verklaard_op": rfc3339(NOW),
        }
        statement = SuccessionStatement(**(values | changes))
        members = {
            "oin": new.oin,
            "ingaat_op": rfc3339(since),
            "verklaring": (signed or old.signing).sign(statement, typ=SUCCEEDED),
            "aanvaarding": (accepted or new.signing).sign(accepts or statement, typ=TAKEN_ON),
        }
        return SuccessionEntry(**(members | (entry or {})))

    def load(self, link: SuccessionEntry, *, now: datetime = NOW, **new: Any) -> Registry:
        entries = [
            self.entry(self.old, "9901", opgevolgd_door=link),
            self.entry(self.new, "9902", **new),
        ]
        return self.read(*entries, now=now)

    def read(self, *entries: ParticipantEntry, now: datetime = NOW) -> Registry:
        file = registry_file(self.authority, self.hub, list(entries))
        return Registry.load(file.canonical(), trust_anchor_pem=self.authority.pem, now=now)


@pytest.fixture(scope="module")
def merger() -> Merger:
    return Merger()


def test_competence_passes_on_the_date_that_both_signed(merger: Merger) -> None:
    registry = merger.load(merger.link(merger.old, merger.new))
    old, new = registry.participant(OLD), registry.participant(NEW)
    just_before = DATE - timedelta(milliseconds=1)
    assert (old.is_competent("9901", just_before), new.is_competent("9901", just_before)) == (True, False)
    assert (old.is_competent("9901", DATE), new.is_competent("9901", DATE)) == (False, True)
    assert new.is_competent("9902", just_before)
    assert new.is_competent("9902", DATE)
    assert not new.is_competent("9903", AFTER)
    assert registry.successions.heir(OLD, just_before) == OLD
    assert registry.successions.heir(OLD, DATE) == NEW
    assert old.sealing_key(NOW).kid == merger.old.opening.kid


def test_nothing_is_sealed_to_a_predecessor(merger: Merger) -> None:
    soon = NOW + timedelta(days=1)
    registry = merger.load(merger.link(merger.old, merger.new, since=soon))
    with pytest.raises(InvalidInput, match="opgevolgd"):
        registry.participant(OLD).sealing_key(soon)


def test_a_predecessor_whose_certificate_ended_since_stays_in_the_registry(merger: Merger) -> None:
    """Nobody renews it any more, and its old signatures must go on to verify."""
    short = merger.authority.certify(OLD, merger.old.signing, days=10)
    soon = NOW + timedelta(days=5)
    link = merger.link(merger.old, merger.new, since=soon)
    entries = [
        merger.entry(merger.old, "9901", certificaat=short, opgevolgd_door=link),
        merger.entry(merger.new, "9902"),
    ]
    registry = merger.read(*entries, now=NOW + timedelta(days=100))
    assert registry.participant(OLD).verification_key.kid == merger.old.signing.kid
    late = merger.link(merger.old, merger.new, since=NOW + timedelta(days=50))
    with pytest.raises(InvalidInput, match="niet geldig"):
        merger.read(
            merger.entry(merger.old, "9901", certificaat=short, opgevolgd_door=late),
            merger.entry(merger.new, "9902"),
            now=NOW + timedelta(days=100),
        )


def refused(merger: Merger, link: SuccessionEntry, **new: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        merger.load(link, **new)
    return caught.value.causes[0].code


def test_attack_the_operator_invents_a_succession(merger: Merger) -> None:
    """Tenant crossing: a line in the registry that the predecessor never signed."""
    operator = SigningKey.from_pem(new_key())
    assert refused(merger, merger.link(merger.old, merger.new, signed=operator)) == "protocol-handtekening"


def test_attack_the_successor_signs_for_the_predecessor(merger: Merger) -> None:
    link = merger.link(merger.old, merger.new, signed=merger.new.signing)
    assert refused(merger, link) == "protocol-handtekening"


def test_attack_a_predecessor_hands_its_cases_to_an_agency_that_did_not_accept(merger: Merger) -> None:
    link = merger.link(merger.old, merger.new, accepted=merger.old.signing)
    assert refused(merger, link) == "protocol-handtekening"


def test_attack_the_statement_of_the_one_passes_for_the_acceptance_of_the_other(merger: Merger) -> None:
    link = merger.link(merger.old, merger.new)
    swapped = link.model_copy(update={"aanvaarding": link.verklaring})
    assert refused(merger, swapped) == "protocol-handtekening"


def test_attack_the_statement_names_another_successor_than_the_registry(merger: Merger) -> None:
    assert refused(merger, merger.link(merger.old, merger.new, opvolger=LATER)) == "protocol-opvolging"


def test_attack_a_statement_of_another_agency_or_exchange(merger: Merger) -> None:
    assert refused(merger, merger.link(merger.old, merger.new, voorganger=LATER)) == "protocol-opvolging"
    assert refused(merger, merger.link(merger.old, merger.new, aud=LATER)) == "protocol-opvolging"


def test_attack_the_registry_brings_the_date_forward(merger: Merger) -> None:
    link = merger.link(merger.old, merger.new, entry={"ingaat_op": rfc3339(NOW)})
    assert refused(merger, link) == "protocol-opvolging"


def test_attack_a_succession_that_was_stated_after_it_took_effect(merger: Merger) -> None:
    link = merger.link(merger.old, merger.new, since=NOW - timedelta(hours=1))
    assert refused(merger, link) == "protocol-opvolging"


def test_attack_both_sign_different_dates(merger: Merger) -> None:
    other = SuccessionStatement(
        aud=HUB,
        voorganger=OLD,
        opvolger=NEW,
        ingaat_op=rfc3339(AFTER),
        verklaard_op=rfc3339(NOW),
    )
    assert refused(merger, merger.link(merger.old, merger.new, accepts=other)) == "protocol-opvolging"


def test_a_successor_is_another_participant_of_the_same_kind(merger: Merger) -> None:
    assert refused(merger, merger.link(merger.old, merger.later)) == "protocol-opvolging"
    assert refused(merger, merger.link(merger.old, merger.old)) == "protocol-opvolging"
    police = {"soort": "politie", "rollen": ["politie_hovj"]}
    assert refused(merger, merger.link(merger.old, merger.new), **police) == "protocol-opvolging"


def test_attack_a_successor_that_is_competent_there_before_the_date(merger: Merger) -> None:
    link = merger.link(merger.old, merger.new)
    assert refused(merger, link, gemeentecodes=["9901", "9902"]) == "protocol-opvolging"


def test_attack_a_circle_of_successions(merger: Merger) -> None:
    there = merger.link(merger.old, merger.new)
    for when in (DATE, AFTER, DATE - timedelta(days=1)):
        back = merger.link(merger.new, merger.old, since=when)
        with pytest.raises(InvalidInput) as caught:
            merger.read(
                merger.entry(merger.old, "9901", opgevolgd_door=there),
                merger.entry(merger.new, "9902", opgevolgd_door=back),
            )
        assert caught.value.causes[0].code == "protocol-opvolging"


def test_a_line_of_mergers_ends_with_the_last(merger: Merger) -> None:
    registry = merger.read(
        merger.entry(merger.old, "9901", opgevolgd_door=merger.link(merger.old, merger.new)),
        merger.entry(merger.new, "9902", opgevolgd_door=merger.link(merger.new, merger.later, since=AFTER)),
        merger.entry(merger.later, "9903"),
    )
    between, last = DATE, registry.participant(LATER)
    assert registry.successions.heir(OLD, between) == NEW
    assert registry.successions.heir(OLD, AFTER) == LATER
    assert not last.is_competent("9901", between)
    assert last.is_competent("9901", AFTER)
    assert last.is_competent("9902", AFTER)
    assert not registry.participant(NEW).is_competent("9901", AFTER)
    assert [link.predecessor for link in registry.successions.line(LATER, AFTER)] == [NEW, OLD]
    assert registry.successions.line(NEW, AFTER) == ()


LINE = [f"000000990000000031{number:02}" for number in range(6)]


@given(
    targets=st.lists(st.sampled_from([None, *LINE]), min_size=6, max_size=6),
    days=st.lists(st.integers(0, 6), min_size=6, max_size=6),
    day=st.integers(-1, 8),
)
def test_every_agency_has_one_heir_that_acts_for_itself(
    targets: list[str | None], days: list[int], day: int
) -> None:
    """Whatever links were published: they are refused, or at every moment each line ends in one place."""
    one = Succession(predecessor="", successor="", since=NOW, stated_at=NOW, statement="")
    links = [
        replace(one, predecessor=old, successor=new, since=NOW + timedelta(days=after))
        for old, new, after in zip(LINE, targets, days, strict=True)
        if new is not None
    ]
    try:
        successions = Successions.of(links)
    except InvalidInput:
        return
    at = NOW + timedelta(days=day)
    for oin in LINE:
        heir = successions.heir(oin, at)
        assert successions.ended(heir, at) is None
        stands_for = {link.predecessor for link in successions.line(heir, at)}
        assert (oin == heir) or (oin in stands_for)
        assert all(successions.heir(each, at) == heir for each in stands_for)
