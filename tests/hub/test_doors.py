"""Both doors give the same answers, byte for byte; and each admits only whom it should."""

import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from audit.checkpoint import open_checkpoint
from audit.note import VerifierKey
from gateway.hub.usecases.allowance import DEFAULT_ALLOWANCES, Allowance
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import MAX_JSON_BYTES
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import (
    DWELLING,
    ELDERS,
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    VERZOEK,
    VERZOEK_FACTS,
    VT,
    notify_police,
    open_case,
)

pytestmark = pytest.mark.real


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as found:
        yield found


def plan_body(case_id: str, **changes: Any) -> bytes:
    question = {
        "type": KENNISGEVING,
        "zaakId": case_id,
        "afzender": {"rol": "vt_procescoordinator", "medewerker": "vt-0001"},
        "feiten": KENNISGEVING_FACTS,
        "ontvangers": [{"oin": POL, "rol": "politie_hovj"}, {"oin": POL, "rol": "politie_wijkagent"}],
    }
    return json.dumps(question | changes).encode()


async def test_both_doors_give_the_same_bytes_for_every_kind_of_answer(doors: OpenDoors) -> None:
    case = await open_case(doors.running)
    stale_plan = await case.vt.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
    stale = case.vt.draft(stale_plan.answer.body | {"revisie": "6-oud"}, KENNISGEVING_FACTS)
    sent = await notify_police(case)
    police = doors.running.node(POL, "politie_hovj", "pol-0007")
    opener = {"rol": "vt_procescoordinator", "medewerker": "vt-0001"}
    view = {"soort": "zaak", "zaakId": case.case_id, "door": opener, "doel": "screening"}
    act = {
        "soort": "handeling",
        "zaakId": case.case_id,
        "handeling": "sluiten",
        "door": {"rol": "vt_procescoordinator", "medewerker": "vt-0001"},
        "feiten": {},
        "gebeurdOp": "2020-01-01T00:00:00Z",
        "vastgelegdOp": "2020-01-01T00:00:00Z",
    }
    hovj = {"rol": "politie_hovj", "medewerker": "pol-0007"}
    reading = {"kopieId": sent.copies[0][0].kopie_id, "lezer": hovj, "doel": None}
    facts = {"pleger_meerderjarig": True, "zonder_weegteam": False, "spoedeisendheid": "nu"}
    questions = [
        (Verb.PLAN, VT, plan_body(case.case_id, feiten=facts), 200),
        (Verb.PLAN, VT, plan_body(case.case_id, feiten={"verzonnen": "x"}), 400),
        (Verb.PLAN, VT, plan_body(str(uuid4())), 404),
        (Verb.PLAN, POL, plan_body(case.case_id), 403),
        (Verb.PLAN, VT, b"{", 400),
        (Verb.SUBMIT, VT, sent.body, 200),
        (Verb.SUBMIT, POL, sent.body, 400),
        (Verb.SUBMIT, VT, stale.body, 409),
        (Verb.RECEIPT, POL, police.receipt(sent, "technisch"), 200),
        (
            Verb.RECEIPT,
            GEM,
            doors.running.node(GEM, "politie_hovj", "g").receipt(sent, "technisch", of=POL),
            404,
        ),
        (Verb.READ, POL, json.dumps(reading).encode(), 403),
        (Verb.DECIDE, VT, json.dumps(view).encode(), 200),
        (Verb.DECIDE, VT, json.dumps(act).encode(), 400),
        (Verb.DECIDE, VT, b'{"soort":"onbekend"}', 400),
    ]
    for verb, oin, body, status in questions:
        one, other = await doors.over_nats(verb, oin, body), await doors.over_https(verb, oin, body)
        assert one == other, (verb, status)
        assert one.status == status, (verb, one.json)


async def test_a_flood_is_refused_with_the_time_to_wait_and_others_are_served(
    opa: PolicyServer, tmp_path: Path
) -> None:
    allowances = dict(DEFAULT_ALLOWANCES) | {Verb.PLAN: Allowance(per_second=0.01, burst=3)}
    async with open_doors(
        tmp_path,
        opa_port=opa.port,
        revision=opa.revision,
        database_url=sqlite_url(tmp_path / "hub.db"),
        allowances=allowances,
    ) as doors:
        body = plan_body(str(uuid4()))
        for _ in range(3):
            assert (await doors.over_nats(Verb.PLAN, VT, body)).status == 404
        flooded = [await doors.over_nats(Verb.PLAN, VT, body), await doors.over_https(Verb.PLAN, VT, body)]
        for heard in flooded:
            assert heard.status == 429
            assert heard.json["code"] == "te-veel-verzoeken"
            assert 1 <= int(heard.retry_after or 0) <= 100
        assert (await doors.over_nats(Verb.PLAN, POL, body)).status == 404


async def test_confused_deputy_the_certificate_of_one_with_the_token_of_another_is_nobody(
    doors: OpenDoors,
) -> None:
    async with doors.client(VT) as vt, doors.client(POL) as police:
        token = await doors.authorization(vt, VT)
        body = plan_body(str(uuid4()))
        stolen = await police.post("/v1/plannen", content=body, headers=token)
        assert stolen.status_code == 401
        no_token = await police.post("/v1/plannen", content=body)
        assert no_token.status_code == 401
        assert no_token.headers["content-type"] == "application/problem+json"
        own = await vt.post("/v1/plannen", content=body, headers=token)
        assert own.status_code == 404


async def test_without_a_client_certificate_nobody_gets_in(doors: OpenDoors) -> None:
    context = ssl.create_default_context(cafile=str(doors.running.world.folder.trust_anchor))
    async with httpx2.AsyncClient(base_url=doors.url, verify=context) as client:
        with pytest.raises((httpx2.HTTPError, OSError)):
            await client.post("/v1/plannen", content=b"{}")


async def test_anyone_taking_part_can_check_registry_checkpoint_and_proofs(doors: OpenDoors) -> None:
    await open_case(doors.running)
    async with doors.client(ELDERS) as client:
        headers = await doors.authorization(client, ELDERS)
        registry = await client.get("/v1/deelnemers", headers=headers)
        assert registry.content == doors.running.world.folder.registry.read_bytes()
        note = (await client.get("/v1/logboek/controlepunt", headers=headers)).text
        head = open_checkpoint(note, VerifierKey.parse(doors.running.world.registry.log_key)).checkpoint
        assert head.size > 4
        proof = await client.get(f"/v1/logboek/bewijs?blad=0&omvang={head.size}", headers=headers)
        assert proof.status_code == 200
        assert proof.json()["pad"]
        grown = await client.get(f"/v1/logboek/samenhang?van=1&tot={head.size}", headers=headers)
        assert grown.status_code == 200
        for query in (f"blad={head.size}&omvang={head.size}", f"blad=0&omvang={head.size + 1000}", "blad=x"):
            wrong = await client.get(f"/v1/logboek/bewijs?{query}", headers=headers)
            assert wrong.status_code == 400, query


async def test_health_names_each_part(doors: OpenDoors) -> None:
    async with doors.client(VT) as client:
        sound = await client.get("/health")
        assert (sound.status_code, sound.json()["beslispunt"]) == (200, "in orde")
        doors.nats.server.kill()
        for _ in range(600):
            broken = await client.get("/health")
            if broken.status_code == 503:
                break
        assert broken.json() == {
            "status": "niet in orde",
            "database": "in orde",
            "nats": "niet in orde",
            "doorgifte": "in orde",
            "beslispunt": "in orde",
            "register": "in orde",
        }


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(doors: OpenDoors) -> None:
    async with doors.client(VT) as client:
        headers = await doors.authorization(client, VT)
        answer = await client.post("/v1/inzendingen", content=b"0" * (MAX_JSON_BYTES + 1), headers=headers)
        assert answer.status_code == 413
    assert VERZOEK
    assert VERZOEK_FACTS
    assert DWELLING
