"""Pilot flags: what the law allows can be switched, what needs a change of law only in a simulation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import RoleId
from gateway.domain.pilot import by_municipality, parse_pilot, without_pilot
from gateway.domain.pilot_flags import Available, pilot_flags
from tests.domain.conformance import handbook

HEAD = 'regio = "verzonnen-noord"\ngemeenten = ["9901", "9902"]\n'
REAL = f"{HEAD}simulatie = false\n[vlaggen]\n"
SIMULATED = f"{HEAD}simulatie = true\n[vlaggen]\n"
ON = {
    "eerste_termijn_dagen": "14",
    "opschorten_termijn": "true",
    "controle_woning": "true",
    "aanvullende_maatregelen": "true",
    "verplichte_hulp": "true",
    "risicosignalen_tellen": "true",
}


def mistakes(text: str, *, simulation: bool = False) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        parse_pilot(text, simulation=simulation)
    return [(cause.pointer, cause.code) for cause in refused.value.causes]


def test_the_flags_are_those_of_the_handbook() -> None:
    theirs = handbook("model.json")["pilot_flags"]
    assert [
        {"flag": flag.id, "context": flag.context or "", **flag.handbook} for flag in pilot_flags().values()
    ] == theirs


def test_every_flag_of_which_the_handbook_says_that_the_law_must_change_is_bound_to_it() -> None:
    for flag in pilot_flags().values():
        needs_law = "YES" in flag.handbook["law_change"]
        assert needs_law is (flag.available is not Available.ALWAYS), flag.id
        assert needs_law is (flag.needs_law is not None), flag.id


@pytest.mark.parametrize(("flag", "value"), ON.items())
def test_what_needs_a_change_of_law_is_refused_by_name_outside_a_simulation(flag: str, value: str) -> None:
    for simulation in (False, True):
        with pytest.raises(InvalidInput) as refused:
            parse_pilot(f"{REAL}{flag} = {value}", simulation=simulation)
        [cause] = refused.value.causes
        assert cause.pointer == f"/vlaggen/{flag}"
        assert cause.code in {"wetswijziging_nodig", "niet_gebouwd"}
        assert flag in cause.detail_nl
        assert cause.article == pilot_flags()[flag].needs_law


def test_a_simulation_can_try_what_was_built_and_nothing_else() -> None:
    configuration = parse_pilot(
        f"{SIMULATED}eerste_termijn_dagen = 14\nrisicosignalen_tellen = true", simulation=True
    )
    assert configuration.simulation
    assert configuration.numbers["eerste_termijn_dagen"] == 14
    assert configuration.is_on("risicosignalen_tellen")
    never = ("opschorten_termijn", "controle_woning", "aanvullende_maatregelen", "verplichte_hulp")
    assert mistakes(SIMULATED + "".join(f"{flag} = true\n" for flag in never), simulation=True) == [
        (f"/vlaggen/{flag}", "niet_gebouwd") for flag in never
    ]


def test_a_file_cannot_call_a_real_installation_a_simulation() -> None:
    assert mistakes(f"{SIMULATED}eerste_termijn_dagen = 14") == [("/simulatie", "geen_simulatie")]


@pytest.mark.parametrize("days", [9, 11, 12, 13, 15, 28])
def test_the_first_term_is_ten_days_or_the_fourteen_of_the_pilot(days: int) -> None:
    assert mistakes(f"{SIMULATED}eerste_termijn_dagen = {days}", simulation=True) == [
        ("/vlaggen/eerste_termijn_dagen", "waarde")
    ]


def test_nothing_lengthens_the_maximum_of_28_days() -> None:
    assert mistakes(f"{SIMULATED}maximum_dagen = 29", simulation=True) == [
        ("/vlaggen/maximum_dagen", "waarde")
    ]


def test_every_mistake_is_named_at_once() -> None:
    text = (
        'regio = "Noord!"\ngemeenten = ["9901", "99"]\nkleur = "rood"\n[vlaggen]\nverzoekers = ["wethouder"]\n'
        'monitoring_maanden = 24\nbewijs_bekendmaking = "ja"\ntoverstaf = true\ncontrole_woning = true\n'
    )
    assert mistakes(text) == [
        ("/kleur", "onbekend"),
        ("/regio", "vorm"),
        ("/gemeenten", "vorm"),
        ("/simulatie", "type"),
        ("/vlaggen/verzoekers", "waarde"),
        ("/vlaggen/monitoring_maanden", "waarde"),
        ("/vlaggen/bewijs_bekendmaking", "waarde"),
        ("/vlaggen/toverstaf", "onbekend"),
        ("/vlaggen/controle_woning", "niet_gebouwd"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("regio = ", [("", "toml")]),
        (f"{HEAD}simulatie = false\nvlaggen = 3", [("/vlaggen", "type")]),
        ('regio = "a"\ngemeenten = ["9901", "9901"]\nsimulatie = false', [("/gemeenten", "dubbel")]),
        ('regio = "a"\ngemeenten = []\nsimulatie = false', [("/gemeenten", "vorm")]),
        (f"{REAL}monitoring_maanden = true", [("/vlaggen/monitoring_maanden", "waarde")]),
    ],
)
def test_a_file_of_the_wrong_form_is_refused(text: str, expected: list[tuple[str, str]]) -> None:
    assert mistakes(text) == expected


def test_what_the_law_allows_is_switched_per_region_and_answers_the_policy() -> None:
    configuration = parse_pilot(
        f'{REAL}verzoekers = ["crisisdienst_medewerker"]\n509hh_overwegen = true', simulation=False
    )
    assert configuration.context(RoleId("crisisdienst_medewerker")) == {
        "pilot_verzoekers": True,
        "pilot_rihg_afnemers": False,
    }
    assert configuration.context(RoleId("om_ovj_zsm"))["pilot_verzoekers"] is False
    assert configuration.required_fields("zsm.afdoening") == ("overweging_509hh",)
    assert configuration.required_fields("huisverbod.uitreiking") == ()


def test_without_a_file_the_law_of_now_holds() -> None:
    configuration = without_pilot(["9901"])
    assert not any(configuration.is_on(flag) for flag in pilot_flags())
    assert configuration.numbers == {
        "eerste_termijn_dagen": 10,
        "maximum_dagen": 28,
        "monitoring_maanden": 12,
    }
    assert not any(
        configuration.context(role)[key] for role in catalogue().roles for key in ("pilot_verzoekers",)
    )


def test_the_roles_of_a_flag_are_those_that_the_catalogue_lets_send() -> None:
    for message, flag in (("screening.verzoek", "verzoekers"), ("screening.rihg.uitkomst", "rihg_afnemers")):
        pilots = catalogue().message(message).pilot_senders
        assert pilots is not None
        assert set(pilot_flags()[flag].roles) == set(pilots.roles)
        assert pilot_flags()[flag].context == pilots.key


def test_a_municipality_is_in_one_region() -> None:
    one = parse_pilot(REAL, simulation=False)
    other = parse_pilot(REAL.replace("noord", "zuid").replace("9902", "9903"), simulation=False)
    with pytest.raises(InvalidInput) as refused:
        by_municipality([one, other])
    assert [cause.detail_en for cause in refused.value.causes] == [
        "9901 is in two regions: verzonnen-noord, verzonnen-zuid."
    ]
    assert by_municipality([one])["9902"] is one


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_pilot(text, simulation=False)
