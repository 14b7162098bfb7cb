"""A case up to the planned screening, and notices in it to the police that can be told apart by their number."""

from collections.abc import Mapping
from typing import Any

from gateway.local.agency_client import AgencyClient, Reply
from gateway.local.demo import contents
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS, VOORBEELDSTAD

COORDINATOR = "vt_procescoordinator"
TEAM = [
    {"oin": POLICE.oin, "rol": "politie_weegteam"},
    {"oin": MUNICIPALITY.oin, "rol": "gemeente_jurist"},
]
POLICE_ROLES = ("politie_hovj", "politie_wijkagent")
NOTICE = "screening.gepland.kennisgeving"


def accepted(reply: Reply) -> Mapping[str, Any]:
    """What the node showed of a message that the hub accepted."""
    assert reply.status == 201, reply.body
    body: Mapping[str, Any] = reply.body
    return body


def request_body() -> dict[str, Any]:
    """A request for a screening, which opens a case."""
    return {
        "type": "screening.verzoek",
        "rol": COORDINATOR,
        "doel": "weging",
        "gemeentecode": VOORBEELDSTAD,
        "ontvangers": [{"oin": VEILIG_THUIS.oin, "rol": COORDINATOR}, *TEAM],
        "inhoud": contents.request(VOORBEELDSTAD),
    }


def planned_case(coordinator: AgencyClient) -> list[Mapping[str, Any]]:
    """Opens a case in which the police may be notified: the three messages of it, the advice last."""
    asked = accepted(coordinator.post("/berichten", request_body()))
    base = {"rol": COORDINATOR, "doel": "weging", "zaakId": asked["zaakId"], "ontvangers": TEAM}
    invitation = contents.invitation(asked["berichtId"], VOORBEELDSTAD)
    advice = contents.advice(asked["berichtId"], TEAM)
    steps = (("weegteam.uitnodiging", invitation), ("weegteam.advies", advice))
    return [
        asked,
        *(accepted(coordinator.post("/berichten", base | {"type": t, "inhoud": c})) for t, c in steps),
    ]


def roles_at_the_police(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """The roles of the police that get a copy of a message, as its sender was told."""
    deliveries = [d for d in sent["afleveringen"] if d["oin"] == POLICE.oin and d["status"] != "vervallen"]
    return tuple(d["rol"] for d in deliveries)


def notice_body(
    case_id: str, advice_id: str, *, message_id: str, number: int, urgent: bool = False
) -> dict[str, Any]:
    """A notice to two roles of the police. Its number stands in a text that the duty officer gets."""
    content = contents.notice(advice_id, VOORBEELDSTAD)
    content["onderbouwing_gevaar"] = numbered(number)
    content["spoedeisendheid"] = "nu" if urgent else "vandaag"
    return {
        "berichtId": message_id,
        "type": NOTICE,
        "zaakId": case_id,
        "rol": COORDINATOR,
        "doel": "screening",
        "ontvangers": [{"oin": POLICE.oin, "rol": role} for role in POLICE_ROLES],
        "inhoud": content,
    }


def numbered(number: int) -> str:
    """The text by which the number of a notice is known."""
    return f"Verzonnen onderbouwing nummer {number}"
