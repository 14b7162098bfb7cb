"""What each mask leaves of a value, by example; and that the table is the handbook's."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.case import Side
from gateway.domain.catalogue import Field, catalogue
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import CategoryId, MaskId, PurposeId, RoleId
from gateway.node.masks import (
    ABSENT,
    SUMMARIES,
    ApprovedCleaning,
    ApprovedSummary,
    Dropped,
    Kept,
    MaskContext,
    Summarised,
    apply_mask,
    build_copy,
    mask_table,
    value_digest,
)
from gateway.node.masks.table import read_table
from tests.domain.conformance import handbook
from tests.domain.makers import example_content
from tests.masks.makers import AT, PURPOSE, context, decision, pseudonym, reader

ANNA, BERT = "0189bd44-afbd-4cbb-8644-f2670070c484", "84e6b980-a1ff-4454-9c1e-afef525b7799"
DROP, SUM = Dropped(), Summarised()


def field(message: str, name: str) -> Field:
    return catalogue().message(message).field(name)


def masked(mask: str, message: str, name: str, value: Any, ctx: MaskContext | None = None) -> object:
    left = apply_mask(MaskId(mask), field(message, name), value, ctx or context())
    return left.value if isinstance(left, Kept) else left


KIND = {"persoon_id": ANNA, "leeftijd": 3, "gezag": "beide", "getuige": True, "maatregel": "geen"}
ADRES = {
    "straat": "Verzonnenstraat",
    "huisnummer": "1",
    "postcode": "0000",
    "plaats": "N",
    "gemeentecode": "9901",
}
PERSOON = {
    "persoon_id": ANNA,
    "rol": "getuige",
    "naam": "Testje van Verzonnen",
    "geboortedatum": "1985-04-30",
}
TRAJECT = {"organisatie": "Verzonnen zorg", "soort": "AFP", "status": "gestart", "van": "2026-01-01"}
FEIT = {"datum": "2026-01-02", "bronsoort": "politie", "omschrijving": "Verzonnen."}
AFSPRAAK = {
    "voor_rol": "uithuisgeplaatste",
    "tekst": "Belt elke dag.",
    "zichtbaar_voor": ["pleger", "slachtoffer"],
}
KORT = {"aantal": 2, "leeftijden": ["12-17", "0-3"], "getuige": True, "maatregel": False}

EXAMPLES: list[tuple[str, str, str, Any, Any]] = [
    ("M_JN", "historie.antwoord", "incidenten", [{"datum": "2026-01-01"}], "ja"),
    ("M_JN", "historie.antwoord", "incidenten", [], "nee"),
    ("M_JN", "historie.antwoord", "incidenten", ABSENT, "onbekend"),
    ("M_JN", "historie.antwoord", "reclassering", "geen", "nee"),
    ("M_JN", "historie.antwoord", "reclassering", "toezicht", "ja"),
    ("M_JN", "verlenging.advies", "overtredingen", 0, "nee"),
    ("M_JN", "verlenging.advies", "overtredingen", 2, "ja"),
    ("M_JN", "melding.acuut", "wapens", "onbekend", "onbekend"),
    ("M_JN", "melding.acuut", "aanhouding", False, False),
    ("M_JN", "melding.zorg", "melder", {"anoniem_gewenst": True}, DROP),
    ("M_UITKOMST", "historie.antwoord", "trajecten", [TRAJECT], [{"status": "gestart", "van": "2026-01-01"}]),
    ("M_UITKOMST", "melding.acuut", "incident_nr", "2026/0001", "2026/0001"),
    ("M_UITKOMST", "melding.acuut", "incident_nr", "bij de buren", DROP),
    ("M_UITKOMST", "melding.acuut", "incident_nr", "2026\n", DROP),
    ("M_UITKOMST", "melding.acuut", "situatie", "Verzonnen.", DROP),
    ("M_UITKOMST", "melding.acuut", "wapens", "ja", "ja"),
    ("M_SAM", "melding.acuut", "wapens", "ja", SUM),
    ("M_SAM", "melding.acuut", "wapens", ABSENT, SUM),
    (
        "M_PERIODE",
        "screening.verzoek",
        "feiten_verleden",
        [FEIT, FEIT | {"datum": "2025-01-02"}],
        {"aantal": 2, "eerste": "2025-01-02", "laatste": "2026-01-02"},
    ),
    ("M_PERIODE", "screening.verzoek", "feiten_verleden", [], {"aantal": 0}),
    (
        "M_PERIODE",
        "melding.zorg",
        "politie_registraties",
        [{"datum": "2026-01-01", "soort": "ruzie", "omschrijving": "Verzonnen."}],
        {"aantal": 1, "regels": [{"datum": "2026-01-01", "soort": "ruzie"}]},
    ),
    ("M_PERIODE", "melding.acuut", "situatie", "Verzonnen.", DROP),
    ("M_BRON", "melding.zorg", "omschrijving", "Verzonnen.", DROP),
    ("M_DERDEN", "melding.acuut", "persoon_pleger", PERSOON, DROP),
    (
        "M_PSEUDO",
        "melding.acuut",
        "persoon_pleger",
        PERSOON,
        {"persoon_id": pseudonym(ANNA), "rol": "getuige"},
    ),
    ("M_PSEUDO", "melding.zorg", "bsn", "999999991", pseudonym("999999991")),
    (
        "M_PSEUDO",
        "rvdk.onderzoek.verzoek",
        "kinderen_bsn",
        [{"persoon_id": ANNA, "bsn": "999999991"}],
        [{"persoon_id": ANNA}],
    ),
    ("M_GEM", "melding.acuut", "woonadres", ADRES, {"gemeentecode": "9901", "binnen_regio": True}),
    (
        "M_GEM",
        "melding.acuut",
        "woonadres",
        ADRES | {"gemeentecode": "9902"},
        {"gemeentecode": "9902", "binnen_regio": False},
    ),
    ("M_GEM", "uhg.contactgegevens", "verblijf", {"detentie": True}, DROP),
    (
        "M_GEM",
        "uhg.contactgegevens",
        "verblijf",
        {"adres": ADRES, "telefoon": "0", "detentie": False},
        {"gemeentecode": "9901", "binnen_regio": True},
    ),
    (
        "M_KIND",
        "melding.acuut",
        "kinderen",
        [KIND, KIND | {"leeftijd": 17}, KIND | {"leeftijd": 12}],
        {"aantal": 3, "leeftijden": ["0-3", "12-17"]},
    ),
    ("M_KIND", "melding.acuut", "kinderen", [], {"aantal": 0, "leeftijden": []}),
    ("M_KIND", "zsm.context.antwoord", "kinderen", KORT, {"aantal": 2, "leeftijden": ["0-3", "12-17"]}),
    ("M_KIND", "historie.antwoord", "maatregel_kind", "ots", "ja"),
]


@pytest.mark.parametrize(("mask", "message", "name", "value", "left"), EXAMPLES)
def test_what_a_mask_leaves(mask: str, message: str, name: str, value: Any, left: Any) -> None:
    assert masked(mask, message, name, value) == left


def test_the_perpetrators_side_sees_only_its_own_lines_and_not_for_whom_else_they_are() -> None:
    lines = [AFSPRAAK, AFSPRAAK | {"zichtbaar_voor": ["slachtoffer"]}]
    theirs = context(reader("reclassering_toezichthouder", Side.PLEGER))
    left = masked("M_PLEGER", "veiligheidsplan.vastgesteld", "afspraken", lines, theirs)
    assert left == [AFSPRAAK | {"zichtbaar_voor": ["pleger"]}]


def test_other_persons_are_taken_out_around_the_person_who_is_served() -> None:
    served = context(reader("piketadvocaat", Side.PLEGER, serves=ANNA))
    others = PERSOON | {"persoon_id": BERT}
    assert masked("M_DERDEN", "melding.acuut", "personen_betrokken", [PERSOON, others], served) == [PERSOON]
    assert masked("M_DERDEN", "melding.acuut", "persoon_pleger", PERSOON, served) == PERSOON
    assert masked("M_DERDEN", "melding.acuut", "persoon_pleger", others, served) == DROP


def cleaning(value: Any, original: Any, name: str = "feiten_verleden", **changes: Any) -> MaskContext:
    given = {
        "field": name,
        "value": value,
        "role": RoleId("politie_hovj"),
        "purpose": PURPOSE,
        "expires_at": AT + timedelta(hours=1),
        "original_sha256": value_digest(original),
    } | changes
    return context(cleanings={name: ApprovedCleaning(**given)})


CLEAN = [{"datum": "2026-01-02", "omschrijving": "Verzonnen, zonder bron."}]


def test_a_cleaned_text_that_a_person_approved_takes_the_place_of_the_original() -> None:
    left = masked("M_BRON", "screening.verzoek", "feiten_verleden", [FEIT], cleaning(CLEAN, [FEIT]))
    assert left == CLEAN


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (CLEAN, {"expires_at": AT}),
        (CLEAN, {"role": RoleId("politie_wijkagent")}),
        (CLEAN, {"purpose": PurposeId("besluit")}),
        (CLEAN, {"original_sha256": value_digest([FEIT, FEIT])}),
        ([FEIT], {}),
        (CLEAN * 2, {}),
        ([CLEAN[0] | {"datum": "2026-01-03"}], {}),
        ([CLEAN[0] | {"naam": "Verzonnen"}], {}),
        ("Verzonnen.", {}),
    ],
    ids=[
        "expired",
        "other role",
        "other purpose",
        "another original",
        "still names the kind of source",
        "more lines than the original",
        "another date",
        "an extra member",
        "another type",
    ],
)
def test_a_cleaning_that_does_not_hold_drops_the_field(value: Any, changes: dict[str, Any]) -> None:
    ctx = cleaning(value, [FEIT], **changes)
    assert masked("M_BRON", "screening.verzoek", "feiten_verleden", [FEIT], ctx) == DROP


def test_choosing_the_help_of_the_person_concerned_may_drop_lines_and_change_nothing() -> None:
    other = TRAJECT | {"soort": "GGZ"}
    trajecten = [TRAJECT, other]
    chosen = cleaning([other], trajecten, "trajecten")
    assert masked("M_DERDEN", "historie.antwoord", "trajecten", trajecten, chosen) == [other]
    changed = cleaning([other | {"organisatie": "Elders"}], trajecten, "trajecten")
    assert masked("M_DERDEN", "historie.antwoord", "trajecten", trajecten, changed) == DROP


TEXT = "Er zijn zorgen; screenen is nodig."


def summary(**changes: Any) -> dict[CategoryId, ApprovedSummary]:
    given: dict[str, Any] = {
        "text": TEXT,
        "category": CategoryId("weegadvies"),
        "role": RoleId("politie_hovj"),
        "purpose": PURPOSE,
        "expires_at": AT + timedelta(hours=1),
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
    } | changes
    return {CategoryId("weegadvies"): ApprovedSummary(**given)}


def summarised_copy(**changes: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
    message = catalogue().message("screening.gepland.kennisgeving")
    verdict = decision(message, {"weegadvies_samenvatting": "M_SAM", "situatie": "M_SAM"})
    made = build_copy(message, example_content(message.name), verdict, context(summaries=summary(**changes)))
    return made.content, [each for each in made.verwijderd if each["regel"] == "matrix"]


def test_an_approved_summary_takes_the_place_of_all_fields_of_its_category() -> None:
    content, withheld = summarised_copy()
    assert content == {SUMMARIES: {"weegadvies": TEXT}}
    assert {"veld": "situatie", "regel": "matrix"} in withheld


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": AT},
        {"role": RoleId("politie_wijkagent")},
        {"purpose": PurposeId("besluit")},
        {"category": CategoryId("kind_zorg")},
        {"text": "Een andere tekst dan de goedgekeurde."},
        {"sha256": "0" * 64},
    ],
)
def test_a_summary_that_is_not_approved_for_this_is_not_sent_and_looks_like_an_empty_field(
    changes: dict[str, Any],
) -> None:
    content, withheld = summarised_copy(**changes)
    assert content == {}
    assert withheld == summarised_copy()[1]


def test_every_field_of_the_catalogue_has_a_meaning_under_every_mask() -> None:
    kinds = {field.kind for message in catalogue().messages for field in message.fields}
    assert all(kinds <= set(rows) for rows in mask_table().values())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda table: table.pop("M_JN"), "missing or unknown"),
        (lambda table: table.update(M_NIEUW={}), "missing or unknown"),
        (lambda table: table["M_JN"].pop("bool"), "has no meaning for"),
        (lambda table: table["M_JN"].update(bool={"action": "raden"}), "raden"),
        (lambda table: table["M_JN"].update(bool={"action": "reduce"}), "how belongs to reduce"),
        (lambda table: table["M_JN"].update(bool={"action": "keep", "kleur": 1}), "unknown keys"),
    ],
)
def test_a_table_with_a_hole_does_not_load(change: Any, complaint: str) -> None:
    table: dict[str, dict[str, Any]] = {
        mask: {
            kind: {"action": row.action.value}
            | ({"how": row.how.value, "members": list(row.members)} if row.how else {})
            for kind, row in rows.items()
        }
        for mask, rows in mask_table().items()
    }
    change(table)
    with pytest.raises(CatalogueError, match=complaint):
        read_table(table)


def test_the_table_is_that_of_the_handbook() -> None:
    theirs = handbook("masks.json")["masks"]
    ours = {
        mask: {kind: row.action.value for kind, row in rows.items()} for mask, rows in mask_table().items()
    }
    assert ours == {
        mask: {kind: row["action"] for kind, row in rows.items()} for mask, rows in theirs.items()
    }


HOW = {
    "enum{ja,nee,onbekend}": "yes_no",
    "status, van": "members status van tot",
    "kept when it fits": "code",
    "opgelegd_op only": "members opgelegd_op",
    "aantal:int and the first": "span",
    "datum and soort only": "members datum soort",
    "aantal:int, soort": "count datum soort",
    "soort, van": "members soort van tot",
    "datum and omschrijving; bronsoort dropped": "cleaned datum omschrijving",
    "same type;": "cleaned",
    "kept when it is the person": "concerned",
    "only the person concerned": "concerned",
    "nr and kleur kept": "cleaned",
    "only those of the person": "selected",
    "persoon_id as pseudonym and rol": "pseudonym persoon_id rol",
    "persoon_id as pseudonym, bekend": "pseudonym persoon_id bekend",
    "persoon_id only; the bsn": "members persoon_id",
    "random pseudonym": "pseudonym",
    "gemeentecode and": "municipality",
    "KinderenBand": "child_bands",
    "only the lines": "own_lines",
    "persoon_id as pseudonym": "pseudonym persoon_id",
}


def test_every_way_of_reducing_is_the_one_that_the_handbook_describes() -> None:
    for mask, rows in handbook("masks.json")["masks"].items():
        for kind, row in rows.items():
            if row["action"] == "reduce":
                ours = mask_table()[MaskId(mask)][kind]
                expected = next(how for start, how in HOW.items() if row["how"].startswith(start))
                assert " ".join([ours.how or "", *ours.members]) == expected, (mask, kind)
