"""What the facts of a case answer when the policy asks: by short stories, each ending in one key."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.domain.case_facts import CaseFacts, FactEntry
from gateway.domain.clock import latest_end, parse_time, rfc3339
from gateway.domain.context import (
    claimed_mandate,
    context_for_agency,
    context_from_facts,
    end_of_ban,
)
from gateway.domain.identifiers import MessageId, Oin, RoleId, StateId
from tests.domain.conformance import handbook

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOVJ = RoleId("politie_hovj")
VT, GI = Oin("00000099000000000001"), Oin("00000099000000000002")
Story = list[tuple[str, dict[str, object]]]

IMPOSED: dict[str, object] = {
    "opgelegd_op": "2026-02-24T02:10:00+01:00",
    "eindigt_op": "2026-03-06T02:10:00+01:00",
    "mondeling_aangezegd": False,
    "grond_kindermishandeling": False,
    "bevoegd_door": "hovj_beslissingsmandaat",
    "aangewezen_instantie": GI,
}
ORDER: dict[str, object] = {
    "soort": "gegeven",
    "ingang": "2026-02-01T00:00:00+01:00",
    "einde": "2026-05-01T00:00:00+02:00",
    "ernstige_bezwaren": True,
}
NEXT: dict[str, object] = ORDER | {
    "soort": "verlengd",
    "ingang": ORDER["einde"],
    "einde": "2026-07-30T00:00:00+02:00",
    "verlenging_nr": 1,
}
SHORTER: dict[str, object] = ORDER | {"soort": "gewijzigd", "ingang": "2026-03-02T00:00:00+01:00"}
WITHDRAWN: dict[str, object] = ORDER | {"soort": "ingetrokken"}
AFRESH: dict[str, object] = ORDER | {"ingang": NEXT["einde"], "einde": "2026-10-28T00:00:00+01:00"}
ORDERS_IN_FORCE: list[tuple[list[dict[str, object]], bool]] = [
    ([ORDER, NEXT], True),
    ([NEXT], False),
    ([ORDER, NEXT, WITHDRAWN], False),
    ([ORDER, WITHDRAWN, ORDER], True),
    ([ORDER, SHORTER], True),
    ([ORDER, SHORTER | {"ingang": "2026-02-20T00:00:00+01:00", "einde": rfc3339(NOW)}], False),
    ([ORDER, NEXT, SHORTER | {"ingang": ORDER["ingang"], "einde": rfc3339(NOW)}], False),
]
EXTENSION_NUMBERS: list[tuple[list[dict[str, object]], object]] = [
    ([ORDER, NEXT | {"verlenging_nr": 0}], 1),
    ([NEXT | {"verlenging_nr": -4}], 1),
    ([ORDER, NEXT, NEXT], 1),
    ([ORDER, NEXT, AFRESH | {"soort": "verlengd", "verlenging_nr": 1}], 2),
    ([ORDER, NEXT, AFRESH | {"soort": "gewijzigd", "verlenging_nr": 1}], 2),
    ([ORDER, NEXT, SHORTER | {"verlenging_nr": 0}], 1),
    ([ORDER, SHORTER | {"verlenging_nr": 0}], 0),
    ([ORDER, NEXT, ORDER, AFRESH | {"soort": "verlengd", "verlenging_nr": 1}], 2),
    ([ORDER, NEXT, AFRESH], 0),
    ([ORDER, NEXT, WITHDRAWN, ORDER, NEXT], 1),
    ([ORDER | {"verlenging_nr": -1}], 0),
    ([ORDER, NEXT | {"verlenging_nr": True}], "unknown"),
]
EARLY, LATE = "2026-02-23T12:00:00+01:00", "2026-02-26T12:00:00+01:00"


def case(story: Story, state: str = "melding") -> CaseFacts:
    entries = tuple(
        FactEntry(
            message_id=MessageId(f"bericht-{number}"), message=message, sender=VT, facts=facts, role=HOVJ
        )
        for number, (message, facts) in enumerate(story)
    )
    return CaseFacts(state=StateId(state), entries=entries)


def answer(story: Story, key: str, state: str = "melding") -> object:
    return context_from_facts(case(story, state), NOW).get(key, "unknown")


def heard(role: str, when: str, **more: object) -> tuple[str, dict[str, object]]:
    return "besluit.hoorverslag", {"gehoorde_rol": role, "gebeurd_op": when, **more}


HEARD_BEFORE: Story = [heard("uithuisgeplaatste", EARLY), heard("achterblijver", EARLY)]
BAN: Story = [("huisverbod.opgelegd", IMPOSED)]
RELEASE: Story = [("zsm.afdoening", {"in_vrijheid_op": LATE, "strafzaak_loopt": True})]
BREACH: dict[str, object] = {"betreft": "huisverbod", "stand": "gesignaleerd"}
EXTENDED: dict[str, object] = {"verlengd_tot": "2026-03-24T02:10:00+01:00", "totaal_dagen": 28}

STORIES: list[tuple[str, Story, str, object]] = [
    ("melding", [], "melding", False),
    ("melding", [("melding.zorg", {"kinderen_aanwezig": False})], "melding", True),
    ("minderjarigen", [("melding.zorg", {"kinderen_aanwezig": False})], "melding", False),
    ("minderjarigen", [("melding.acuut", {"kinderen_aanwezig": True})], "melding", True),
    (
        "minderjarigen",
        [("huisverbod.opgelegd", IMPOSED | {"kinderen_in_contactverbod": True})],
        "opgelegd",
        True,
    ),
    ("minderjarigen", [("screening.verzoek", {"situatie": "C_geen_acuut_km"})], "weging", True),
    ("kindermishandeling", [("screening.verzoek", {"situatie": "B_geen_acuut_hg"})], "weging", False),
    ("kindermishandeling", [("screening.verzoek", {"situatie": "C_geen_acuut_km"}), *BAN], "opgelegd", True),
    ("gehoord", [], "besluitvorming", False),
    ("gehoord", [heard("uithuisgeplaatste", EARLY)], "besluitvorming", False),
    ("gehoord", HEARD_BEFORE, "besluitvorming", True),
    ("gehoord", [*HEARD_BEFORE, *BAN], "verlenging_voorbereiding", False),
    ("gehoord", [*BAN, heard("uithuisgeplaatste", LATE), heard("achterblijver", LATE)], "opgelegd", True),
    (
        "gehoord",
        [heard("uithuisgeplaatste", EARLY), heard("achterblijver", EARLY, afgezien_reden="spoed")],
        "besluitvorming",
        False,
    ),
    (
        "horen_afgezien_reden",
        [heard("achterblijver", EARLY, afgezien_reden="spoed")],
        "besluitvorming",
        "spoed",
    ),
    ("horen_afgezien_reden", HEARD_BEFORE, "besluitvorming", ""),
    ("rihg_ondertekend", [("screening.rihg.uitkomst", {"ondertekend_op": EARLY})], "screening", True),
    ("rihg_ondertekend", [], "screening", False),
    ("verzoek_volledig", [], "melding", False),
    ("verzoek_volledig", [("screening.verzoek", {})], "verzoek_ingediend", True),
    (
        "verzoek_volledig",
        [("screening.verzoek", {}), ("weegteam.advies", {"advies": "aanvullen"})],
        "verzoek_ingediend",
        False,
    ),
    (
        "verzoek_volledig",
        [("screening.verzoek", {}), ("weegteam.advies", {"advies": "aanvullen"}), ("screening.verzoek", {})],
        "verzoek_ingediend",
        True,
    ),
    ("uitspraak_geregistreerd", [("rechter.uitspraak", {"uitspraak_op": EARLY})], "opgelegd", True),
    (
        "veiligheid_beoordeeld",
        [("zaak.overdracht", {"veiligheid_beoordeeld_op": "2026-02-28"})],
        "afgelopen",
        True,
    ),
    ("strafzaak", [], "opgelegd", False),
    ("strafzaak", [("zsm.context.verzoek", {})], "opgelegd", True),
    ("strafzaak", [*RELEASE, ("zsm.afdoening", {"strafzaak_loopt": False})], "opgelegd", False),
    (
        "strafzaak",
        [("zsm.afdoening", {"strafzaak_loopt": False}), ("zsm.context.verzoek", {})],
        "opgelegd",
        True,
    ),
    ("overtreding_open", [], "opgelegd", False),
    ("overtreding_open", [("overtreding.melding", BREACH)], "opgelegd", True),
    (
        "overtreding_open",
        [("overtreding.melding", BREACH), ("overtreding.melding", BREACH | {"stand": "afgedaan"})],
        "opgelegd",
        False,
    ),
    (
        "overtreding_open",
        [
            ("overtreding.melding", BREACH),
            ("overtreding.melding", {"betreft": "gedragsaanwijzing", "stand": "afgedaan"}),
        ],
        "opgelegd",
        True,
    ),
    ("gedragsaanwijzing_actief", [("gedragsaanwijzing.gegeven", ORDER)], "opgelegd", True),
    (
        "gedragsaanwijzing_actief",
        [("gedragsaanwijzing.gegeven", ORDER | {"einde": rfc3339(NOW)})],
        "opgelegd",
        False,
    ),
    (
        "gedragsaanwijzing_actief",
        [
            ("gedragsaanwijzing.gegeven", ORDER),
            ("gedragsaanwijzing.gegeven", ORDER | {"soort": "ingetrokken"}),
        ],
        "opgelegd",
        False,
    ),
    *[
        (
            "gedragsaanwijzing_actief",
            [("gedragsaanwijzing.gegeven", each) for each in orders],
            "opgelegd",
            holds,
        )
        for orders, holds in ORDERS_IN_FORCE
    ],
    *[
        ("verlenging_nr", [("gedragsaanwijzing.gegeven", each) for each in orders], "opgelegd", number)
        for orders, number in EXTENSION_NUMBERS
    ],
    ("beroep_ingesteld", [("vovo.ingediend", {"beroep_ingesteld": True})], "opgelegd", True),
    ("beroep_ingesteld", [("vovo.ingediend", {"beroep_ingesteld": 1})], "opgelegd", False),
    ("vt_geraadpleegd", [("besluit.vt_overleg", {})], "besluitvorming", False),
    ("vt_geraadpleegd", [("besluit.vt_overleg.antwoord", {})], "besluitvorming", True),
    (
        "spoed_gemotiveerd",
        [("screening.gepland.kennisgeving", {"zonder_weegteam": True})],
        "screening_gepland",
        True,
    ),
    ("al_verlengd", [*BAN, ("huisverbod.verlengd", EXTENDED)], "verlengd", True),
    ("al_verlengd", BAN, "opgelegd", False),
    ("pleger_leeftijd", [], "melding", "unknown"),
    ("pleger_leeftijd", [("screening.verzoek", {"pleger_meerderjarig": True})], "weging", 18),
    ("pleger_leeftijd", [("screening.verzoek", {"pleger_meerderjarig": False})], "weging", 17),
    ("termijn_dagen", [], "besluitvorming", "unknown"),
    ("termijn_dagen", BAN, "opgelegd", 10),
    (
        "termijn_dagen",
        [("huisverbod.opgelegd", IMPOSED | {"eindigt_op": "2026-03-06T14:10:00+01:00"})],
        "opgelegd",
        10.5,
    ),
    ("totaal_dagen", [*BAN, ("huisverbod.verlengd", EXTENDED)], "verlengd", 28),
    (
        "totaal_dagen",
        [*BAN, ("huisverbod.verlengd", EXTENDED | {"verlengd_tot": "2026-03-25T02:10:00+01:00"})],
        "verlengd",
        29,
    ),
    (
        "totaal_dagen",
        [*BAN, ("huisverbod.verlengd", EXTENDED | {"verlengd_tot": EARLY})],
        "verlengd",
        "unknown",
    ),
    ("termijn_dagen", [("huisverbod.opgelegd", IMPOSED | {"eindigt_op": EARLY})], "opgelegd", "unknown"),
    ("dagen", [("gedragsaanwijzing.gegeven", ORDER | {"einde": ORDER["ingang"]})], "opgelegd", 0),
    (
        "dagen",
        [("gedragsaanwijzing.gegeven", ORDER | {"ingang": LATE, "einde": EARLY})],
        "opgelegd",
        "unknown",
    ),
    ("ernstige_bezwaren", [], "opgelegd", "unknown"),
    ("ernstige_bezwaren", [("gedragsaanwijzing.gegeven", ORDER)], "opgelegd", True),
    ("dagen", [("gedragsaanwijzing.gegeven", ORDER)], "opgelegd", 89),
    (
        "dagen",
        [("gedragsaanwijzing.gegeven", ORDER | {"einde": "2026-05-02T00:01:00+02:00"})],
        "opgelegd",
        91,
    ),
    ("verlenging_nr", [("gedragsaanwijzing.gegeven", ORDER)], "opgelegd", 0),
    ("verlenging_nr", [("gedragsaanwijzing.gegeven", ORDER | {"soort": "verlengd"})], "opgelegd", "unknown"),
    ("verlenging_nr", [("gedragsaanwijzing.gegeven", ORDER | {"verlenging_nr": 2})], "opgelegd", 2),
    ("vervolging_ingesteld", [("gedragsaanwijzing.gegeven", ORDER)], "opgelegd", False),
    ("maanden_na_einde", BAN, "opgelegd", 0),
    (
        "maanden_na_einde",
        [("huisverbod.opgelegd", IMPOSED | {"eindigt_op": "2025-12-01T13:00:00+01:00"})],
        "afronding",
        3,
    ),
    (
        "maanden_na_einde",
        [("huisverbod.opgelegd", IMPOSED | {"eindigt_op": "2025-12-01T13:01:00+01:00"})],
        "afronding",
        2,
    ),
]


@pytest.mark.parametrize(("key", "story", "state", "expected"), STORIES)
def test_what_the_facts_answer(key: str, story: Story, state: str, expected: object) -> None:
    found = answer(story, key, state)
    assert (found, type(found)) == (expected, type(expected))


def test_an_empty_case_knows_only_what_the_hub_registers_itself() -> None:
    empty = context_from_facts(case([]), NOW)
    told_by_others = {
        *("pleger_leeftijd", "termijn_dagen", "totaal_dagen"),
        *("ernstige_bezwaren", "dagen", "verlenging_nr", "vervolging_ingesteld"),
    }
    assert not told_by_others & set(empty)
    assert {key for key, value in empty.items() if value} == set()


@pytest.mark.parametrize("role", ["vt_medewerker", "vt_procescoordinator", "crisisdienst_medewerker", None])
def test_a_rihg_of_who_may_take_it_in_a_pilot_is_not_signed_by_the_hovj(role: str | None) -> None:
    form = FactEntry(
        message_id=MessageId("formulier"),
        message="screening.rihg.uitkomst",
        sender=VT,
        facts={"ondertekend_op": EARLY},
        role=None if role is None else RoleId(role),
    )
    taken = case([], "screening").judging(form)
    assert context_from_facts(taken, NOW)["rihg_ondertekend"] is False
    signed = taken.judging(replace(form, role=HOVJ))
    assert context_from_facts(signed, NOW)["rihg_ondertekend"] is True


def test_the_message_that_is_judged_counts_but_not_as_an_earlier_extension() -> None:
    extension = FactEntry(
        message_id=MessageId("nu"), message="huisverbod.verlengd", sender=VT, facts=EXTENDED
    )
    judged = case(BAN, "opgelegd").judging(extension)
    context = context_from_facts(judged, NOW)
    assert (context["al_verlengd"], context["totaal_dagen"], judged.version) == (False, 28, 1)


def test_the_term_is_counted_on_the_clock_on_the_wall_across_the_clock_change() -> None:
    start = parse_time("2026-03-24T02:10:00+01:00")
    facts = IMPOSED | {"opgelegd_op": rfc3339(start), "eindigt_op": rfc3339(latest_end(start, 10))}
    assert answer([("huisverbod.opgelegd", facts)], "termijn_dagen") == 10


def test_what_differs_per_agency() -> None:
    measure: tuple[str, dict[str, object]] = (
        "rvdk.notificatie",
        {"maatregel": "ots", "gecertificeerde_instelling": GI},
    )
    known = case([*BAN, measure], "opgelegd")
    assert context_for_agency(known, GI) == {"ots": True, "aangewezen": True}
    assert context_for_agency(known, VT) == {"ots": False, "aangewezen": False}
    assert context_for_agency(case([]), GI) == {"ots": False, "aangewezen": False}


@pytest.mark.parametrize(
    ("by", "mandate"),
    [
        ("hovj_beslissingsmandaat", "beslissing"),
        ("hovj_ondertekeningsmandaat", "ondertekening"),
        ("burgemeester", None),
    ],
)
def test_the_mandate_that_a_decision_claims(by: str, mandate: str | None) -> None:
    assert claimed_mandate(case([("huisverbod.opgelegd", IMPOSED | {"bevoegd_door": by})])) == mandate


ENDS: list[tuple[Story, str | None]] = [
    ([], None),
    (BAN, "2026-03-06T01:10:00.000Z"),
    ([*BAN, ("huisverbod.verlengd", EXTENDED)], "2026-03-24T01:10:00.000Z"),
    ([*BAN, ("huisverbod.ingetrokken", {"ingetrokken_per": LATE})], "2026-02-26T11:00:00.000Z"),
    (
        [*BAN, ("rechter.uitspraak", {"uitkomst": "vernietigd", "omvang": "geheel", "uitspraak_op": LATE})],
        "2026-02-26T11:00:00.000Z",
    ),
    (
        [*BAN, ("rechter.uitspraak", {"uitkomst": "vernietigd", "omvang": "deel", "uitspraak_op": LATE})],
        "2026-03-06T01:10:00.000Z",
    ),
]


@pytest.mark.parametrize(("story", "end"), ENDS)
def test_the_end_of_a_ban_is_the_last_word_on_it(story: Story, end: str | None) -> None:
    found = end_of_ban(case(story))
    assert (None if found is None else rfc3339(found)) == end


def test_every_key_is_one_of_the_handbooks() -> None:
    keys = {row["key"] for row in handbook("model.json")["context"]["keys"]}
    answered = set(context_from_facts(case([*BAN, ("gedragsaanwijzing.gegeven", ORDER)]), NOW))
    assert answered | set(context_for_agency(case([]), VT)) <= keys
