"""The risk assessment at a node: checked before the hub is asked, told to who plans it and to who reads a copy."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.identifiers import new_id
from gateway.domain.rihg import RIHG_MESSAGE
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from gateway.rihg_files import rihg_versions
from gateway.settings import SettingsError
from tests.domain.makers import example_content
from tests.node.makers import Exchange
from tests.node.test_http import HOVJ_PERSON, Api
from tests.rihg.test_rihg import content, instrument

VT_READER = ("vt-0002", "vt_medewerker")


@pytest.fixture
def api(exchange: Exchange) -> Api:
    return Api(exchange)


def form(written: dict[str, Any]) -> dict[str, Any]:
    return {
        "zaakId": new_id(),
        "type": RIHG_MESSAGE,
        "rol": "politie_hovj",
        "ontvangers": [{"oin": VEILIG_THUIS.oin, "rol": "vt_medewerker"}],
        "inhoud": written,
    }


async def test_who_plans_sees_what_the_form_comes_to_and_what_is_remarkable(api: Api) -> None:
    written = content(1, 2, advies="niet_opleggen", risicosignalen=["wurging"])
    plan = await api.police("POST", "/plannen", form(written))
    assert plan.status_code == 200, plan.text
    told = plan.json()["rihg"]
    assert (told["inBeginselHuisverbod"], told["instrumentGeladen"]) == (True, False)
    assert told["regel"] == "2 of meer rode signalen in één onderdeel: in beginsel een huisverbod."
    assert told["onderdelen"][0] == {"onderdeel": "pleger", "niveau": "hoog", "aantalRood": 2}
    assert (told["risicosignalen"], told["risicosignalenMeegeteld"]) == (["wurging"], False)
    assert [(each["pointer"], each["code"]) for each in told["opmerkingen"]] == [
        ("/inhoud/advies", "wijkt_af")
    ]
    english = await api.police("POST", "/plannen", form(written), headers={"Accept-Language": "en"})
    assert english.json()["rihg"]["regel"] == "2 or more red signals in one part: in principle a ban."


async def test_who_reads_a_copy_sees_as_much_as_its_fields_tell(api: Api) -> None:
    api.exchange.hub.policy.choices["vt_medewerker"] = {"signalen": "deny", "risicosignalen": "deny"}
    written = content(1, 2, risicosignalen=["wurging"])
    whole, less = [await _read(api, written, hidden) for hidden in ((), ("aantal_rood_per_onderdeel",))]
    assert (whole["inBeginselHuisverbod"], whole["risicosignalen"]) == (True, None)
    assert (less["inBeginselHuisverbod"], [part["aantalRood"] for part in less["onderdelen"]]) == (
        None,
        [None, None, None],
    )


async def _read(api: Api, written: dict[str, Any], hidden: tuple[str, ...]) -> dict[str, Any]:
    """What is told of a copy of which reading hides these fields too."""
    api.exchange.hub.policy.reading = dict.fromkeys(hidden, "deny")
    sent = await api.police("POST", "/berichten", form(written))
    assert sent.status_code == 201, sent.text
    await api.exchange.vt.round()
    (entry,) = [
        each
        for each in (await api.ask(VEILIG_THUIS.oin, "GET", "/postvak", person=VT_READER)).json()
        if each["berichtId"] == sent.json()["berichtId"]
    ]
    path = f"/postvak/{entry['kopieId']}/_open"
    read = await api.ask(VEILIG_THUIS.oin, "POST", path, {"doel": "besluit"}, person=VT_READER)
    assert read.status_code == 200, read.text
    found: dict[str, Any] = read.json()["rihg"]
    return found


async def test_bad_input_every_mistake_of_the_form_is_named_before_the_hub_is_asked(api: Api) -> None:
    wrong = content(1, 2) | {
        "rihg_versie": "1850",
        "signalen": [{"nr": 77, "kleur": "geel", "toelichting": "x"}],
        "aantal_rood_per_onderdeel": [99],
    }
    assert await _refused(api, wrong) == [("/inhoud/rihg_versie", "versie")]
    assert await _refused(api, wrong | {"rihg_versie": "2009"}) == [
        ("/inhoud/signalen/0/nr", "nummer"),
        *[("/inhoud/signalen", "ontbreekt")] * 20,
        ("/inhoud/aantal_rood_per_onderdeel", "aantal"),
    ]
    assert api.exchange.hub.asked == []


async def test_bad_input_mistakes_of_schema_and_form_come_together(api: Api) -> None:
    wrong = content(1, 2) | {
        "aantal_rood_per_onderdeel": [1, 0, 0],
        "opvangadres": "verzonnen",
        "wapens": "ja",
    }
    assert sorted(await _refused(api, wrong)) == [
        ("/inhoud/aantal_rood_per_onderdeel", "telling"),
        ("/inhoud/opvangadres", "S_categorie_niet_in_schema"),
        ("/inhoud/wapens", "type"),
    ]
    shapeless = wrong | {"signalen": "alle"}
    assert ("/inhoud/signalen", "type") in await _refused(api, shapeless)


async def _refused(api: Api, written: dict[str, Any]) -> list[tuple[str, str]]:
    """The mistakes; the same ones when planning and when sending."""
    answers = [await api.police("POST", path, form(written)) for path in ("/plannen", "/berichten")]
    assert [answer.status_code for answer in answers] == [400, 400]
    planned, sent = [[(e["pointer"], e["code"]) for e in answer.json()["errors"]] for answer in answers]
    assert planned == sent
    return planned


async def test_a_message_of_another_type_tells_nothing_of_a_form(api: Api) -> None:
    report = form(example_content("besluit.hoorverslag")) | {"type": "besluit.hoorverslag"}
    plan = await api.ask(POLICE.oin, "POST", "/plannen", report, person=HOVJ_PERSON)
    assert (plan.status_code, plan.json()["rihg"]) == (200, None)


def test_the_instrument_of_the_settings_is_read_when_a_node_starts(tmp_path: Path) -> None:
    file = tmp_path / "rihg-2009.json"
    file.write_text(json.dumps(instrument()), encoding="utf-8")
    assert rihg_versions([file])["2009"].part_of[20] == "gezin"
    file.write_text(json.dumps(instrument() | {"signalen": []}), encoding="utf-8")
    with pytest.raises(SettingsError, match="Signaal 20 staat er niet één keer in"):
        rihg_versions([file])
    file.write_text("geen JSON", encoding="utf-8")
    for files in ([file], [tmp_path / "nergens.json"]):
        with pytest.raises(SettingsError, match="rihg_instruments"):
            rihg_versions(files)
