"""The door to OPA: what a sound answer becomes, and that every odd one is a refusal by its own name."""

import asyncio
import json
from typing import Any

import pytest

from gateway.domain.decision import Verdict
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.connection import MAX_ANSWER_BYTES
from gateway.hub.policy.refusals import DecisionUnavailable, NoDecision
from gateway.hub.policy.verdicts import MessageVerdict
from tests.policies.policy_makers import (
    FIELD,
    MESSAGE,
    RECIPIENT,
    REVISION,
    WORDS,
    Answering,
    always,
    http,
    message_question,
    reading_question,
    result,
    server_that,
    transition_question,
)
from tests.servers import free_port

PATIENT_S = 30.0


async def ask(port: int, timeout_s: float = PATIENT_S) -> MessageVerdict:
    async with DecisionPoint(host="127.0.0.1", port=port, revision=REVISION, timeout_s=timeout_s) as opa:
        return await opa.decide_message(message_question())


async def refusal(answers: Answering, timeout_s: float = PATIENT_S) -> DecisionUnavailable:
    async with server_that(answers) as port:
        with pytest.raises(DecisionUnavailable) as refused:
            await ask(port, timeout_s)
    return refused.value


async def test_a_whole_answer_becomes_the_verdict() -> None:
    async with server_that(always(result(MESSAGE))) as port:
        verdict = await ask(port)
    assert (verdict.allowed, verdict.rule, verdict.revision) == (True, "send", REVISION)
    assert (verdict.next_step_nl, verdict.article_status) == ("Dit mag.", "C")
    (recipient,) = verdict.recipients
    assert (recipient.oin, recipient.purpose) == (RECIPIENT["oin"], "screening")
    assert [(field.field, field.decision) for field in recipient.fields] == [("woonadres", Verdict.ALLOW)]
    assert [(each.id, dict(each.parameters)) for each in recipient.obligations] == [
        ("O_LEEFTIJD_POLITIE", {"jaren": 5})
    ]


async def test_two_decisions_have_two_identifiers() -> None:
    async with server_that(always(result(MESSAGE))) as port:
        assert (await ask(port)).decision_id != (await ask(port)).decision_id


async def test_nobody_listens() -> None:
    with pytest.raises(DecisionUnavailable) as refused:
        await ask(free_port())
    assert refused.value.code == "beslispunt-onbereikbaar"
    assert refused.value.retry_after_s > 0


async def test_a_client_that_was_not_opened_refuses() -> None:
    point = DecisionPoint(host="127.0.0.1", port=1, revision=REVISION)
    with pytest.raises(DecisionUnavailable, match="beslispunt-onbereikbaar"):
        await point.decide_message(message_question())


async def test_no_answer_in_time_is_slow() -> None:
    async def silent(_writer: asyncio.StreamWriter, _body: bytes) -> None:
        await asyncio.sleep(PATIENT_S)

    assert (await refusal(silent, timeout_s=0.2)).code == "beslispunt-traag"


async def test_an_answer_that_drips_is_slow() -> None:
    whole = result(MESSAGE)

    async def drip(writer: asyncio.StreamWriter, _body: bytes) -> None:
        for start in range(0, len(whole), 64):
            writer.write(whole[start : start + 64])
            await writer.drain()
            await asyncio.sleep(0.1)

    assert (await refusal(drip, timeout_s=0.5)).code == "beslispunt-traag"


async def test_an_undefined_decision_is_no_permission() -> None:
    assert (await refusal(always(http(b"{}")))).code == "beslispunt-geen-resultaat"


@pytest.mark.parametrize(
    "answer",
    {
        "not_json": http(b"<html>allowed</html>"),
        "not_json_by_its_type": http(json.dumps({"result": MESSAGE}).encode(), kind="text/html"),
        "cut_off": result(MESSAGE)[:-40] + b" " * 40,
        "nan": http(b'{"result": NaN}'),
        "a_key_twice": http(b'{"result": {"allowed": false, "allowed": true}}'),
        "a_list": http(b"[true]"),
        "deeply_nested": http(b"[" * 200_000),
        "not_utf8": http(b'{"result": "\xff"}'),
        "a_boolean": result(True),
        "server_error": http(b'{"code": "internal_error"}', status="500 Internal Server Error"),
        "closed_by_authorization": http(b"{}", status="401 Unauthorized"),
        "redirect": b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        "too_large": http(b" " * (MAX_ANSWER_BYTES + 1)),
    }.items(),
    ids=lambda row: row[0],
)
async def test_an_unreadable_answer_is_malformed(answer: tuple[str, bytes]) -> None:
    assert (await refusal(always(answer[1]))).code == "beslispunt-misvormd"


async def test_a_gateway_that_cannot_reach_opa_is_unreachable() -> None:
    assert (await refusal(always(http(b"", status="503 Busy")))).reason is NoDecision.UNREACHABLE


async def test_another_revision_is_refused() -> None:
    answer = always(result(MESSAGE | {"revision": "4-0123456789ab"}))
    assert (await refusal(answer)).code == "beslispunt-verkeerde-revisie"


async def test_the_policys_own_complaint_about_the_revision_is_that_refusal() -> None:
    refused = MESSAGE | {"allowed": False, "rule": "P_revisie", "recipients": []}
    assert (await refusal(always(result(refused)))).code == "beslispunt-verkeerde-revisie"


@pytest.mark.parametrize(
    "document",
    [
        MESSAGE | {"override": True},
        MESSAGE | {"recipients": [RECIPIENT | {"fields": [FIELD | {"note": "x"}]}]},
    ],
    ids=["at_the_top", "in_a_field"],
)
async def test_an_unknown_key_is_refused(document: dict[str, Any]) -> None:
    assert (await refusal(always(result(document)))).code == "beslispunt-onbekende-sleutel"


async def test_a_key_beside_the_result_is_refused() -> None:
    answer = http(json.dumps({"result": MESSAGE, "warning": {}}).encode())
    assert (await refusal(always(answer))).code == "beslispunt-onbekende-sleutel"


@pytest.mark.parametrize(
    ("name", "document"),
    {
        "nobody_answered": MESSAGE | {"recipients": []},
        "somebody_twice": MESSAGE | {"recipients": [RECIPIENT, RECIPIENT]},
        "somebody_else": MESSAGE | {"recipients": [RECIPIENT | {"role": "politie_wijkagent"}]},
        "no_verdict_known": MESSAGE | {"recipients": [RECIPIENT | {"fields": [FIELD | {"decision": "yes"}]}]},
        "mask_without_name": MESSAGE
        | {"recipients": [RECIPIENT | {"fields": [FIELD | {"decision": "mask"}]}]},
        "mask_on_allow": MESSAGE | {"recipients": [RECIPIENT | {"fields": [FIELD | {"mask": "M_SAM"}]}]},
        "field_twice": MESSAGE | {"recipients": [RECIPIENT | {"fields": [FIELD, FIELD]}]},
        "open_field_for_a_refused_one": MESSAGE | {"recipients": [RECIPIENT | {"allowed": False}]},
        "allowed_without_purpose": MESSAGE | {"recipients": [RECIPIENT | {"purpose": None}]},
        "number_for_a_boolean": MESSAGE | {"allowed": 1},
        "no_article": {key: value for key, value in MESSAGE.items() if key != "article"},
        "no_revision": {key: value for key, value in MESSAGE.items() if key != "revision"},
    }.items(),
)
async def test_an_answer_with_a_gap_is_malformed(name: str, document: dict[str, Any]) -> None:
    assert (await refusal(always(result(document)))).code == "beslispunt-misvormd", name


async def test_categories_answered_in_another_order_are_malformed() -> None:
    judged = {key: FIELD[key] for key in FIELD if key != "field"}
    document = WORDS | {
        "allowed": True,
        "purpose": "screening",
        "revision": REVISION,
        "obligations": [],
        "categories": [judged | {"category": "woonadres"}, judged | {"category": "bsn"}],
    }
    async with (
        server_that(always(result(document))) as port,
        DecisionPoint(host="127.0.0.1", port=port, revision=REVISION, timeout_s=PATIENT_S) as opa,
    ):
        read = await opa.decide_reading(reading_question("woonadres", "bsn"))
        assert [each.category for each in read.categories] == ["woonadres", "bsn"]
        with pytest.raises(DecisionUnavailable, match="beslispunt-misvormd"):
            await opa.decide_reading(reading_question("bsn", "woonadres"))


async def test_an_act_allowed_with_a_failing_check_is_malformed() -> None:
    document = WORDS | {"allowed": True, "revision": REVISION, "missing": [WORDS], "target": "screening"}
    async with (
        server_that(always(result(document))) as port,
        DecisionPoint(host="127.0.0.1", port=port, revision=REVISION, timeout_s=PATIENT_S) as opa,
    ):
        with pytest.raises(DecisionUnavailable, match="beslispunt-misvormd"):
            await opa.decide_transition(transition_question())


async def test_a_kept_connection_that_was_closed_is_tried_once_more() -> None:
    """OPA restarted between two questions: the second question must not fail for it."""
    asked = 0

    async def close_before_the_second(writer: asyncio.StreamWriter, _body: bytes) -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            writer.close()
            return
        writer.write(result(MESSAGE))

    async with (
        server_that(close_before_the_second) as port,
        DecisionPoint(host="127.0.0.1", port=port, revision=REVISION, timeout_s=PATIENT_S) as opa,
    ):
        for _ in range(2):
            assert (await opa.decide_message(message_question())).allowed
    assert asked == 3


async def test_a_server_that_always_hangs_up_is_asked_twice_and_no_more() -> None:
    asked = 0

    async def hang_up(writer: asyncio.StreamWriter, _body: bytes) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    assert (await refusal(hang_up)).code == "beslispunt-onbereikbaar"
    assert asked == 2


async def test_what_was_wrong_stays_out_of_the_sentence_for_outsiders() -> None:
    refused = await refusal(always(result(MESSAGE | {"override": "geheim"})))
    assert "override" in refused.finding
    assert "override" not in refused.detail_nl + refused.detail_en
    assert "geheim" not in refused.finding
