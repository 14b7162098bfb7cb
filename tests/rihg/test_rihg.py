"""The RiHG: three parts, twenty signals, three levels, and the rule for "in principle a ban".

The division of the signals over the parts below is invented: the real one comes with the instrument.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.catalogue import catalogue
from gateway.domain.content_schema import check_content
from gateway.domain.errors import InvalidInput
from gateway.domain.rihg import (
    Colour,
    Level,
    RihgForm,
    RihgVersion,
    RiskSignals,
    check_rihg,
    judge_rihg,
    rihg,
    summarise_rihg,
    with_instrument,
    with_instruments,
)
from tests.domain.conformance import handbook
from tests.domain.makers import example_content

PARTS = ("pleger",) * 7 + ("incident",) * 7 + ("gezin",) * 6


def instrument() -> dict[str, Any]:
    rows = [
        {"nr": nr, "onderdeel": part, "tekst": f"Verzonnen signaal {nr}"} for nr, part in enumerate(PARTS, 1)
    ]
    return {"rihg_versie": "2009", "signalen": rows}


@pytest.fixture(scope="module")
def version() -> RihgVersion:
    return with_instrument(rihg().versions["2009"], instrument())


def form(version: RihgVersion, *red: int, blue: tuple[int, ...] = (), risk: tuple[str, ...] = ()) -> RihgForm:
    colours = dict.fromkeys(version.numbers, Colour.GEEL)
    colours |= dict.fromkeys(blue, Colour.BLAUW) | dict.fromkeys(red, Colour.ROOD)
    return RihgForm(version=version, colours=colours, risk_signals=frozenset(risk))


def test_the_versions_are_those_of_the_handbook() -> None:
    theirs = handbook("model.json")["rihg"]
    assert [
        {
            "rihg_versie": version.name,
            "onderdelen": list(version.parts),
            "aantal_signalen": version.signal_count,
            "kleuren": {colour.value: level.value for colour, level in version.levels.items()},
            "regel": version.rule,
            "herkomst": version.source,
            "status": version.status,
        }
        for version in rihg().versions.values()
    ] == theirs["versies"]
    assert list(rihg().risk_signals) == theirs["risicosignalen"]["waarden"]
    assert rihg().risk_rule == theirs["risicosignalen"]["regel"]


def test_the_risk_signals_are_those_of_the_message() -> None:
    item = catalogue().message("screening.rihg.uitkomst").field("risicosignalen").spec.item
    assert item is not None
    assert item.codes == rihg().risk_signals


@pytest.mark.parametrize(
    ("red", "reds", "ban"),
    [
        ((), (0, 0, 0), False),
        ((1,), (1, 0, 0), False),
        ((1, 8, 15), (1, 1, 1), False),
        ((1, 2), (2, 0, 0), True),
        ((8, 9), (0, 2, 0), True),
        ((15, 20), (0, 0, 2), True),
    ],
)
def test_two_red_in_one_part_are_in_principle_a_ban_and_one_in_each_is_not(
    version: RihgVersion, red: tuple[int, ...], reds: tuple[int, ...], ban: bool
) -> None:
    outcome = judge_rihg(form(version, *red))
    assert tuple(outcome.reds.values()) == reds
    assert outcome.ban_in_principle is ban


def test_the_level_of_a_part_is_that_of_its_most_serious_signal(version: RihgVersion) -> None:
    outcome = judge_rihg(form(version, 1, blue=(2, 8)))
    assert outcome.levels == {"pleger": Level.HOOG, "incident": Level.MIDDEN, "gezin": Level.LAAG}


@given(st.sets(st.integers(1, 20)), st.sets(st.sampled_from(rihg().risk_signals)))
def test_risk_signals_never_change_the_outcome(red: set[int], risk: set[str]) -> None:
    loaded = with_instrument(rihg().versions["2009"], instrument())
    beside = judge_rihg(form(loaded, *red, risk=tuple(risk)))
    without = judge_rihg(form(loaded, *red))
    assert (beside.levels, beside.reds, beside.ban_in_principle) == (
        without.levels,
        without.reds,
        without.ban_in_principle,
    )
    assert beside.risk_signals == tuple(sorted(risk))
    assert not beside.risk_signals_counted


def test_in_a_simulation_risk_signals_count_and_the_outcome_says_so(version: RihgVersion) -> None:
    outcome = judge_rihg(form(version, risk=("wurging", "stalking")), RiskSignals.COUNTED)
    assert outcome.ban_in_principle
    assert outcome.risk_signals_counted


def test_a_form_is_judged_only_when_it_is_complete_and_every_mistake_is_named(version: RihgVersion) -> None:
    colours = dict.fromkeys((*range(3, 21), 21), Colour.GEEL)
    with pytest.raises(InvalidInput) as refused:
        judge_rihg(RihgForm(version=version, colours=colours, risk_signals=frozenset({"maanstand"})))
    assert [(cause.pointer, cause.code) for cause in refused.value.causes] == [
        ("/signalen/1", "ontbreekt"),
        ("/signalen/2", "ontbreekt"),
        ("/signalen/21", "onbekend"),
        ("/risicosignalen", "onbekend"),
    ]


def test_without_the_instrument_no_form_is_judged() -> None:
    with pytest.raises(InvalidInput) as refused:
        judge_rihg(form(rihg().versions["2009"], 1, 2))
    assert [cause.code for cause in refused.value.causes] == ["instrument_ontbreekt"]


def test_an_instrument_that_does_not_fit_its_version_is_refused_with_every_mistake() -> None:
    document = instrument()
    document["rihg_versie"] = "2031"
    document["signalen"][0]["onderdeel"] = "buren"
    document["signalen"][1]["tekst"] = ""
    document["signalen"][2] = {"nr": 4, "onderdeel": "pleger", "tekst": "x", "extra": 1}
    document["signalen"][19]["nr"] = 99
    with pytest.raises(InvalidInput) as refused:
        with_instrument(rihg().versions["2009"], document)
    assert [(cause.pointer, cause.code) for cause in refused.value.causes] == [
        ("/rihg_versie", "versie"),
        ("/signalen/0/onderdeel", "onderdeel"),
        ("/signalen/1/tekst", "tekst"),
        ("/signalen/2", "vorm"),
        ("/signalen/19/nr", "nummer"),
        ("/signalen", "nummer"),
        ("/signalen", "nummer"),
        ("/signalen", "nummer"),
    ]


@pytest.mark.parametrize("document", [None, [], {}, {"signalen": "alle"}])
def test_what_is_no_instrument_is_refused(document: object) -> None:
    with pytest.raises(InvalidInput):
        with_instrument(rihg().versions["2009"], document)


def content(*red: int, **overrides: Any) -> dict[str, Any]:
    signals = [
        {"nr": nr, "kleur": "rood" if nr in red else "geel", "toelichting": "verzonnen"}
        for nr in range(1, 21)
    ]
    reds = [sum(PARTS[nr - 1] == part for nr in red) for part in ("pleger", "incident", "gezin")]
    levels = {
        f"onderdeel_{part}": "hoog" if count else "laag"
        for part, count in zip(("pleger", "incident", "gezin"), reds, strict=True)
    }
    facts = {"rihg_versie": "2009", "signalen": signals, "aantal_rood_per_onderdeel": reds, **levels}
    advice = "opleggen" if max(reds) > 1 else "niet_opleggen"
    return example_content("screening.rihg.uitkomst", **{**facts, "advies": advice, **overrides})


def mistakes(content: dict[str, Any], version: RihgVersion | None = None) -> list[tuple[str, str]]:
    check_content(catalogue().message("screening.rihg.uitkomst"), content)
    with pytest.raises(InvalidInput) as refused:
        check_rihg(content, None if version is None else {version.name: version})
    return [(cause.pointer, cause.code) for cause in refused.value.causes]


@pytest.mark.parametrize("red", [(), (1, 2), (1, 8, 15)])
def test_a_form_that_adds_up_has_nothing_to_remark(version: RihgVersion, red: tuple[int, ...]) -> None:
    assert check_rihg(content(*red), {"2009": version}) == ()
    assert check_rihg(content(*red)) == ()


def test_every_mistake_in_a_form_is_named_at_once(version: RihgVersion) -> None:
    broken = content(1, 2)
    broken["signalen"][19]["nr"] = 1
    broken["signalen"][18]["nr"] = 77
    broken["aantal_rood_per_onderdeel"] = [1, 1, 0]
    assert mistakes(broken, version) == [
        ("/inhoud/signalen/0/nr", "dubbel"),
        ("/inhoud/signalen/18/nr", "nummer"),
        ("/inhoud/signalen/19/nr", "dubbel"),
        ("/inhoud/signalen", "ontbreekt"),
        ("/inhoud/signalen", "ontbreekt"),
        ("/inhoud/aantal_rood_per_onderdeel/0", "telling"),
        ("/inhoud/aantal_rood_per_onderdeel/1", "telling"),
    ]


def test_without_the_instrument_the_total_of_red_is_checked() -> None:
    broken = content(1, 2, aantal_rood_per_onderdeel=[2, 1, 0])
    assert mistakes(broken) == [("/inhoud/aantal_rood_per_onderdeel", "telling")]


def test_a_count_per_part_is_asked_for(version: RihgVersion) -> None:
    broken = content(1, 2, aantal_rood_per_onderdeel=[2])
    assert mistakes(broken, version) == [("/inhoud/aantal_rood_per_onderdeel", "aantal")]


def test_an_unknown_version_is_refused() -> None:
    assert mistakes(content(rihg_versie="2031")) == [("/inhoud/rihg_versie", "versie")]


def test_an_advice_against_the_signals_and_another_level_are_remarked_not_refused(
    version: RihgVersion,
) -> None:
    remarks = check_rihg(content(1, 2, advies="niet_opleggen", onderdeel_gezin="midden"), {"2009": version})
    assert [(cause.pointer, cause.code) for cause in remarks] == [
        ("/inhoud/advies", "wijkt_af"),
        ("/inhoud/onderdeel_gezin", "wijkt_af"),
    ]


def test_an_instrument_is_loaded_once_for_a_version_that_is_known() -> None:
    loaded = with_instruments([instrument()])
    assert loaded["2009"].texts[20] == "Verzonnen signaal 20"
    assert not with_instruments([])["2009"].part_of
    twice, unknown = [instrument(), instrument()], [instrument() | {"rihg_versie": "2031"}]
    unreadable: list[object] = [[]]
    for documents in (twice, unknown, unreadable):
        with pytest.raises(InvalidInput) as refused:
            with_instruments(documents)
        assert [cause.pointer for cause in refused.value.causes] == ["/rihg_versie"]


def test_a_summary_tells_what_the_form_comes_to_and_what_stands_beside_it(version: RihgVersion) -> None:
    found = summarise_rihg(content(1, 2, risicosignalen=["wurging", "stalking"]), {"2009": version})
    assert found is not None
    assert (found.is_ban_in_principle, found.has_instrument, found.remarks) == (True, True, ())
    assert [(part.name, part.level, part.reds) for part in found.parts] == [
        ("pleger", "hoog", 2),
        ("incident", "laag", 0),
        ("gezin", "laag", 0),
    ]
    assert found.risk_signals == ("stalking", "wurging")


@given(st.sets(st.sampled_from(sorted(content()))), st.sets(st.sampled_from(sorted(content()))))
def test_a_summary_says_nothing_of_what_a_mask_took_away(gone: set[str], changed: set[str]) -> None:
    """Under a mask a field is away, or a yes or no, or a text."""
    loaded = {"2009": with_instrument(rihg().versions["2009"], instrument())}
    whole = content(1, 2, 9, advies="niet_opleggen")
    seen = {name: True if name in changed else value for name, value in whole.items() if name not in gone}
    hidden = gone | changed
    found = summarise_rihg(seen, loaded)
    if "rihg_versie" in hidden:
        assert found is None
        return
    assert found is not None
    assert found.is_ban_in_principle is (None if "aantal_rood_per_onderdeel" in hidden else True)
    assert all((part.reds is None) is ("aantal_rood_per_onderdeel" in hidden) for part in found.parts)
    assert (found.risk_signals is None) is ("risicosignalen" in hidden)
    told = {"/inhoud/advies"} if not hidden & {"advies", "aantal_rood_per_onderdeel"} else set()
    assert {cause.pointer for cause in found.remarks} == told


def test_a_form_with_mistakes_from_elsewhere_is_shown_with_them_and_without_an_outcome() -> None:
    broken = content(1, 2) | {"aantal_rood_per_onderdeel": [99]}
    found = summarise_rihg(broken, rihg().versions)
    assert found is not None
    assert (found.is_ban_in_principle, [cause.code for cause in found.remarks]) == (None, ["aantal"])
    unknown = summarise_rihg(content(1, 2) | {"rihg_versie": "1850"}, rihg().versions)
    assert unknown is not None
    assert (unknown.is_ban_in_principle, [cause.code for cause in unknown.remarks]) == (None, ["versie"])
