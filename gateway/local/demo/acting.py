"""What people in the demo do at their own node: send, wait for what arrives, open, take on."""

from typing import Any

from gateway.local.agency_client import AgencyClient
from gateway.local.demo.expectation import eventually, expect
from gateway.local.registry_file import Agency


def to(agency: Agency, *roles: str) -> list[dict[str, str]]:
    """The agency as a recipient, in each of these roles."""
    return [{"oin": agency.oin, "rol": role} for role in roles]


def send(
    who: AgencyClient,
    name: str,
    content: dict[str, Any],
    recipients: list[dict[str, str]],
    **how: str | None,
) -> dict[str, Any]:
    """Sends, and gives the answer. `how` are the other members of the body: zaakId, rol, doel, inAntwoordOp ...

    Raises Surprise when it is not accepted.
    """
    sent: dict[str, Any] = expect(
        who.post("/berichten", draft(name, content, recipients, **how)), 201, name
    ).body
    return sent


def draft(
    name: str, content: dict[str, Any], recipients: list[dict[str, str]], **how: str | None
) -> dict[str, Any]:
    """The body of a message to send or to plan."""
    body: dict[str, Any] = {"type": name, "ontvangers": recipients, "inhoud": content}
    return body | {key: value for key, value in how.items() if value is not None}


def arrived(who: AgencyClient, message_id: str) -> str:
    """The id of the copy of this message in the person's mailbox, once it is there and was handed over."""

    def look() -> str | None:
        for copy in expect(who.get("/postvak"), 200, "postvak").body:
            if copy["berichtId"] == message_id and "functioneel" in kinds(copy):
                return str(copy["kopieId"])
        return None

    return eventually(look, f"{message_id} in het postvak van {who.person}")


def take_on(who: AgencyClient, message_id: str) -> None:
    """The person takes on what the message asks. Raises Surprise when the hub does not hear of it."""
    expect(
        who.post(f"/postvak/{arrived(who, message_id)}/_aanvaard", {"kant": "neutraal"}),
        200,
        f"{who.person} neemt aan",
    )


def read(who: AgencyClient, message_id: str, purpose: str) -> dict[str, Any]:
    """What the person sees of the copy, and what not and why. Raises Surprise when it may not be opened."""
    found: dict[str, Any] = expect(
        who.post(f"/postvak/{arrived(who, message_id)}/_open", {"doel": purpose}),
        200,
        f"{who.person} leest met doel {purpose}",
    ).body
    return found


def kinds(entry: dict[str, Any]) -> list[str]:
    """The receipts of a copy or delivery, by kind."""
    return [receipt["soort"] for receipt in entry["ontvangsten"]]
