"""Properties of copies: what was built passes the check, and nothing more than that passes it."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.case import Side
from gateway.domain.catalogue import Field, MessageType, catalogue
from gateway.domain.content_schema import check_value
from gateway.domain.decision import Obligation, RecipientDecision, Verdict
from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.identifiers import CategoryId, MaskId
from gateway.node.masks import (
    ABSENT,
    SUMMARIES,
    Action,
    CopyBreaksManifest,
    How,
    Kept,
    apply_mask,
    build_copy,
    check_copy,
    row_for,
    schema_after_mask,
    withheld,
)
from gateway.node.reader import Reader
from gateway.protocol.manifest import Obligation as CarriedObligation
from gateway.protocol.manifest import manifest_of
from tests.domain.makers import canaries, example_content
from tests.masks.makers import MASKS, MESSAGES, READERS, context, decision, decisions, reader

KENNISGEVING = catalogue().message("screening.gepland.kennisgeving")
FIELDS = [(message, field) for message in catalogue().messages for field in message.fields]


def carried(verdict: RecipientDecision) -> list[CarriedObligation]:
    return [CarriedObligation(id=each.id, parameters=dict(each.parameters)) for each in verdict.obligations]


def check(message: MessageType, content: dict[str, Any], verdict: RecipientDecision, who: Reader) -> None:
    check_copy(message, content, manifest_of(verdict.fields), carried(verdict), reader=who)


def broken(
    message: MessageType, content: dict[str, Any], verdict: RecipientDecision, who: Reader
) -> set[str]:
    with pytest.raises(CopyBreaksManifest) as caught:
        check(message, content, verdict, who)
    return {cause.pointer for cause in caught.value.causes}


@given(data=st.data(), message=MESSAGES, who=READERS, seed=st.integers(0, 9), full=st.booleans())
def test_a_copy_that_was_built_passes_the_check(
    data: st.DataObject, message: MessageType, who: Reader, seed: int, *, full: bool
) -> None:
    verdict = data.draw(decisions(message, who.role))
    made = build_copy(message, example_content(message.name, seed=seed, optional=full), verdict, context(who))
    check(message, made.content, verdict, who)


@given(
    data=st.data(), message=MESSAGES, who=READERS, seeds=st.tuples(st.integers(0, 99), st.integers(100, 199))
)
def test_what_was_removed_says_nothing_about_the_values(
    data: st.DataObject, message: MessageType, who: Reader, seeds: tuple[int, int]
) -> None:
    verdict = data.draw(decisions(message, who.role))
    full, bare = (
        build_copy(
            message, example_content(message.name, seed=seed, optional=optional), verdict, context(who)
        )
        for seed, optional in zip(seeds, (True, False), strict=True)
    )
    assert full.verwijderd == bare.verwijderd
    assert [each["veld"] for each in full.verwijderd] == [
        field.name for field in message.fields if any(w["veld"] == field.name for w in full.verwijderd)
    ]


@given(data=st.data(), message=MESSAGES, who=READERS, seed=st.integers(0, 9))
def test_no_canary_of_a_denied_or_dropped_field_is_anywhere_in_the_copy(
    data: st.DataObject, message: MessageType, who: Reader, seed: int
) -> None:
    verdict = data.draw(decisions(message, who.role))
    made = build_copy(message, example_content(message.name, seed=seed), verdict, context(who))
    text = json.dumps([made.content, made.verwijderd])
    for each in verdict.fields:
        field = message.field(each.field)
        gone = each.decision is Verdict.DENY or (
            each.mask is not None and row_for(each.mask, field.kind).action in {Action.DROP, Action.SUMMARY}
        )
        if gone:
            assert canaries(field.name) not in text
            assert field.name not in made.content


@given(data=st.data(), message=MESSAGES, seed=st.integers(0, 9))
def test_the_recipient_reads_in_the_manifest_what_the_sender_withheld(
    data: st.DataObject, message: MessageType, seed: int
) -> None:
    who = reader("vt_medewerker")
    verdict = data.draw(decisions(message, who.role))
    made = build_copy(message, example_content(message.name, seed=seed), verdict, context(who))
    assert withheld(message, manifest_of(verdict.fields)) == made.verwijderd


def test_the_control_run_finds_the_canary_of_a_field_that_is_allowed() -> None:
    verdict = decision(KENNISGEVING, {"onderbouwing_gevaar": "allow"})
    made = build_copy(KENNISGEVING, example_content(KENNISGEVING.name), verdict, context())
    assert canaries("onderbouwing_gevaar") in json.dumps(made.content)


@given(data=st.data(), message=MESSAGES, seed=st.integers(0, 9))
def test_a_field_that_was_denied_and_is_there_is_refused(
    data: st.DataObject, message: MessageType, seed: int
) -> None:
    verdict = data.draw(decisions(message, "politie_hovj"))
    original = example_content(message.name, seed=seed)
    made = build_copy(message, original, verdict, context())
    denied = [each.field for each in verdict.fields if each.decision is Verdict.DENY]
    if denied:
        name = data.draw(st.sampled_from(denied))
        assert f"/inhoud/{name}" in broken(message, made.content | {name: original[name]}, verdict, reader())


VISIBLE = {How.MEMBERS, How.SPAN, How.COUNT, How.MUNICIPALITY, How.CHILD_BANDS, How.YES_NO}
"""Ways to reduce that leave another shape, so that a recipient sees when a sender skipped them."""


@pytest.mark.parametrize("mask", MASKS)
def test_a_value_that_is_less_masked_than_the_manifest_says_is_refused(mask: str) -> None:
    tried = 0
    for message, field in FIELDS:
        row = row_for(MaskId(mask), field.kind)
        original = example_content(message.name)
        if row.action is Action.KEEP or original[field.name] in ("ja", "nee", "onbekend"):
            continue
        if row.action is Action.REDUCE and row.how not in VISIBLE:
            continue
        verdict = decision(message, {field.name: mask})
        assert any(
            pointer.startswith(f"/inhoud/{field.name}")
            for pointer in broken(message, {field.name: original[field.name]}, verdict, reader())
        )
        tried += 1
    assert tried > 40


def inner_objects(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [each for part in inner for each in inner_objects(part)]
    return [value, *found] if isinstance(value, dict) else found


@given(data=st.data(), message=MESSAGES, who=READERS, seed=st.integers(0, 9))
def test_one_extra_leaf_anywhere_is_refused(
    data: st.DataObject, message: MessageType, who: Reader, seed: int
) -> None:
    verdict = data.draw(decisions(message, who.role))
    made = build_copy(message, example_content(message.name, seed=seed), verdict, context(who))
    spoiled = copy.deepcopy(made.content)
    place = data.draw(st.sampled_from(inner_objects(spoiled)))
    place["stiekem"] = data.draw(st.sampled_from(["x", 1, True, None, {}, []]))
    with pytest.raises(CopyBreaksManifest):
        check(message, spoiled, verdict, who)


@given(
    data=st.data(),
    mask=st.sampled_from(MASKS),
    who=READERS,
    pair=st.sampled_from(FIELDS),
    seed=st.integers(0, 9),
)
def test_what_a_mask_leaves_has_the_type_it_promises(
    data: st.DataObject, mask: str, who: Reader, pair: tuple[MessageType, Field], seed: int
) -> None:
    message, field = pair
    value = data.draw(st.sampled_from([ABSENT, example_content(message.name, seed=seed)[field.name]]))
    left = apply_mask(MaskId(mask), field, value, context(who))
    shape = schema_after_mask(field, MaskId(mask))
    if isinstance(left, Kept):
        assert shape is not None
        assert check_value(shape, left.value, "") == ()


def test_a_field_that_the_decision_forgot_is_left_out_by_the_default_rule() -> None:
    verdict = decision(KENNISGEVING, {"woonadres": "allow"}, default=None)
    made = build_copy(KENNISGEVING, example_content(KENNISGEVING.name), verdict, context())
    assert list(made.content) == ["woonadres"]
    assert {"veld": "bsn_pleger", "regel": "G00_default"} in made.verwijderd


def test_a_decision_about_another_category_is_no_decision() -> None:
    verdict = decision(KENNISGEVING, {"woonadres": "allow"})
    forged = tuple(replace(each, category=CategoryId("procesgegevens")) for each in verdict.fields)
    made = build_copy(
        KENNISGEVING, example_content(KENNISGEVING.name), replace(verdict, fields=forged), context()
    )
    assert made.content == {}


def test_a_recipient_who_is_not_allowed_gets_no_copy() -> None:
    verdict = decision(KENNISGEVING, {}, default="allow", allowed=False)
    with pytest.raises(Refused, match="No reading purpose"):
        build_copy(KENNISGEVING, example_content(KENNISGEVING.name), verdict, context())


def test_an_obligation_that_the_node_does_not_know_stops_the_copy() -> None:
    verdict = decision(
        KENNISGEVING, {}, default="allow", obligations=(Obligation(id="O_NIEUW", parameters={}),)
    )
    with pytest.raises(InvalidInput, match="verplichting-onbekend"):
        build_copy(KENNISGEVING, example_content(KENNISGEVING.name), verdict, context())
    with pytest.raises(CopyBreaksManifest):
        check(KENNISGEVING, {}, verdict, reader())


@pytest.mark.parametrize(
    "who", [reader(side=Side.PLEGER), reader("piketadvocaat"), reader("rol_van_niemand")]
)
def test_what_makes_the_victim_findable_never_reaches_the_perpetrators_side(who: Reader) -> None:
    shelter = replace(KENNISGEVING.field("woonadres"), category=CategoryId("geheim_adres_slachtoffer"))
    forged = replace(
        KENNISGEVING,
        fields=tuple(shelter if field.name == "woonadres" else field for field in KENNISGEVING.fields),
    )
    verdict = decision(forged, {}, default="allow", role=who.role)
    made = build_copy(forged, example_content(KENNISGEVING.name), verdict, context(who))
    assert {"veld": "woonadres", "regel": "G16_geheim_adres"} in made.verwijderd
    assert {"veld": "contact_slachtoffer", "regel": "G16_geheim_adres"} in made.verwijderd
    text = json.dumps(made.content)
    assert canaries("woonadres") not in text
    assert canaries("contact_slachtoffer") not in text
    original = example_content(KENNISGEVING.name)
    found = broken(forged, made.content | {"woonadres": original["woonadres"]}, verdict, who)
    assert "/inhoud/woonadres" in found


def test_the_reporter_is_known_to_veilig_thuis_only() -> None:
    zorg = catalogue().message("melding.zorg")
    for role, there in (("vt_medewerker", True), ("politie_hovj", False), ("casemanager_gemeente", False)):
        verdict = decision(zorg, {}, default="allow", role=role)
        made = build_copy(zorg, example_content(zorg.name), verdict, context(reader(role)))
        assert ("melder" in made.content) is there


def test_police_data_of_articles_10_and_12_never_go_through_the_hub() -> None:
    zorg = catalogue().message("melding.zorg")
    informant = replace(zorg.field("omschrijving"), category=CategoryId("politie_art10_12"))
    forged = replace(zorg, fields=tuple(informant if f.name == "omschrijving" else f for f in zorg.fields))
    verdict = decision(forged, {}, default="allow", role="vt_medewerker")
    made = build_copy(forged, example_content(zorg.name), verdict, context(reader("vt_medewerker")))
    assert {"veld": "omschrijving", "regel": "G17_nooit_via_hub"} in made.verwijderd
    assert canaries("omschrijving") not in json.dumps(made.content)


def test_a_manifest_of_another_schema_is_refused() -> None:
    verdict = decision(KENNISGEVING, {}, default="allow")
    for fields in (verdict.fields[1:], (*verdict.fields, verdict.fields[0])):
        assert broken(KENNISGEVING, {}, replace(verdict, fields=fields), reader()) == {"/manifest"}


def test_a_summary_without_a_summarised_category_is_refused() -> None:
    verdict = decision(KENNISGEVING, {"weegadvies_samenvatting": "M_SAM"})
    good = {SUMMARIES: {"weegadvies": "Verzonnen samenvatting."}}
    check(KENNISGEVING, good, verdict, reader())
    spoiled: tuple[Any, ...] = (
        {"kind_zorg": "Verzonnen."},
        {"weegadvies": "x" * 501},
        {"weegadvies": ""},
        {"weegadvies": 1},
        [],
    )
    for bad in spoiled:
        assert broken(KENNISGEVING, {SUMMARIES: bad}, verdict, reader())
