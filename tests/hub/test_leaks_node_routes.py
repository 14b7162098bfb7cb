"""Every route of a node for which the table names a decision is called, and the hub is really asked for that decision.

The node stands on a real hub; noted is which package of the policy each call reached.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from gateway.domain.clock import rfc3339
from gateway.hub.usecases.desk import Desk
from gateway.node.storage import emergencies, received, sent
from gateway.node.storage.rows import Quarantined
from tests.hub.asking import duty
from tests.hub.makers import NOW, POL, VT, RunningHub
from tests.hub.revoking import WITHOUT_LIMIT
from tests.hub.test_leaks_routes import NODE, Watched, Way, packages
from tests.hub.test_visible_lists import COLLEAGUE, COORDINATOR, OFFICER, UNKNOWN, notice
from tests.hub.with_nodes import HubWithNodes, hub_with_nodes
from tests.node.makers import KENNISGEVING, kennisgeving_content
from tests.node.people import AUDIENCE, token

# Where a case is not what the caller may change, the policy says no: it was asked all the same.
ANSWERED: Final = frozenset({200, 201, 202, 403, 404, 409})
DECIDED: Final = {route for route, way in NODE.items() if way not in {Way.OWN, Way.NOTHING_OF_CASES}}


@pytest.fixture
async def watched_exchange(hub: RunningHub, tmp_path: Path) -> AsyncIterator[tuple[HubWithNodes, Watched]]:
    watched = Watched(hub.parts.decider)
    parts = replace(hub.parts, decider=watched)
    async with hub_with_nodes(replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT)), tmp_path) as made:
        yield made, watched


async def call(
    whole: HubWithNodes, oin: str, staff: str, role: str, request: tuple[str, str, Any]
) -> httpx2.Response:
    method, path, body = request
    headers = {"Authorization": f"Bearer {token(staff, role, now=whole.hub.hands.now)}"}
    transport = httpx2.ASGITransport(whole.node(oin).app.app)
    async with httpx2.AsyncClient(transport=transport, base_url=AUDIENCE) as client:
        return await client.request(method, path, json=body, headers=headers)


def requests(
    case_id: str, message_id: str, copy_id: str, opening_id: str
) -> Mapping[tuple[str, str], tuple[str, Any]]:
    """Per route the path and body of a call by the sender's coordinator, or by the police for what it received."""
    message = {
        "zaakId": case_id,
        "type": KENNISGEVING,
        "rol": "vt_procescoordinator",
        "ontvangers": [{"oin": POL, "rol": "politie_hovj"}],
        "inhoud": kennisgeving_content(pleger_meerderjarig=True, zonder_weegteam=True),
    }
    role = "vt_procescoordinator"
    return {
        ("POST", "/v1/plannen"): ("/v1/plannen", message),
        ("POST", "/v1/berichten"): ("/v1/berichten", message),
        ("GET", "/v1/berichten"): ("/v1/berichten", None),
        ("GET", "/v1/berichten/{berichtId}"): (f"/v1/berichten/{message_id}", None),
        ("GET", "/v1/postvak"): ("/v1/postvak", None),
        ("POST", "/v1/postvak/{kopieId}/_open"): (f"/v1/postvak/{copy_id}/_open", {"doel": "screening"}),
        ("POST", "/v1/postvak/{kopieId}/_aanvaard"): (f"/v1/postvak/{copy_id}/_aanvaard", {}),
        ("GET", "/v1/postvak/{kopieId}/documenten"): (f"/v1/postvak/{copy_id}/documenten", None),
        ("GET", "/v1/signalen"): ("/v1/signalen", None),
        ("GET", "/v1/zaken/{zaakId}"): (f"/v1/zaken/{case_id}?rol={role}&doel=screening", None),
        ("POST", "/v1/zaken/{zaakId}/klokken/{klokId}/_afhandelen"): (
            f"/v1/zaken/{case_id}/klokken/A2~{copy_id}/_afhandelen",
            {"rol": role, "doel": "screening"},
        ),
        ("POST", "/v1/zaken/{zaakId}/klokken/{klokId}/_verlengen"): (
            f"/v1/zaken/{case_id}/klokken/A2~{copy_id}/_verlengen",
            {"rol": role, "doel": "screening", "reden": "onderzoek"},
        ),
        ("POST", "/v1/zaken/{zaakId}/_koppelen"): (
            f"/v1/zaken/{case_id}/_koppelen",
            {"rol": role, "eerdereZaakId": case_id},
        ),
        ("POST", "/v1/zaken/{zaakId}/_samenvoegen"): (
            f"/v1/zaken/{case_id}/_samenvoegen",
            {"rol": role, "voortgezetIn": case_id},
        ),
        ("POST", "/v1/zaken/{zaakId}/_overdragen"): (
            f"/v1/zaken/{case_id}/_overdragen",
            {"rol": role, "gemeentecode": "9901"},
        ),
        ("POST", "/v1/handelingen"): (
            "/v1/handelingen",
            {"zaakId": case_id, "handeling": "sluiten", "rol": role, "gebeurdOp": rfc3339(NOW)},
        ),
        ("GET", "/v1/noodopeningen"): ("/v1/noodopeningen", None),
        ("POST", "/v1/noodopeningen/{noodopeningId}/_nagekeken"): (
            f"/v1/noodopeningen/{opening_id}/_nagekeken",
            None,
        ),
    }


# Asks what opening the copy itself asks, by the same function; a copy with a document is opened in tests.node.
SAME_AS_OPENING: Final = ("GET", "/v1/postvak/{kopieId}/documenten/{veld}")


async def test_every_route_of_a_node_with_a_decision_really_asks_the_hub_for_it(
    watched_exchange: tuple[HubWithNodes, Watched],
) -> None:
    whole, watched = watched_exchange
    message_id, copy_id = await notice(whole)
    vt = whole.node(VT).parts
    assert (await duty(whole.hub.node(VT, "vt_procescoordinator", COORDINATOR.staff))).answer.status == 200
    opened = await _opened_in_an_emergency(whole, copy_id)
    case_id = await vt.database.read(lambda c: sent.find_message(c, message_id).case_id)  # type: ignore[union-attr]
    await _set_aside(whole, case_id)
    calls = requests(case_id, message_id, copy_id, opened)
    assert calls.keys() == DECIDED - {SAME_AS_OPENING}
    for route, (path, body) in calls.items():
        reads_mail = "postvak" in path or "noodopeningen" in path
        who = COLLEAGUE if "_nagekeken" in path else OFFICER if reads_mail else COORDINATOR
        oin, role = (POL, "politie_hovj") if reads_mail else (VT, "vt_procescoordinator")
        watched.asked.clear()
        answer = await call(whole, oin, who.staff, role, (route[0], path, body))
        assert answer.status_code in ANSWERED, (route, answer.text)
        assert packages(NODE[route]) <= set(watched.asked), (route, answer.text)


async def _opened_in_an_emergency(whole: HubWithNodes, copy_id: str) -> str:
    body = {"doel": "screening", "noodgeval": "Verzonnen spoed aan de deur."}
    request = ("POST", f"/v1/postvak/{copy_id}/_open", body)
    opened = await call(whole, POL, OFFICER.staff, "politie_hovj", request)
    assert opened.status_code == 200, opened.text
    police = whole.node(POL).parts
    (found,) = await police.database.read(lambda c: emergencies.openings_of(c, OFFICER.roles))
    return found.opening_id


async def _set_aside(whole: HubWithNodes, case_id: str) -> None:
    """Something to see in the signals of the coordinator."""
    refused = Quarantined(
        item_sha256="0" * 64,
        copy_id=UNKNOWN,
        case_id=case_id,
        role="vt_procescoordinator",
        number=None,
        reason="kopie-onleesbaar",
        item=b"",
        rejection=None,
        received_at=rfc3339(NOW),
    )
    await whole.node(VT).parts.database.write(lambda c: received.insert_quarantined(c, refused))
