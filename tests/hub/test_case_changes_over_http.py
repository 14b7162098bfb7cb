"""Cases linked, merged and handed over through the HTTP routes of real nodes, by a real hub with the real policies."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.node.storage import received
from gateway.protocol.case_handover import CASE_HANDOVER, CaseHandover
from gateway.protocol.receipt import InboxItem
from tests.domain.makers import example_content
from tests.hub.makers import DWELLING, ELDERS, GEM, OM, POL, VT, RunningHub
from tests.hub.with_nodes import HubWithNodes, hub_with_nodes
from tests.node.people import AUDIENCE, token

COORDINATOR = ("vt-0001", "vt_procescoordinator")
JURIST, WIJKAGENT = ("gem-0002", "gemeente_jurist"), ("pol-0042", "politie_wijkagent")
NOWHERE = "00000000-0000-4000-8000-000000000000"
ELSEWHERE = "9902"


@dataclass(frozen=True)
class Nodes:
    """The HTTP faces of the nodes around one hub."""

    whole: HubWithNodes

    async def ask(
        self, oin: str, person: tuple[str, ...] | None, method: str, path: str, body: Any = None
    ) -> httpx2.Response:
        app, headers = self.whole.node(oin).app.app, dict[str, str]()
        if person is not None:
            headers["Authorization"] = f"Bearer {token(*person, now=self.whole.hub.hands.now)}"
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=AUDIENCE) as client:
            return await client.request(method, f"/v1{path}", json=body, headers=headers)

    async def change(
        self, oin: str, person: tuple[str, str], case_id: str, act: str, **members: Any
    ) -> httpx2.Response:
        return await self.ask(oin, person, "POST", f"/zaken/{case_id}/_{act}", {"rol": person[1], **members})

    async def hand_over(
        self, oin: str, person: tuple[str, str], case_id: str, to: str = ELSEWHERE
    ) -> httpx2.Response:
        return await self.change(oin, person, case_id, "overdragen", gemeentecode=to)

    async def handovers(self, oin: str, *person: str) -> list[dict[str, Any]]:
        reply = await self.ask(oin, person, "GET", "/zaakoverdrachten")
        assert reply.status_code == 200, reply.text
        found: list[dict[str, Any]] = reply.json()
        return found

    async def opened(self) -> str:
        """A new case of Veilig Thuis, over HTTP, with a copy for the municipality."""
        message = {
            "gemeentecode": DWELLING,
            "type": "screening.verzoek",
            "rol": COORDINATOR[1],
            "ontvangers": [{"oin": GEM, "rol": "gemeente_jurist"}],
            "inhoud": example_content(
                "screening.verzoek", pleger_meerderjarig=True, situatie="B_geen_acuut_hg"
            ),
        }
        sent = await self.ask(VT, COORDINATOR, "POST", "/berichten", message)
        assert (sent.status_code, sent.json().get("toestand")) == (201, "aangenomen"), sent.text
        return str(sent.json()["zaakId"])

    async def settle(self) -> None:
        await self.whole.settle()


@pytest.fixture
async def nodes(hub: RunningHub, tmp_path: Path) -> AsyncIterator[Nodes]:
    async with hub_with_nodes(hub, tmp_path) as whole:
        for oin in (VT, GEM, POL, ELDERS, OM):
            whole.node(oin)
        yield Nodes(whole)


async def two_cases(nodes: Nodes) -> tuple[str, str]:
    kept = await nodes.opened()
    nodes.whole.hub.hands.now = nodes.whole.hub.hands.now.replace(microsecond=500_000)
    return kept, await nodes.opened()


async def test_a_case_that_was_opened_twice_is_merged(nodes: Nodes) -> None:
    kept, double = await two_cases(nodes)
    merged = await nodes.change(VT, COORDINATOR, double, "samenvoegen", voortgezetIn=kept)
    assert merged.status_code == 201, merged.text
    assert merged.json() == {"zaakId": double, "voortgezetIn": kept, "aard": "samengevoegd"}
    again = await nodes.change(VT, COORDINATOR, double, "samenvoegen", voortgezetIn=kept)
    assert (again.status_code, again.json()["code"]) == (409, "zaak-samengevoegd")
    itself = await nodes.change(VT, COORDINATOR, kept, "samenvoegen", voortgezetIn=kept)
    assert (itself.status_code, itself.json()["code"]) == (409, "zelfde-zaak")


async def test_attack_a_case_that_is_not_yours_is_merged_nor_handed_over_as_if_it_were_not_there(
    nodes: Nodes,
) -> None:
    kept, double = await two_cases(nodes)
    outsider = ("eld-0001", "gemeente_jurist")
    for act, members in (
        ("samenvoegen", {"voortgezetIn": kept}),
        ("overdragen", {"gemeentecode": ELSEWHERE}),
    ):
        hidden = await nodes.change(ELDERS, outsider, double, act, **members)
        unknown = await nodes.change(ELDERS, outsider, NOWHERE, act, **members)
        assert hidden.status_code == unknown.status_code == 404
        assert _without_trace(hidden) == _without_trace(unknown)
        assert kept not in hidden.text.replace(hidden.json()["instance"], "")


async def test_who_may_not_change_a_case_is_refused_with_the_rule(nodes: Nodes) -> None:
    kept, double = await two_cases(nodes)
    pretender = await nodes.change(
        VT, COORDINATOR, double, "samenvoegen", voortgezetIn=kept, rol="gemeente_jurist"
    )
    assert pretender.status_code == 403, pretender.text
    stranger = await nodes.ask(
        VT, None, "POST", f"/zaken/{double}/_samenvoegen", {"rol": COORDINATOR[1], "voortgezetIn": kept}
    )
    assert stranger.status_code == 401
    not_assigned = await nodes.hand_over(GEM, JURIST, kept)
    assert (not_assigned.status_code, not_assigned.json()["regel"]) == (403, "G06_niet_toegewezen")
    agent = await nodes.hand_over(POL, WIJKAGENT, kept)
    assert (agent.status_code, agent.json()["regel"]) == (403, "A_zaakrol")


@pytest.mark.parametrize(
    ("act", "members", "pointer"),
    [
        ("overdragen", {"gemeentecode": "99"}, "/gemeentecode"),
        ("overdragen", {}, "/gemeentecode"),
        ("overdragen", {"gemeentecode": ELSEWHERE, "waarom": "verhuisd"}, "/waarom"),
        ("samenvoegen", {"voortgezetIn": "geen-id"}, "/voortgezetIn"),
        ("koppelen", {}, "/eerdereZaakId"),
    ],
)
async def test_a_body_that_is_not_of_its_route_is_refused_with_the_place(
    nodes: Nodes, act: str, members: dict[str, str], pointer: str
) -> None:
    reply = await nodes.change(VT, COORDINATOR, NOWHERE, act, **members)
    assert reply.status_code == 400, reply.text
    assert pointer in [cause["pointer"] for cause in reply.json()["errors"]]


async def test_a_handover_to_nobody_and_to_the_same_place_is_refused_and_nobody_is_told(nodes: Nodes) -> None:
    case_id = await nodes.opened()
    nobody = await nodes.hand_over(VT, COORDINATOR, case_id, "0000")
    assert (nobody.status_code, nobody.json()["errors"][0]["code"]) == (400, "niet_aangesloten")
    same = await nodes.hand_over(VT, COORDINATOR, case_id, DWELLING)
    assert (same.status_code, same.json()["code"]) == (409, "zelfde-gemeente")
    await nodes.settle()
    for oin, person in ((ELDERS, ("eld-0001", "gemeente_jurist")), (VT, COORDINATOR), (GEM, JURIST)):
        assert await nodes.handovers(oin, *person) == []


async def test_who_becomes_competent_and_who_no_longer_is_are_told_of_a_handover(nodes: Nodes) -> None:
    case_id = await nodes.opened()
    assert await nodes.handovers(ELDERS, "eld-0001", "gemeente_jurist") == []
    moved = await nodes.hand_over(VT, COORDINATOR, case_id)
    assert (moved.status_code, moved.json()["gemeentecode"]) == (201, ELSEWHERE), moved.text
    await nodes.settle()
    told = {
        "zaakId": case_id,
        "vanGemeente": DWELLING,
        "naarGemeente": ELSEWHERE,
        "overgedragenOp": (await nodes.handovers(VT, *COORDINATOR))[0]["overgedragenOp"],
    }
    assert await nodes.handovers(ELDERS, "eld-0001", "gemeente_jurist") == [told | {"positie": "bevoegd"}]
    assert await nodes.handovers(ELDERS, "eld-0009", "burgemeester") == [told | {"positie": "bevoegd"}]
    assert await nodes.handovers(GEM, *JURIST) == [told | {"positie": "niet_meer_bevoegd"}]
    assert await nodes.handovers(VT, *COORDINATOR) == [told | {"positie": "betrokken"}]
    assert await nodes.handovers(POL, "pol-0007", "politie_hovj") == [told | {"positie": "betrokken"}]
    taken_up = await nodes.ask(
        ELDERS,
        ("eld-0001", "gemeente_jurist"),
        "POST",
        "/toewijzingen",
        {"zaakId": case_id, "medewerker": "eld-0001", "rol": "gemeente_jurist", "kant": "neutraal"},
    )
    assert taken_up.status_code in {200, 201}, taken_up.text


async def test_attack_others_than_those_who_must_know_hear_nothing_of_a_handover(nodes: Nodes) -> None:
    """Neither an agency without a part in the case, nor colleagues in another role; and no item holds anything more."""
    case_id = await nodes.opened()
    assert (await nodes.hand_over(VT, COORDINATOR, case_id)).status_code == 201
    await nodes.whole.post()
    assert nodes.whole.inboxes.of(OM).waiting == {True: [], False: []}
    items = list(nodes.whole.inboxes.of(ELDERS).waiting[False])
    (item,) = (each for each in map(InboxItem.parse_bytes, items) if each.soort == "zaakoverdracht")
    key = nodes.whole.hub.world.registry.hub_key
    notice = CaseHandover.parse_bytes(key.verify(item.jws, typ=CASE_HANDOVER))
    assert (notice.organisatie, notice.rollen) == (ELDERS, ["burgemeester", "gemeente_jurist"])
    await nodes.settle()
    assert await nodes.handovers(OM, "om-0001", "om_ovj_zsm") == []
    assert await nodes.handovers(ELDERS, "eld-0002", "casemanager_gemeente") == []
    assert await nodes.handovers(POL, *WIJKAGENT) == []


async def test_a_notice_of_a_handover_comes_once_however_often_and_only_from_the_hub_to_us(
    nodes: Nodes,
) -> None:
    case_id, elders = await nodes.opened(), nodes.whole.node(ELDERS)
    assert (await nodes.hand_over(VT, COORDINATOR, case_id)).status_code == 201
    await nodes.whole.post()
    (data,) = elders.inbox.waiting[False]
    elders.inbox.put(data)
    notice = InboxItem.parse_bytes(data)
    for_others = nodes.whole.inboxes.of(VT).waiting[False]
    misdelivered = next(d for d in for_others if InboxItem.parse_bytes(d).soort == "zaakoverdracht")
    elders.inbox.put(misdelivered)
    key = nodes.whole.hub.world.signing[VT]
    told = CaseHandover.parse_bytes(
        nodes.whole.hub.world.registry.hub_key.verify(notice.jws, typ=CASE_HANDOVER)
    )
    forged = told.model_copy(update={"zaak_id": NOWHERE})
    elders.inbox.put(InboxItem(soort="zaakoverdracht", jws=key.sign(forged, typ=CASE_HANDOVER)).canonical())
    await nodes.settle()
    shown = await nodes.handovers(ELDERS, "eld-0001", "gemeente_jurist")
    assert [each["zaakId"] for each in shown] == [case_id]
    assert len(await elders.parts.database.read(received.quarantined)) == 2


async def test_a_case_that_comes_back_is_told_as_well(nodes: Nodes) -> None:
    case_id = await nodes.opened()
    assert (await nodes.hand_over(VT, COORDINATOR, case_id)).status_code == 201
    nodes.whole.hub.hands.now = nodes.whole.hub.hands.now.replace(microsecond=700_000)
    back = await nodes.hand_over(VT, COORDINATOR, case_id, DWELLING)
    assert back.status_code == 201, back.text
    await nodes.settle()
    places = [each["positie"] for each in await nodes.handovers(GEM, *JURIST)]
    assert places == ["bevoegd", "niet_meer_bevoegd"]


def _without_trace(reply: httpx2.Response) -> dict[str, Any]:
    return {name: value for name, value in reply.json().items() if name not in {"traceId", "instance"}}
