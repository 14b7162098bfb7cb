"""AuthZEN 1.0: the certification scenario on a fixture policy in a real OPA, and what the scenario leaves open."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.domain.errors import Refused
from gateway.domain.identifiers import Oin
from gateway.hub.http.authzen_request import MAX_ITEMS
from gateway.hub.policy.authzen import Evaluated, Evaluation
from gateway.hub.policy.refusals import DecisionUnavailable, NoDecision
from tests.conftest import StartOpa
from tests.policies.authzen_makers import IDENTIFIER, FixtureDecider, KeptLog, authzen_app, client
from tests.policies.authzen_scenario import scenarios
from tests.reference import reference

FIXTURE = Path(__file__).with_name("authzen_fixture")
ALICE: dict[str, Any] = {"type": "user", "id": "alice"}
RECORD: dict[str, Any] = {"type": "record", "id": "record-1"}
READ: dict[str, Any] = {"subject": ALICE, "action": {"name": "read"}, "resource": RECORD}
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def log() -> KeptLog:
    return KeptLog()


@pytest.fixture
async def pdp(start_opa: StartOpa, log: KeptLog) -> AsyncIterator[httpx2.AsyncClient]:
    _, port = start_opa(FIXTURE)
    async with client(authzen_app(FixtureDecider(port), log)) as asking:
        yield asking


async def test_every_request_of_the_certification_scenario(pdp: httpx2.AsyncClient) -> None:
    found = list(scenarios(reference("conformance/authzen/authorization-api-1_0-certification-scenario.md")))
    assert len(found) >= 45, "the scenario was not read as a whole"
    for scenario in found:
        answer = await pdp.post(scenario.path, json=scenario.request)
        where = f"{scenario.id} {scenario.title} {scenario.request}: {answer.text}"
        assert answer.status_code == scenario.status, where
        if scenario.status == 200:
            assert answer.headers["content-type"] == "application/json", where
            _holds(answer.json(), scenario.response, where)


def _holds(answer: dict[str, Any], expected: dict[str, Any] | None, where: str) -> None:
    """The fixed decisions literally; searches may hold more than what is expected."""
    if expected is None:
        return
    if "results" in expected:
        assert isinstance(answer["results"], list), where
        assert [each for each in expected["results"] if each not in answer["results"]] == [], where
        if not expected["results"]:
            assert answer["results"] == [], where
    else:
        shown = {"decision": answer["decision"]} if "decision" in answer else {}
        if "evaluations" in answer:
            shown["evaluations"] = [{"decision": each["decision"]} for each in answer["evaluations"]]
        assert shown == expected, where


async def test_a_search_ignores_the_id_of_what_it_looks_for(pdp: httpx2.AsyncClient) -> None:
    without = {"subject": {"type": "user"}, "action": {"name": "read"}, "resource": RECORD}
    answers = [(await pdp.post("/access/v1/search/subject", json=asked)).json() for asked in (without, READ)]
    assert answers[0]["results"] == answers[1]["results"] == [ALICE, {"type": "user", "id": "bob"}]


async def test_results_come_in_pages_until_the_token_is_empty(pdp: httpx2.AsyncClient) -> None:
    found, token = [], ""
    for page in (1, 2):
        asked = READ | {"page": {"limit": 1} | ({"token": token} if token else {})}
        answer = (await pdp.post("/access/v1/search/subject", json=asked)).json()
        found += [each["id"] for each in answer["results"]]
        token = answer["page"]["next_token"]
        assert (answer["page"]["count"], answer["page"]["total"], bool(token)) == (1, 2, page == 1)
    assert found == ["alice", "bob"]


@pytest.mark.parametrize("token", ["x", "dmFuYWYgLTE=", "dmFuYWYgMDE=", "____"])
async def test_a_page_token_that_is_not_ours_is_400(pdp: httpx2.AsyncClient, token: str) -> None:
    answer = await pdp.post("/access/v1/search/subject", json=READ | {"page": {"token": token}})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/page/token")


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (json.dumps(READ), "text/plain"),
        (json.dumps(READ), "application/x-www-form-urlencoded"),
        ("", "application/json"),
        ("{", "application/json"),
        ("[]", "application/json"),
        ("NaN", "application/json"),
        ("[" * 100_000, "application/json"),
    ],
)
async def test_what_is_no_json_object_is_400(pdp: httpx2.AsyncClient, body: str, media_type: str) -> None:
    answer = await pdp.post(EVALUATION, content=body, headers={"content-type": media_type})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_every_mistake_is_named_at_once(pdp: httpx2.AsyncClient) -> None:
    answer = await pdp.post(EVALUATION, json={"subject": {"id": 1}, "action": {}})
    assert sorted(each["pointer"] for each in answer.json()["errors"]) == [
        "/action/name",
        "/resource",
        "/subject/id",
        "/subject/type",
    ]


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS, "/access/v1/search/subject"])
@pytest.mark.parametrize("body", [READ, {}])
async def test_the_request_id_comes_back_also_with_an_error(
    pdp: httpx2.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    answer = await pdp.post(path, json=body, headers={"X-Request-ID": "vraag-7"})
    assert answer.headers["X-Request-ID"] == "vraag-7"


async def test_one_half_of_a_trace_context_is_400(pdp: httpx2.AsyncClient) -> None:
    both = READ | {"context": {"traceparent": TRACEPARENT, "tracestate": "a=1"}}
    half = READ | {"context": {"traceparent": TRACEPARENT}}
    assert (await pdp.post(EVALUATION, json=both)).status_code == 200
    assert (await pdp.post(EVALUATION, json=half)).status_code == 400


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
async def test_the_semantics_of_a_batch(
    pdp: httpx2.AsyncClient, semantic: str, decisions: list[bool]
) -> None:
    asked = {
        "subject": {"type": "user", "id": "bob"},
        "resource": RECORD,
        "evaluations": [{"action": {"name": name}} for name in ("read", "write", "read")],
        "options": {"evaluations_semantic": semantic},
    }
    answer = (await pdp.post(EVALUATIONS, json=asked)).json()
    assert [each["decision"] for each in answer["evaluations"]] == decisions


async def test_an_unknown_semantic_is_400(pdp: httpx2.AsyncClient) -> None:
    asked = {"evaluations": [READ], "options": {"evaluations_semantic": "permit_all"}}
    assert (await pdp.post(EVALUATIONS, json=asked)).status_code == 400


async def test_a_batch_that_is_too_long_is_400(pdp: httpx2.AsyncClient) -> None:
    assert (await pdp.post(EVALUATIONS, json={"evaluations": [READ] * (MAX_ITEMS + 1)})).status_code == 400


async def test_the_configuration_names_the_decision_point_and_https_addresses(
    pdp: httpx2.AsyncClient,
) -> None:
    answer = await pdp.get("/.well-known/authzen-configuration")
    said = answer.json()
    assert (answer.status_code, said.pop("policy_decision_point")) == (200, IDENTIFIER)
    assert len(said) == 5
    assert all(address.startswith(IDENTIFIER + "/access/v1/") for address in said.values())


async def test_each_call_is_one_record_of_level_3(pdp: httpx2.AsyncClient, log: KeptLog) -> None:
    await pdp.post(EVALUATIONS, json={"evaluations": [READ, READ]}, headers={"traceparent": TRACEPARENT})
    assert len(log.records) == 1
    record = log.last.to_json()
    span_id = record.pop("span_id")
    assert len(span_id) == 16
    assert record == {
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "parent_span_id": "00f067aa0ba902b7",
        "event_name": "adl.access_evaluations",
        "timestamp": 1795512600000,
        "status": "Unset",
        "resource": {"service.name": "schakel-hub", "controller.oin": "00000099000000002000"},
        "attributes": {"adl.core.policies": {"opa-bundle": "fixture"}},
        "body": {
            "adl.core.request": {"evaluations": [READ, READ]},
            "adl.core.response": {"evaluations": [{"decision": True}, {"decision": True}]},
            "adl.core.information": {"evaluations": [{"caller": "00000099000000002000"}] * 2},
        },
    }


async def test_a_request_that_is_refused_is_recorded_as_an_error(
    pdp: httpx2.AsyncClient, log: KeptLog
) -> None:
    await pdp.post(EVALUATION, json={"subject": ALICE})
    record = log.last.to_json()
    assert (record["status"], "parent_span_id" in record) == ("Error", False)
    assert "adl.core.response" not in record["body"]


async def test_who_is_not_known_gets_401_and_no_decision(pdp: httpx2.AsyncClient, log: KeptLog) -> None:
    answer = await pdp.post(EVALUATION, json=READ, headers={"X-Test-Anonymous": "1"})
    assert (answer.status_code, log.records) == (401, {})


class BrokenDecider(FixtureDecider):
    """A decision point that is down, and one that refuses the asker."""

    def __init__(self, error: Exception) -> None:
        super().__init__(port=1)
        self._error = error

    async def evaluate(self, question: Evaluation, *, caller: Oin) -> Evaluated:  # noqa: ARG002
        raise self._error


async def test_without_a_decision_the_whole_batch_is_503_and_recorded(log: KeptLog) -> None:
    broken = BrokenDecider(DecisionUnavailable(NoDecision.SLOW))
    async with client(authzen_app(broken, log)) as asking:
        answer = await asking.post(EVALUATIONS, json={"evaluations": [READ]})
    assert (answer.status_code, answer.json()["code"]) == (503, "beslispunt-traag")
    assert log.last.to_json()["status"] == "Error"


async def test_an_item_that_the_asker_may_not_ask_is_a_deny_and_alone_a_403(log: KeptLog) -> None:
    broken = BrokenDecider(Refused(rule="G01_rol_past_niet_bij_organisatie", article="AVG 32"))
    async with client(authzen_app(broken, log)) as asking:
        batch = await asking.post(EVALUATIONS, json={"evaluations": [READ]})
        single = await asking.post(EVALUATION, json=READ)
    assert batch.json()["evaluations"][0]["decision"] is False
    assert single.status_code == 403
