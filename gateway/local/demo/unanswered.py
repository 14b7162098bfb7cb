"""An alarm that nobody takes on: along the duty roster, from pager to pager, and in the end on the call list."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from gateway.domain.clock import rfc3339
from gateway.domain.urgency import Urgency
from gateway.hub.alarms.roster import PATIENCE
from gateway.local.agency_client import AgencyClient
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import eventually, expect, require
from gateway.local.demo.screen import Screen
from gateway.local.world import pager_address

ROLE: Final = "politie_wijkagent"
DUTIES: Final = {"pol-wijk-1": "piket-wijkagent", "pol-wijk-2": "piket-achterwacht"}
"""Who is on duty, in the order in which they are called, and the pager of that duty."""
_WAITED: Final = PATIENCE[Urgency.U1] + timedelta(minutes=1)


def hand_in_roster(cast: Cast, who: AgencyClient) -> None:
    """Both duties from now on, each with its pager, as the agency's planning would hand them in."""
    now = cast.now()
    between = f"{rfc3339(now - timedelta(hours=1))};{rfc3339(now + timedelta(hours=8))}"
    lines = [
        f"{ROLE};{staff};{between};{place};webhook;{pager_address(cast.exchange.ports, who.agency.oin, duty)}"
        for place, (staff, duty) in enumerate(DUTIES.items(), start=1)
    ]
    file = "\n".join(["rol;medewerker;van;tot;volgorde;kanaal;adres", *lines])
    body = {"rol": ROLE, "formaat": "csv", "bestand": file}
    expect(who.post("/diensten/_importeren", body), 200, "rooster van de wijkagent")


def play_unanswered(cast: Cast, screen: Screen, who: AgencyClient, case_id: str) -> None:
    """The alarm about a copy that the wijkagent has not taken on. Raises Surprise."""
    screen.step(
        "Niemand bij de politie pakt het verzoek op: de pieper van de wijkagent gaat af, en dan die erna"
    )
    short = case_id.replace("-", "")[:8]
    first = _paged(who, "piket-wijkagent", {"zaak": short, "urgentie": Urgency.U1.value})
    require(first["tekst"].startswith("SIMULATIE"), "de pieper zegt eerst dat dit een simulatie is")
    cast.put_ahead(_WAITED)
    _paged(who, "piket-achterwacht", {"alarmId": first["alarmId"]})
    cast.put_ahead(_WAITED)
    listed = _listed(who, first["alarmId"])
    called = [call["medewerker"] for call in listed["gebeld"]]
    require(called == list(DUTIES), f"gebeld zijn {list(DUTIES)}, niet {called}")
    rows = [
        [DUTIES[call["medewerker"]], call["medewerker"], "ja" if call["aangekomen"] else "nee"]
        for call in listed["gebeld"]
    ]
    screen.table("Wie er werd gebeld", ["pieper", "medewerker", "aangekomen"], rows)
    for line in first["tekst"].splitlines():
        screen.say(f"pieper: {line}")
    screen.good(
        "de waarschuwing staat op de bellijst, tot iemand haar overneemt; er staat niets in over mensen"
    )
    expect(who.post(f"/alarmen/{first['alarmId']}/_overnemen", {"rol": ROLE}), 200, "de wijkagent neemt over")
    require(
        all(each["alarmId"] != first["alarmId"] for each in _call_list(who)),
        "wat is overgenomen staat niet meer op de bellijst",
    )


def _paged(who: AgencyClient, duty: str, sought: Mapping[str, str]) -> dict[str, Any]:
    """The alarm with these members on the pager of that duty, once it went off."""

    def look() -> dict[str, Any] | None:
        mine = [page["alarm"] for page in who.pages() if page["dienst"] == duty]
        return next((alarm for alarm in mine if sought.items() <= alarm.items()), None)

    return eventually(look, f"de pieper {duty} gaat af")


def _listed(who: AgencyClient, alarm_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        return next((each for each in _call_list(who) if each["alarmId"] == alarm_id), None)

    return eventually(look, "de waarschuwing op de bellijst")


def _call_list(who: AgencyClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = expect(who.get(f"/bellijst?rol={ROLE}"), 200, "bellijst")["alarmen"]
    return found
