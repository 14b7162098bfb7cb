"""Rosters, registers and alarms from the node's API to the real hub and back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.clock import rfc3339
from gateway.local.registry_file import MUNICIPALITY, POLICE
from gateway.node.storage.emergencies import is_on_duty
from tests.alarms.duty import caller, raise_alarm, rounds
from tests.hub.conftest import PolicyServer, opa
from tests.hub.makers import RunningHub
from tests.node.desk_link import exchange_on_a_real_hub
from tests.node.makers import NOW, Exchange
from tests.node.test_http import Api

__all__ = ["opa"]
HOVJ, SECOND, MAYOR = ("pol-0007", "politie_hovj"), ("pol-0008", "politie_hovj"), ("bgm-1", "burgemeester")
ROSTER = (
    "rol;medewerker;van;tot;volgorde;kanaal;adres\n"
    "politie_hovj;pol-0007;2026-11-24 00:00;2026-11-24 12:00;1;mail;piket-hovj@politie.example\n"
    "politie_hovj;pol-0008;2026-11-24 00:00;2026-11-24 12:00;2;;\n"
)
PERIOD = {"van": rfc3339(NOW), "tot": rfc3339(NOW + timedelta(days=1))}


@pytest.fixture
async def real(tmp_path: Path, opa: PolicyServer) -> AsyncIterator[tuple[Exchange, RunningHub]]:
    async with exchange_on_a_real_hub(tmp_path, opa) as made:
        yield made


async def police(api: Api, method: str, path: str, body: Any = None, person: tuple[str, ...] = HOVJ) -> Any:
    return await api.ask(POLICE.oin, method, path, body, person=person)


async def imported(api: Api, text: str = ROSTER) -> Any:
    body = {"rol": "politie_hovj", "formaat": "csv", "bestand": text}
    return await police(api, "POST", "/diensten/_importeren", body)


async def duties(api: Api) -> list[tuple[str, str, list[str]]]:
    query = f"rol=politie_hovj&van={PERIOD['van']}&tot={PERIOD['tot']}"
    shown = (await police(api, "GET", f"/diensten?{query}")).json()["diensten"]
    return sorted((each["medewerker"], each["tot"], each["kanalen"]) for each in shown)


async def test_a_roster_is_imported_shown_and_kept_by_the_node(real: tuple[Exchange, RunningHub]) -> None:
    exchange, _ = real
    api = Api(exchange)
    answer = await imported(api)
    assert (answer.status_code, answer.json()["diensten"]) == (200, 2), answer.text
    end = "2026-11-24T11:00:00.000Z"
    assert await duties(api) == [("pol-0007", end, ["mail"]), ("pol-0008", end, [])]
    for staff in ("pol-0007", "pol-0008"):
        assert await real_duty(exchange, staff)


async def test_a_roster_with_a_mistake_leaves_everything_as_it_was(real: tuple[Exchange, RunningHub]) -> None:
    """Of the file and of the hub alike; each by its line, without what stands there."""
    api = Api(real[0])
    assert (await imported(api)).status_code == 200
    before = await duties(api)
    wrong = ROSTER.replace("piket-hovj@politie.example", "jan.verzonnen@politie.example").replace(
        "pol-0008;2026-11-24 00:00;2026-11-24 12:00", "Jan Verzonnen;2026-11-24 00:00;2027-11-24 12:00"
    )
    refused = await imported(api, wrong)
    assert refused.status_code == 400
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/regels/0/adres", "adres"),
        ("/regels/1/medewerker", "medewerker_ref"),
        ("/regels/1/tot", "tot"),
    ]
    assert refused.json()["errors"][1]["detail"].startswith("Regel 3:")
    assert "erzonnen" not in refused.text
    unreadable = await imported(api, ROSTER.replace("2026-11-24 00:00", "ooit"))
    assert {e["code"] for e in unreadable.json()["errors"]} == {"van"}
    assert await duties(api) == before


@pytest.mark.parametrize(
    "address",
    ["piket@elders.example", "https://10.0.0.1/piket", "http://politie.example/piket", "piket@politie"],
)
async def test_attack_an_address_outside_what_was_agreed(
    real: tuple[Exchange, RunningHub], address: str
) -> None:
    """Neither another domain nor a machine inside the hub's own network."""
    channel = "webhook" if address.startswith("http") else "mail"
    text = ROSTER.replace("mail;piket-hovj@politie.example", f"{channel};{address}")
    refused = await imported(Api(real[0]), text)
    assert refused.status_code == 400
    assert {e["pointer"] for e in refused.json()["errors"]} == {"/regels/0/adres"}


async def test_attack_a_roster_for_a_role_that_is_not_yours(real: tuple[Exchange, RunningHub]) -> None:
    """A HOvJ puts nobody on duty in another role, and no agency in one of another kind."""
    api = Api(real[0])
    for role in ("politie_wijkagent", "burgemeester"):
        refused = await imported(api, ROSTER.replace("politie_hovj;pol-0008", f"{role};pol-0008"))
        assert refused.status_code == 403
    assert await duties(api) == []


async def test_somebody_takes_a_duty_for_a_while(real: tuple[Exchange, RunningHub]) -> None:
    api = Api(real[0])
    await imported(api)
    body = {"rol": "politie_hovj", "medewerker": "pol-0007", "vervanger": "pol-0009"} | {
        "van": rfc3339(NOW + timedelta(hours=2)),
        "tot": rfc3339(NOW + timedelta(hours=4)),
    }
    passed = await police(api, "POST", "/diensten/_vervangen", body)
    assert passed.status_code == 200, passed.text
    assert [who for who, _, _ in await duties(api)] == ["pol-0007", "pol-0007", "pol-0008", "pol-0009"]
    again = await police(api, "POST", "/diensten/_vervangen", body)
    assert (again.status_code, again.json()["code"]) == (409, "geen-dienst")


async def test_an_alarm_on_the_call_list_is_taken_on_by_the_successor(
    real: tuple[Exchange, RunningHub],
) -> None:
    exchange, hub = real
    api = Api(exchange)
    await imported(api)
    body = {"rol": "politie_hovj", "medewerker": "pol-0008", "opvolger": "pol-0009"}
    handed = await police(api, "POST", "/diensten/_overdragen", body)
    assert handed.status_code == 200, handed.text
    assert await real_duty(exchange, "pol-0009")
    assert not await real_duty(exchange, "pol-0008")
    alarm_id = await raise_alarm(hub)
    await rounds(caller(hub), 4)
    listed = (await police(api, "GET", "/bellijst?rol=politie_hovj")).json()["alarmen"]
    assert [each["alarmId"] for each in listed] == [alarm_id]
    path = f"/alarmen/{alarm_id}/_overnemen"
    before = await police(api, "POST", path, {"rol": "politie_hovj"}, person=SECOND)
    assert before.status_code == 403
    taken = await police(api, "POST", path, {"rol": "politie_hovj"}, person=("pol-0009", "politie_hovj"))
    assert (taken.status_code, taken.json()["doorU"]) == (200, True)
    assert (await police(api, "GET", "/bellijst?rol=politie_hovj")).json()["alarmen"] == []


async def real_duty(exchange: Exchange, staff: str) -> bool:
    """Whether the node's own copy of the roster has this HOvJ on duty."""
    database = exchange.node(POLICE).parts.database
    return await database.read(lambda c: is_on_duty(c, role="politie_hovj", staff=staff, now=rfc3339(NOW)))


async def test_a_mandate_is_given_by_the_burgemeester_and_seen_by_the_police(
    real: tuple[Exchange, RunningHub],
) -> None:
    api = Api(real[0])
    body = {
        "rol": "burgemeester",
        "gemeentecode": "9901",
        "soort": "beslissing",
        "houderOin": POLICE.oin,
        "houderRol": "politie_hovj",
        "houder": "pol-0007",
        **PERIOD,
    }
    given = await api.ask(MUNICIPALITY.oin, "POST", "/mandaten", body, person=MAYOR)
    assert given.status_code == 201, given.text
    mandate_id = given.json()["mandaatId"]
    seen = (await police(api, "GET", "/registers?rol=politie_hovj")).json()["mandaten"]
    assert [each["mandaatId"] for each in seen] == [mandate_id]
    refused = await police(api, "POST", f"/mandaten/{mandate_id}/_intrekken", {"rol": "politie_hovj"})
    assert refused.status_code == 404
    path = f"/mandaten/{mandate_id}/_intrekken"
    ended = await api.ask(MUNICIPALITY.oin, "POST", path, {"rol": "burgemeester"}, person=MAYOR)
    assert ended.status_code == 200
    pretender = await api.ask(
        MUNICIPALITY.oin, "POST", "/mandaten", body, person=("jur-1", "gemeente_jurist")
    )
    assert pretender.status_code == 403


async def test_statements_and_pilots_pass_the_same_way(real: tuple[Exchange, RunningHub]) -> None:
    """What the hub says of them comes back as it is: an unknown case, a role that may not, a flag that may not."""
    api = Api(real[0])
    stated = {"zaakId": "3f2a91c0-1111-4111-8111-0123456789ab", "soort": "burgemeester_akkoord"}
    agreed = stated | {"rol": "burgemeester", "besluit": "opleggen", **PERIOD}
    assert (await api.ask(MUNICIPALITY.oin, "POST", "/verklaringen", agreed, person=MAYOR)).status_code == 404
    text = 'regio = "verzonnen"\ngemeenten = ["9901"]\nsimulatie = false\n[vlaggen]\n'
    pilot = {"rol": "burgemeester", "gemeentecode": "9901", "instellingen": text, **PERIOD}
    made = await api.ask(MUNICIPALITY.oin, "POST", "/proeven", pilot, person=MAYOR)
    assert made.status_code == 201, made.text
    ended = await api.ask(
        MUNICIPALITY.oin,
        "POST",
        f"/proeven/{made.json()['proefId']}/_intrekken",
        {"rol": "burgemeester"},
        person=MAYOR,
    )
    assert ended.json()["ingetrokkenOp"] == rfc3339(NOW)
    unlawful = pilot | {"instellingen": text + "eerste_termijn_dagen = 14\n"}
    refused = await api.ask(MUNICIPALITY.oin, "POST", "/proeven", unlawful, person=MAYOR)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "wetswijziging_nodig")
