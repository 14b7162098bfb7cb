"""The parallel regions follow from the messages, and only from case facts."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.case import (
    Bekendmaking,
    Kindspoor,
    Overtreding,
    ParallelRegions,
    Rechtsbescherming,
    Strafspoor,
)
from gateway.domain.case_facts import FactEntry
from gateway.domain.catalogue import Kind, catalogue
from gateway.domain.regions import REGION_RULES, regions_of
from tests.deadlines.story import POLICE, at, message_id

NOW = at("2026-02-20T12:00")


def entry(message: str, **facts: Any) -> FactEntry:
    return FactEntry(message_id=message_id(1), message=message, sender=POLICE, facts=facts)


def stand(*entries: FactEntry, now: datetime = NOW) -> ParallelRegions:
    return regions_of(entries, now)


def test_a_case_begins_with_nothing_in_any_region() -> None:
    assert stand() == ParallelRegions()


@pytest.mark.parametrize(
    ("entries", "region", "value"),
    [
        ([entry("zsm.context.verzoek")], "strafspoor", Strafspoor.ZSM),
        ([entry("zsm.afdoening", strafzaak_loopt=True)], "strafspoor", Strafspoor.VERVOLGING),
        ([entry("zsm.afdoening", strafzaak_loopt=False)], "strafspoor", Strafspoor.AFGEDAAN),
        (
            [
                entry("gedragsaanwijzing.gegeven", soort="gegeven"),
                entry("zsm.afdoening", strafzaak_loopt=True),
            ],
            "strafspoor",
            Strafspoor.GEDRAGSAANWIJZING,
        ),
        (
            [
                entry("gedragsaanwijzing.gegeven", soort="gegeven"),
                entry("gedragsaanwijzing.gegeven", soort="ingetrokken"),
            ],
            "strafspoor",
            Strafspoor.VERVOLGING,
        ),
        ([entry("rechtsbijstand.verzoek")], "rechtsbescherming", Rechtsbescherming.ADVOCAAT_GEWENST),
        (
            [entry("vovo.ingediend"), entry("rechtsbijstand.verzoek")],
            "rechtsbescherming",
            Rechtsbescherming.VOVO_INGEDIEND,
        ),
        ([entry("rechter.uitspraak", soort="vovo")], "rechtsbescherming", Rechtsbescherming.UITSPRAAK),
        ([entry("rechter.uitspraak", soort="hoger_beroep")], "rechtsbescherming", Rechtsbescherming.BEROEP),
        ([entry("besluit.vt_overleg")], "kindspoor", Kindspoor.VT_OVERLEG),
        ([entry("rvdk.onderzoek.verzoek"), entry("besluit.vt_overleg")], "kindspoor", Kindspoor.VTO),
        ([entry("rvdk.notificatie")], "kindspoor", Kindspoor.RVDK_ONDERZOEK),
        ([entry("rvdk.notificatie", maatregel="geen")], "kindspoor", Kindspoor.RVDK_ONDERZOEK),
        (
            [entry("rvdk.notificatie", maatregel="ots"), entry("rvdk.notificatie")],
            "kindspoor",
            Kindspoor.MAATREGEL,
        ),
        ([entry("overtreding.melding", stand="gesignaleerd")], "overtreding", Overtreding.GESIGNALEERD),
        (
            [
                entry("overtreding.melding", stand="vastgesteld"),
                entry("overtreding.melding", stand="gesignaleerd"),
            ],
            "overtreding",
            Overtreding.VASTGESTELD,
        ),
        (
            [
                entry("overtreding.melding", stand="afgedaan"),
                entry("overtreding.melding", stand="gesignaleerd"),
            ],
            "overtreding",
            Overtreding.GESIGNALEERD,
        ),
        ([entry("huisverbod.opgelegd", mondeling_aangezegd=True)], "bekendmaking", Bekendmaking.MONDELING),
        ([entry("huisverbod.opgelegd", mondeling_aangezegd=False)], "bekendmaking", Bekendmaking.GEEN),
        (
            [
                entry("huisverbod.uitreiking", soort="opleggen", wijze="nederlegging_gemeentesecretarie"),
                entry("huisverbod.uitreiking", soort="opleggen", wijze="mondeling"),
            ],
            "bekendmaking",
            Bekendmaking.NEERGELEGD,
        ),
        (
            [
                entry("huisverbod.uitreiking", soort="opleggen", wijze="nederlegging_gemeentesecretarie"),
                entry("huisverbod.uitreiking", soort="opleggen", wijze="in_persoon"),
            ],
            "bekendmaking",
            Bekendmaking.UITGEREIKT,
        ),
        (
            [entry("huisverbod.uitreiking", soort="verlengen", wijze="in_persoon")],
            "bekendmaking",
            Bekendmaking.GEEN,
        ),
    ],
)
def test_a_message_moves_its_region(entries: list[FactEntry], region: str, value: object) -> None:
    assert getattr(stand(*entries), region) is value


def test_a_hearing_that_is_planned_was_not_held_yet() -> None:
    asked = entry("vovo.ingediend", zitting_op="2026-02-21T10:00:00+01:00")
    assert stand(asked).rechtsbescherming is Rechtsbescherming.VOVO_INGEDIEND
    assert stand(asked, now=at("2026-02-21T10:00")).rechtsbescherming is Rechtsbescherming.GEHOORD


def test_every_rule_looks_at_case_facts_with_values_that_exist() -> None:
    for rule in REGION_RULES:
        facts = {each.name: each for each in catalogue().message(rule.message).fields if each.is_fact}
        assert rule.passed is None or facts[rule.passed].spec.kind is Kind.DATETIME
        for name, values in rule.when.items():
            allowed = facts[name].spec.codes or (True, False)
            assert set(values) <= set(allowed), (rule.message, name)


def test_every_rule_has_its_article_and_a_breach_that_of_its_message() -> None:
    assert all(rule.article for rule in REGION_RULES)
    breach = catalogue().message("overtreding.melding")
    articles = {rule.article for rule in REGION_RULES if rule.message == breach.name}
    assert [breach.basis.startswith(article) for article in articles] == [True]


def test_only_what_the_hub_cannot_see_is_never_reached() -> None:
    reached = {rule.target for rule in REGION_RULES}
    regions = (Strafspoor, Rechtsbescherming, Kindspoor, Overtreding, Bekendmaking)
    begin = {getattr(ParallelRegions(), name) for name in ParallelRegions.__slots__}
    never = {value for region in regions for value in region} - reached - begin
    assert never == {Strafspoor.AANHOUDING, Overtreding.VOORGELEID}


def test_a_conduct_order_that_is_over_leaves_the_prosecution() -> None:
    order = entry("gedragsaanwijzing.gegeven", soort="gegeven", einde="2026-02-25T12:00:00+01:00")
    longer = entry("gedragsaanwijzing.gegeven", soort="verlengd", einde="2026-03-25T12:00:00+01:00")
    ends, over = at("2026-02-25T12:00"), at("2026-03-25T12:00")
    assert stand(order).strafspoor is Strafspoor.GEDRAGSAANWIJZING
    assert stand(order, now=ends).strafspoor is Strafspoor.VERVOLGING
    assert stand(order, longer, now=ends).strafspoor is Strafspoor.GEDRAGSAANWIJZING
    assert stand(order, longer, now=over).strafspoor is Strafspoor.VERVOLGING
    done = entry("zsm.afdoening", strafzaak_loopt=False)
    assert stand(order, done, now=over).strafspoor is Strafspoor.AFGEDAAN


@given(st.lists(st.sampled_from(sorted(catalogue().by_name)), max_size=30))
def test_messages_without_facts_never_break_the_regions(names: list[str]) -> None:
    regions = regions_of([entry(name) for name in names], NOW)
    assert regions.overtreding is Overtreding.GEEN
    assert regions.bekendmaking is Bekendmaking.GEEN
