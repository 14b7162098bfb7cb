"""Content is judged closed, strictly and with every mistake at once; JSON Schema judges the same."""

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.clock import parse_time
from gateway.domain.content_schema import MAX_CAUSES, check_content, json_schema
from gateway.domain.errors import InvalidInput, InvalidValue
from tests.domain.makers import example_content

KENNISGEVING = catalogue().message("screening.gepland.kennisgeving")
MESSAGES = {message.name: message for message in catalogue().messages}

FORMATS = FormatChecker(formats=())


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value) is not None


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or parse_time(value) is not None


FORMATS.checks("date", raises=ValueError)(_is_date)
FORMATS.checks("date-time", raises=InvalidValue)(_is_time)

VALIDATORS = {
    name: Draft202012Validator(json_schema(m), format_checker=FORMATS) for name, m in MESSAGES.items()
}


def causes(content: object, message: MessageType = KENNISGEVING) -> list[tuple[str, str]]:
    try:
        check_content(message, content)
    except InvalidInput as error:
        return [(cause.pointer, cause.code) for cause in error.causes]
    return []


@pytest.mark.parametrize("name", MESSAGES)
def test_every_example_is_valid_for_both_judges(name: str) -> None:
    for seed in range(3):
        for optional in (True, False):
            content = example_content(name, seed=seed, optional=optional)
            assert causes(content, MESSAGES[name]) == []
            assert list(VALIDATORS[name].iter_errors(content)) == []


@pytest.mark.parametrize("name", MESSAGES)
def test_every_schema_is_a_closed_json_schema(name: str) -> None:
    schema = json_schema(MESSAGES[name])
    Draft202012Validator.check_schema(schema)
    objects = [schema, *schema["$defs"].values()]
    assert all(each["additionalProperties"] is False for each in objects)
    assert all("x-categorie" in each for each in schema["properties"].values())


def test_the_identity_of_the_reporter_has_no_field_and_the_refusal_names_the_article() -> None:
    content = example_content(KENNISGEVING.name, melder={"organisatie": "Verzonnen school"})
    with pytest.raises(InvalidInput) as caught:
        check_content(KENNISGEVING, content)
    (cause,) = caught.value.causes
    assert (cause.pointer, cause.code) == ("/inhoud/melder", "S_categorie_niet_in_schema")
    assert cause.article == "closed catalogue; AVG 5(1)(c)"
    assert "Verzonnen school" not in str(caught.value) + cause.detail_nl + cause.detail_en


def test_a_bsn_inside_a_person_is_an_unknown_field() -> None:
    content = example_content(KENNISGEVING.name)
    content["persoon_pleger"]["bsn"] = "999999991"
    assert causes(content) == [("/inhoud/persoon_pleger/bsn", "S_categorie_niet_in_schema")]


def test_all_mistakes_are_named_at_once() -> None:
    content = example_content(KENNISGEVING.name, zonder_weegteam=True)
    del content["woonadres"]
    content["pleger_meerderjarig"] = 1
    content["kinderen"][1]["leeftijd"] = True
    content["gewenst_tijdvak"]["van"] = "2026-02-30T02:10:00+01:00"
    content["gewenst_tijdvak"]["tot"] = "2026-02-10T02:10:00"
    content["onderbouwing_gevaar"] = "x" * 4001
    content["spoedeisendheid"] = "straks"
    content["wapens/mes~"] = "ja"
    assert set(causes(content)) == {
        ("/inhoud/woonadres", "verplicht"),
        ("/inhoud/pleger_meerderjarig", "type"),
        ("/inhoud/kinderen/1/leeftijd", "type"),
        ("/inhoud/gewenst_tijdvak/van", "waarde"),
        ("/inhoud/gewenst_tijdvak/tot", "waarde"),
        ("/inhoud/onderbouwing_gevaar", "te_lang"),
        ("/inhoud/spoedeisendheid", "waarde"),
        ("/inhoud/wapens~1mes~0", "S_categorie_niet_in_schema"),
    }


def test_five_megabytes_of_text_is_too_long() -> None:
    content = example_content(KENNISGEVING.name, onderbouwing_gevaar="x" * 5_000_000)
    assert causes(content) == [("/inhoud/onderbouwing_gevaar", "te_lang")]


def test_a_list_without_end_is_too_long_and_not_read() -> None:
    content = example_content(KENNISGEVING.name, hovj_uitgesloten=[0] * 101)
    assert causes(content) == [("/inhoud/hovj_uitgesloten", "te_lang")]


def test_no_more_mistakes_are_named_than_a_person_can_use() -> None:
    content = example_content(KENNISGEVING.name) | {f"verzonnen_{number}": 1 for number in range(1000)}
    assert len(causes(content)) == MAX_CAUSES


def test_a_field_name_that_is_a_story_is_not_repeated() -> None:
    content = example_content(KENNISGEVING.name) | {"s" * 101: 1}
    assert causes(content) == [("/inhoud", "S_categorie_niet_in_schema")]


@pytest.mark.parametrize("content", [None, [], "tekst", 3, True])
def test_content_that_is_no_object(content: object) -> None:
    assert causes(content) == [("/inhoud", "type")]


def test_the_advice_of_the_weegteam_is_required_unless_it_was_skipped() -> None:
    left_out: dict[str, Any] = {"weegadvies_id": None, "weegadvies_samenvatting": None}
    without = example_content(KENNISGEVING.name, zonder_weegteam=True, **left_out)
    assert causes(without) == []
    assert causes(without | {"zonder_weegteam": False}) == [
        ("/inhoud/weegadvies_id", "verplicht"),
        ("/inhoud/weegadvies_samenvatting", "verplicht"),
    ]


def test_returning_a_planned_screening_needs_a_reason() -> None:
    bevestiging = catalogue().message("screening.gepland.bevestiging")
    content = example_content(bevestiging.name, reactie="teruggelegd", reden_teruggelegd=None)
    assert causes(content, bevestiging) == [("/inhoud/reden_teruggelegd", "verplicht")]
    assert causes(content | {"reactie": "ingepland"}, bevestiging) == []


@pytest.mark.parametrize("bad", ["", "regel\x00", "\ud800", "\x1b[31m"])
def test_text_that_is_empty_or_holds_control_characters(bad: str) -> None:
    (found,) = causes(example_content(KENNISGEVING.name, onderbouwing_gevaar=bad))
    assert found[1] in {"leeg", "teken"}


def test_a_code_or_number_holds_no_line_break_but_free_text_may() -> None:
    assert causes(example_content(KENNISGEVING.name, tolk_taal="fries\n")) == [("/inhoud/tolk_taal", "teken")]
    assert causes(example_content(KENNISGEVING.name, onderbouwing_gevaar="een\ntwee")) == []


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False).filter(lambda f: not f.is_integer())
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
NEARLY: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(
            True,
            False,
            0,
            1,
            -1,
            17,
            18,
            10**6,
            10**30,
            "",
            "ja",
            "nee\n",
            "x" * 201,
            "x" * 8001,
            [],
            {},
            None,
        ),
        *("2026-02-29", "2028-02-29", "2026-2-1", "2026-02-10T24:00:00Z", "2026-02-10T02:10:00+01:00\n"),
        *("00000099000000000001", "0" * 21, "٠" * 20, "a" * 64, "A" * 64, "-medewerker", "medewerker\n"),
        *(
            "0189bd44-afbd-4cbb-8644-f2670070c484",
            "0189BD44-afbd-4cbb-8644-f2670070c484",
            ["ja"],
            [None],
            "é\x85",
        ),
    ]
)


def places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything inside a content."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, each in inner for path in [(*at, key), *places(each, (*at, key))]]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=st.sampled_from(sorted(MESSAGES)), seed=st.integers(0, 20))
def test_both_judges_agree_on_contents_that_are_nearly_right(
    data: st.DataObject, name: str, seed: int
) -> None:
    content = copy.deepcopy(example_content(name, seed=seed, optional=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(content)))
        at: Any = content
        for step in way:
            at = at[step]
        match data.draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                at[last] = data.draw(NEARLY | JSON)
            case "remove":
                del at[last]
            case "add" if isinstance(at, dict):
                at[data.draw(st.text(min_size=1, max_size=5))] = data.draw(JSON)
        if not places(content):
            break
    assert (causes(content, MESSAGES[name]) == []) == VALIDATORS[name].is_valid(content)


@given(content=JSON, name=st.sampled_from(sorted(MESSAGES)))
def test_nothing_that_json_can_hold_makes_the_judge_fail(content: Any, name: str) -> None:
    assert causes(content, MESSAGES[name]) != []
