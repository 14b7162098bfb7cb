"""AuthZEN at the door of a running hub: who may ask, what is decided, and one durable record of every call."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from audit.events import EventTag
from gateway.bootstrap import export_authorizations
from gateway.hub.policy.adl import AdlEvent, AdlRecord, Span
from gateway.hub.policy.authzen_question import CATEGORY_TYPE, ROLE_TYPE
from gateway.hub.policy.casebook_file import context_keys
from gateway.hub.storage.authorizations import authorization_lines
from gateway.hub.storage.changes import Clash
from gateway.hub.storage.tables import log_leaves
from gateway.hub.usecases.allowance import Allowance
from gateway.hub.usecases.authorization_log import AuthorizationLog
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer, start_policy_server
from tests.hub.doors import TRACEPARENT, OpenDoors, open_doors
from tests.hub.makers import POL, VT, RunningHub

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
CANARY = "Verzonnen Persoon 999990019"


FACTS: dict[str, Any] = {
    name: rule["default"] for name, rule in context_keys().items() if rule["default"] is not None
}
"""Every fact of a case in which nothing stands in the way, as the casebook writes it."""


def question(oin: str = POL, **facts: Any) -> dict[str, Any]:
    """May the police officer read this of a case that is being screened?"""
    return {
        "subject": {
            "type": ROLE_TYPE,
            "id": "politie_hovj",
            "properties": {"oin": oin, "organisatie": "politie", "naam": CANARY},
        },
        "action": {"name": "lezen"},
        "resource": {
            "type": CATEGORY_TYPE,
            "id": "vt_melding_inhoud",
            "properties": {"toestand": "screening", "eigenaar": VT},
        },
        "context": {"doel": "screening", "feiten": facts},
    }


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as found:
        yield found


async def records(hub: RunningHub) -> list[dict[str, Any]]:
    lines = await hub.parts.reader.read(lambda c: list(authorization_lines(c)))
    return [json.loads(line) for line in lines]


async def asked_at(doors: OpenDoors, path: str, body: dict[str, Any], oin: str = POL) -> Any:
    async with doors.client(oin) as client:
        headers = await doors.authorization(client, oin) | {"traceparent": TRACEPARENT}
        return await client.post(path, json=body, headers=headers)


@pytest.mark.real
async def test_a_system_of_an_agency_asks_and_the_policy_answers(doors: OpenDoors) -> None:
    answers = []
    for facts in ({}, FACTS, FACTS | {"toegewezen": False}):
        answers.append((await asked_at(doors, EVALUATION, question(**facts))).json())
        doors.running.hands.pass_time(timedelta(seconds=1))  # records are in the order of time
    assert [(answer["decision"], answer["context"]["regel"]) for answer in answers] == [
        (False, "P_feit_ontbreekt"),
        (True, "matrix"),
        (False, "G06_niet_toegewezen"),
    ]
    for answer, record in zip(answers, await records(doors.running), strict=True):
        assert record["body"]["adl.core.response"] == answer
        assert record["trace_id"] == TRACEPARENT[3:35]
        assert record["resource"]["controller.oin"] == POL
        assert record["attributes"]["adl.core.policies"] == {
            "opa-bundle": doors.running.parts.decider.revision
        }


def forwarding(third_party: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """May a casemanager of Veilig Thuis tell the third party who is involved? (case C136)"""
    return {
        "subject": {
            "type": ROLE_TYPE,
            "id": "casemanager_vt",
            "properties": {"oin": VT, "organisatie": "veilig_thuis"},
        },
        "action": {"name": "doorverstrekken"},
        "resource": {
            "type": CATEGORY_TYPE,
            "id": "identificerend",
            "properties": {"toestand": "opgelegd", "eigenaar": POL},
        },
        "context": {"doel": "kinderbescherming", "feiten": FACTS | facts, "derde": third_party},
    }


@pytest.mark.real
async def test_forwarding_needs_the_owner_and_a_third_party_that_may_have_it_itself(doors: OpenDoors) -> None:
    board = {
        "rol": "rvdk_raadsonderzoeker",
        "oin": "00000099000000006000",
        "organisatie": "rvdk",
        "doel": "kinderbescherming",
        "feiten": FACTS,
        "naam": CANARY,
    }
    asked = [
        forwarding(board, eigenaar_akkoord=True),
        forwarding(board, eigenaar_akkoord=False),
        forwarding({}, eigenaar_akkoord=True),
        forwarding(board | {"doel": "screening"}, eigenaar_akkoord=True),
        forwarding(board | {"feiten": {}}, eigenaar_akkoord=True),
    ]
    answers = [(await asked_at(doors, EVALUATION, each, VT)).json() for each in asked]
    assert [(answer["decision"], answer["context"]["regel"]) for answer in answers] == [
        (True, "matrix"),
        (False, "G18_doorverstrekken"),
        (False, "G18_doorverstrekken"),
        (False, "S_geen_leesdoel"),
        (False, "P_feit_ontbreekt"),
    ]
    kept = [record["body"]["adl.core.request"] for record in await records(doors.running)]
    assert CANARY not in json.dumps(kept)
    assert board["rol"] in [each["context"]["derde"].get("rol") for each in kept]


@pytest.mark.real
async def test_a_flood_of_one_agency_is_refused_and_costs_no_decision(
    opa: PolicyServer, tmp_path: Path
) -> None:
    url = sqlite_url(tmp_path / "hub.db")
    little = Allowance(per_second=0.001, burst=2)
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=url, advice=little
    ) as doors:
        police = [await asked_at(doors, EVALUATION, question(**FACTS)) for _ in range(3)]
        other = await asked_at(doors, EVALUATION, question(oin=VT), VT)
        assert [answer.status_code for answer in police] == [200, 200, 429]
        assert int(police[-1].headers["Retry-After"]) > 0
        assert other.status_code == 200
        assert len(await records(doors.running)) == 3


@pytest.mark.real
async def test_the_address_of_the_decision_point_is_that_of_the_hub(doors: OpenDoors) -> None:
    async with doors.client(POL) as client:
        said = (await client.get("/.well-known/authzen-configuration")).json()
    assert said["policy_decision_point"] == doors.url
    assert said["access_evaluation_endpoint"] == doors.url + EVALUATION


@pytest.mark.real
async def test_whoever_is_not_who_the_token_says_gets_no_decision_and_no_record(doors: OpenDoors) -> None:
    async with doors.client(POL) as police, doors.client(VT) as other:
        stolen = await doors.authorization(police, POL)
        answers = [
            await police.post(EVALUATION, json=question()),
            await other.post(EVALUATION, json=question(), headers=stolen),
        ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert await records(doors.running) == []


@pytest.mark.real
async def test_a_question_about_the_people_of_another_agency_is_refused_and_recorded(
    doors: OpenDoors,
) -> None:
    answer = await asked_at(doors, EVALUATION, question(oin=VT))
    assert (answer.status_code, answer.json()["code"]) == (403, "geweigerd")
    (record,) = await records(doors.running)
    assert record["status"] == "Error"


@pytest.mark.real
async def test_every_call_is_one_record_also_a_batch_and_one_that_fails(doors: OpenDoors) -> None:
    await asked_at(doors, EVALUATIONS, {"evaluations": [question(), question(), question()]})
    await asked_at(doors, EVALUATION, {"subject": {"type": "x"}})
    await asked_at(doors, "/access/v1/search/subject", question())
    found = await records(doors.running)
    assert sorted((each["event_name"], each["status"]) for each in found) == [
        ("adl.access_evaluation", "Error"),
        ("adl.access_evaluations", "Unset"),
        ("adl.search_subject", "Unset"),
    ]
    assert CANARY not in json.dumps(found)


@pytest.mark.real
async def test_without_a_decision_point_there_is_a_record_and_no_decision(tmp_path: Path) -> None:
    servers = start_policy_server(tmp_path)
    own = next(servers)
    async with open_doors(
        tmp_path, opa_port=own.port, revision=own.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as doors:
        own.server.stop()
        answer = await asked_at(doors, EVALUATION, question())
        (record,) = await records(doors.running)
    assert next(servers, None) is None
    assert (answer.status_code, answer.json()["code"]) == (503, "beslispunt-onbereikbaar")
    assert (record["status"], "adl.core.response" in record["body"]) == ("Error", False)


def record_of(span_id: str, **changes: Any) -> AdlRecord:
    record = AdlRecord(
        span=Span(trace_id="a" * 32, span_id=span_id),
        event=AdlEvent.EVALUATION,
        at=datetime(2026, 3, 1, 1, 10, tzinfo=UTC),
        request={"subject": {"id": "politie_hovj"}},
        response={"decision": False},
        revision="7-0123456789ab",
        controller=POL,
    )
    return replace(record, **changes)


async def test_the_same_record_again_is_kept_once_with_one_leaf(each_hub: RunningHub) -> None:
    log, record = AuthorizationLog(each_hub.parts), record_of("b" * 16)
    await log.store(record)
    await log.store(record)
    assert await records(each_hub) == [record.to_json()]
    bodies = await each_hub.parts.reader.read(lambda c: list(c.execute(select(log_leaves.c.body)).scalars()))
    found = [json.loads(body) for body in bodies]
    assert [(leaf["wat"], leaf["waarom"]["besluit_id"]) for leaf in found] == [
        (EventTag.AUTHORIZATION_DECIDED, record.key)
    ]


async def test_another_record_under_a_known_key_is_refused(each_hub: RunningHub) -> None:
    log, record = AuthorizationLog(each_hub.parts), record_of("b" * 16)
    await log.store(record)
    with pytest.raises(Clash):
        await log.store(replace(record, response={"decision": True}))
    assert await records(each_hub) == [record.to_json()]


async def test_the_log_is_exported_as_json_lines_while_the_hub_runs(hub: RunningHub, tmp_path: Path) -> None:
    later = record_of("c" * 16, at=datetime(2026, 3, 1, 2, 10, tzinfo=UTC))
    for record in (later, record_of("b" * 16)):
        await AuthorizationLog(hub.parts).store(record)
    url, out = sqlite_url(tmp_path / "hub.db"), tmp_path / "log.jsonl"
    number = await asyncio.to_thread(export_authorizations, url, out)
    lines = out.read_text("utf-8").splitlines()
    assert number == 2
    assert [json.loads(line) for line in lines] == [record_of("b" * 16).to_json(), later.to_json()]
