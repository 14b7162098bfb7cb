"""Rules on values: left out by the sender's node, and seen by the recipient's node when they were not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.domain.case import Side
from gateway.domain.catalogue import catalogue
from gateway.domain.decision import Obligation
from gateway.node.masks import CopyBreaksManifest, build_copy, check_copy
from gateway.node.reader import Reader
from gateway.protocol.manifest import Obligation as CarriedObligation
from gateway.protocol.manifest import manifest_of
from tests.domain.makers import example_content, person
from tests.masks.makers import Choice, context, decision, reader

ZORG = "melding.zorg"


def built(
    message: str, choices: dict[str, Choice], duty: Obligation, who: Reader | None = None, **content: Any
) -> dict[str, Any]:
    kind, reads = catalogue().message(message), who or reader("vt_medewerker")
    verdict = decision(kind, choices, role=reads.role, obligations=(duty,))
    return build_copy(kind, example_content(message, **content), verdict, context(reads)).content


def refused(
    message: str,
    choices: dict[str, Choice],
    duty: Obligation,
    content: dict[str, Any],
    who: Reader | None = None,
) -> list[str]:
    kind = catalogue().message(message)
    carried = [CarriedObligation(id=duty.id, parameters=dict(duty.parameters))]
    manifest = manifest_of(decision(kind, choices).fields)
    try:
        check_copy(kind, content, manifest, carried, reader=who or reader("vt_medewerker"))
    except CopyBreaksManifest as error:
        return [f"{cause.pointer} {cause.code}" for cause in error.causes]
    return []


FIVE_YEARS = Obligation(id="O_LEEFTIJD_POLITIE", parameters={"jaren": 5})


def registration(day: str) -> dict[str, Any]:
    return {"datum": day, "soort": "ruzie", "omschrijving": "Verzonnen."}


def test_police_items_older_than_five_years_are_left_out() -> None:
    rows = [registration("2021-02-28"), registration("2021-03-01"), registration("2026-01-01")]
    copy = built(ZORG, {"politie_registraties": "allow"}, FIVE_YEARS, politie_registraties=rows)
    assert copy == {"politie_registraties": rows[1:]}


def test_an_old_police_item_in_a_copy_is_refused_also_when_only_its_date_is_left() -> None:
    old = [registration("2021-02-28")]
    pointer = "/inhoud/politie_registraties verplichting"
    assert refused(ZORG, {"politie_registraties": "allow"}, FIVE_YEARS, {"politie_registraties": old}) == [
        pointer
    ]
    counted = {"aantal": 1, "regels": [{"datum": "2021-02-28", "soort": "ruzie"}]}
    assert refused(
        ZORG, {"politie_registraties": "M_PERIODE"}, FIVE_YEARS, {"politie_registraties": counted}
    ) == [pointer]


def test_the_masked_count_counts_recent_items_only() -> None:
    rows = [registration("2021-02-28"), registration("2026-01-01")]
    copy = built(ZORG, {"politie_registraties": "M_PERIODE"}, FIVE_YEARS, politie_registraties=rows)
    assert copy["politie_registraties"]["aantal"] == 1
    yes_or_no = built(ZORG, {"politie_registraties": "M_JN"}, FIVE_YEARS, politie_registraties=rows[:1])
    assert yes_or_no == {"politie_registraties": "nee"}


def test_reports_at_veilig_thuis_have_another_term() -> None:
    old = [{"datum": "2010-01-01", "soort": "zorg", "uitkomst": "gesloten"}]
    assert built("historie.antwoord", {"meldingen": "allow"}, FIVE_YEARS, meldingen=old) == {"meldingen": old}


def test_on_29_february_five_years_ago_is_the_28th() -> None:
    leap = Reader(role=reader().role, side=Side.NEUTRAAL, at=datetime(2028, 2, 29, 12, tzinfo=UTC))
    rows = [registration("2023-02-27"), registration("2023-02-28")]
    copy = built(ZORG, {"politie_registraties": "allow"}, FIVE_YEARS, leap, politie_registraties=rows)
    assert copy == {"politie_registraties": rows[1:]}


CHILD, ADULT = person(1, rol="kind"), person(2, rol="achterblijver")
NO_CHILDREN = Obligation(id="O_KIND_IN_PERSONEN", parameters={"rol": "kind"})
UNLESS_ALLOWED = Obligation(id="O_KIND_IN_PERSONEN", parameters={"rol": "kind", "category": "kind_basis"})
PERSONS: dict[str, Any] = {"personen_betrokken": [CHILD, ADULT]}


def test_a_childs_entry_is_left_out_of_a_list_of_persons() -> None:
    copy = built(ZORG, {"personen_betrokken": "allow"}, NO_CHILDREN, **PERSONS)
    assert copy == {"personen_betrokken": [ADULT]}
    assert refused(ZORG, {"personen_betrokken": "allow"}, NO_CHILDREN, PERSONS) == [
        "/inhoud/personen_betrokken verplichting"
    ]


def test_a_childs_entry_stays_only_when_all_of_its_category_is_allowed() -> None:
    everything: dict[str, Choice] = {
        "personen_betrokken": "allow",
        "kinderen": "allow",
        "kinderen_aanwezig": "allow",
    }
    kept = built(ZORG, everything, UNLESS_ALLOWED, **PERSONS)
    assert kept["personen_betrokken"] == [CHILD, ADULT]
    part = everything | {"kinderen": "M_KIND"}
    assert built(ZORG, part, UNLESS_ALLOWED, **PERSONS)["personen_betrokken"] == [ADULT]
    assert refused(ZORG, part, UNLESS_ALLOWED, PERSONS) == ["/inhoud/personen_betrokken verplichting"]


def test_a_pseudonymous_child_is_still_a_child() -> None:
    masked = {"personen_betrokken": [{"persoon_id": CHILD["persoon_id"], "rol": "kind"}]}
    assert refused(ZORG, {"personen_betrokken": "M_PSEUDO"}, NO_CHILDREN, masked) == [
        "/inhoud/personen_betrokken verplichting"
    ]


HEALTH = {"veiligheidsaandachtspunten": ["hond", "suicidaal", "middelengebruik"]}


@pytest.mark.parametrize(
    ("parameters", "left"),
    [
        ({"codes": ["suicidaal", "middelengebruik"]}, ["hond"]),
        ({"codes": ["suicidaal", "middelengebruik"], "not_for": ["politie_wijkagent"]}, ["hond"]),
        (
            {"codes": ["suicidaal", "middelengebruik"], "not_for": ["politie_noodhulp"]},
            ["hond", "suicidaal", "middelengebruik"],
        ),
    ],
)
def test_health_codes_are_left_out_for_the_roles_named(parameters: dict[str, Any], left: list[str]) -> None:
    name, who = "screening.gepland.kennisgeving", reader("politie_wijkagent")
    duty, allow = Obligation(id="O_GEZONDHEIDSCODES", parameters=parameters), "allow"
    copy = built(name, {"veiligheidsaandachtspunten": allow}, duty, who, **HEALTH)
    assert copy == {"veiligheidsaandachtspunten": left}
    found = refused(name, {"veiligheidsaandachtspunten": allow}, duty, dict(HEALTH), who)
    assert bool(found) is (left == ["hond"])


def test_a_line_of_the_safety_plan_for_the_other_side_is_refused() -> None:
    duty = Obligation(id="O_ZICHTBAAR_VOOR", parameters={"field": "zichtbaar_voor"})
    who = reader("reclassering_toezichthouder", Side.PLEGER)
    line = {"voor_rol": "achterblijver", "tekst": "Verzonnen.", "zichtbaar_voor": ["slachtoffer"]}
    name, masks = "veiligheidsplan.vastgesteld", {"afspraken": "M_PLEGER"}
    assert built(name, dict(masks), duty, who, afspraken=[line]) == {"afspraken": []}
    assert refused(name, dict(masks), duty, {"afspraken": [line]}, who) == ["/inhoud/afspraken verplichting"]


def test_another_person_than_the_one_served_is_refused() -> None:
    duty = Obligation(id="O_BETROKKENE", parameters={})
    who = reader("piketadvocaat", Side.PLEGER, serves=ADULT["persoon_id"])
    masks: dict[str, Choice] = {"personen_betrokken": "M_DERDEN"}
    assert built(ZORG, masks, duty, who, **PERSONS) == {"personen_betrokken": [ADULT]}
    assert refused(ZORG, masks, duty, PERSONS, who) == ["/inhoud/personen_betrokken verplichting"]


@pytest.mark.parametrize(
    "duty", ["O_LEEFTIJD_POLITIE", "O_KIND_IN_PERSONEN", "O_ZICHTBAAR_VOOR", "O_GEZONDHEIDSCODES"]
)
def test_an_obligation_without_its_parameters_is_not_understood_and_refused(duty: str) -> None:
    assert refused(ZORG, {}, Obligation(id=duty, parameters={}), {}) == ["/verplichtingen verplichting"]


def test_the_review_of_emergency_access_leaves_nothing_out_and_needs_its_term() -> None:
    review = Obligation(id="O_TOETSING_ACHTERAF", parameters={"binnen_uren": 24})
    chosen: dict[str, Choice] = {"persoon_pleger": "allow"}
    assert set(built(ZORG, chosen, review)) == {"persoon_pleger"}
    timeless = Obligation(id="O_TOETSING_ACHTERAF", parameters={})
    assert refused(ZORG, chosen, timeless, built(ZORG, chosen, review)) == ["/verplichtingen verplichting"]
