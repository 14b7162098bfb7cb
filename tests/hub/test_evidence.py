"""Evidence for policy makers from a hub in which things really happened: right, suppressed, and for overseers only."""

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput
from gateway.hub.identity import (
    AuthoritySettings,
    InMemoryReplayStore,
    TokenAuthority,
    node_client_id,
    node_clients,
    overseer_client,
)
from gateway.hub.policy.evidence import SMALLEST, hidden_keys, month_of
from gateway.hub.storage.tables import log_leaves
from gateway.hub.usecases.overviews import Overview
from gateway.hub.usecases.parts import Asker
from gateway.hub.usecases.show_evidence import months, show_evidence
from gateway.protocol.canonical import b64u
from gateway.protocol.subjects import Verb
from tests.databases import sqlite_url
from tests.hub.asking import decide, duty
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import (
    DWELLING,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    OM,
    POL,
    VT,
    RunningHub,
    notify_police,
    open_case,
)

OVERSEER = Asker(oin=OM, trace_id="c" * 32)
"""Any agency will do: what opens the door is the scope, and here there is no door."""
MARCH = "2026-03"
"""The month in which the clock of these hubs starts."""


async def evidence(hub: RunningHub, month: str = MARCH) -> Mapping[str, Overview]:
    hub.hands.pass_time(timedelta(days=40))
    found = await show_evidence(hub.parts, OVERSEER, months(month, month, hub.hands.now))
    return {overview.name: overview for overview in found}


def shown(overview: Overview) -> dict[tuple[str, ...], tuple[int | None, ...]]:
    """The rows without their month."""
    assert {group[0] for group, _ in overview.rows} <= {MARCH}
    return {group[1:]: numbers for group, numbers in overview.rows}


async def refuse(hub: RunningHub, times: int) -> None:
    """A police officer may not announce a screening: that is for Veilig Thuis."""
    case = await open_case(hub)
    police = hub.node(POL, "politie_wijkagent", "pol-0003")
    for _ in range(times):
        reply = await police.plan(KENNISGEVING, case.case_id, KENNISGEVING_FACTS, [(POL, "politie_hovj")])
        assert reply.answer.status == 403, reply.answer.body


async def test_requests_answers_and_decisions_are_counted_once(each_hub: RunningHub) -> None:
    hub = each_hub
    for _ in range(SMALLEST):
        case = await open_case(hub)
        notice = await notify_police(case)
        assert notice.message_id
    found = await evidence(hub)
    region = hub.world.registry.participant(VT).name
    assert shown(found["verzoeken"]) == {("veilig_thuis", "B_geen_acuut_hg"): (SMALLEST,)}
    assert shown(found["verzoekenPerRegio"]) == {(region,): (SMALLEST,)}
    # Each case: a request to two recipients and a notice to two, each decided at its plan and again at its submission.
    (sending,) = [row for row in found["weigeringenPerOrganisaties"].rows if row[0][2] == "politie"]
    assert sending == ((MARCH, "veilig_thuis", "politie"), (3 * SMALLEST, 0))
    assert shown(found["termijnen"])["Bericht aanvaarden (U2)", "open"] == (2 * SMALLEST,)
    assert all(refused == 0 for _, (_, refused) in found["geweigerdeHandelingen"].rows)


async def test_acts_that_were_refused_are_counted_with_their_reason(hub: RunningHub) -> None:
    case = await open_case(hub)
    for _ in range(SMALLEST):
        question = {
            "soort": "handeling",
            "zaakId": case.case_id,
            "handeling": "sluiten",
            "door": {"rol": case.vt.role, "medewerker": case.vt.staff},
            "feiten": {},
            "gebeurdOp": rfc3339(hub.hands.now),
            "vastgelegdOp": rfc3339(hub.hands.now),
        }
        reply = await decide(case.vt, question)
        assert reply.answer.status == 403, reply.answer.body
    rows = shown((await evidence(hub))["geweigerdeHandelingen"])
    (refused,) = [numbers for (rule, _), numbers in rows.items() if rule.startswith("T_")]
    assert refused == (SMALLEST, SMALLEST)


async def test_a_duty_that_was_done_late_is_counted_as_late(hub: RunningHub) -> None:
    for minutes in (*[1] * SMALLEST, *[60 * 24 * 5] * SMALLEST):
        case = await open_case(hub)
        notice = await notify_police(case)
        officer = hub.node(POL, "politie_hovj", "pol-0007")
        hub.hands.pass_time(timedelta(minutes=minutes))
        assert (await duty(officer)).answer.status == 200
        taken_on = await hub.ask(Verb.RECEIPT, POL, officer.receipt(notice, "aanvaard", staff="pol-0007"))
        assert taken_on.answer.status == 200, taken_on.answer.body
    rows = shown((await evidence(hub))["termijnen"])
    assert rows["Bericht aanvaarden (U1)", "op_tijd"] == (SMALLEST,)
    assert rows["Bericht aanvaarden (U1)", "te_laat"] == (SMALLEST,)


async def test_refusals_are_counted_with_their_reason_also_when_nothing_was_sent(hub: RunningHub) -> None:
    for _ in range(SMALLEST):
        await open_case(hub)
    await refuse(hub, times=SMALLEST + 1)
    found = await evidence(hub)
    rows = shown(found["weigeringenPerReden"])
    rule = "S_afzender_niet_bevoegd"
    assert rows[rule, catalogue().rule_text(rule).nl] == (SMALLEST + 1, SMALLEST + 1)


async def test_few_are_not_shown(hub: RunningHub) -> None:
    await refuse(hub, times=SMALLEST - 1)
    found = await evidence(hub)
    numbers = [number for overview in found.values() for _, numbers in overview.rows for number in numbers]
    assert numbers
    assert all(number is None or number == 0 or number >= SMALLEST for number in numbers)
    assert shown(found["verzoeken"]) == {("veilig_thuis", "B_geen_acuut_hg"): (None,)}


async def test_nothing_names_a_case_an_agency_or_a_person(hub: RunningHub) -> None:
    case = await open_case(hub)
    await notify_police(case)
    text = json.dumps([overview.rows for overview in (await evidence(hub)).values()])
    for secret in (case.case_id, case.request.message_id, "vt-0001", VT, POL, DWELLING):
        assert secret not in text


async def test_a_report_leaves_a_leaf(hub: RunningHub) -> None:
    await evidence(hub)
    bodies = await hub.parts.reader.read(lambda c: list(c.execute(select(log_leaves.c.body)).scalars()))
    assert [(json.loads(body)["wat"], json.loads(body)["wie"]["oin"]) for body in bodies] == [
        (EventTag.REPORT_GIVEN, OM)
    ]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-03", "2026-03", "lopende-maand"),
        ("2026-02", "2026-04", "lopende-maand"),
        ("2026-02", "2026-01", "periode"),
        ("2025-01", "2026-01", "periode"),
        ("2026-13", "2026-13", "maand"),
    ],
)
def test_only_whole_months_that_have_ended(first: str, last: str, code: str) -> None:
    # One minute before April on the clock in the Netherlands, and a year and a month.
    with pytest.raises(InvalidInput) as refused:
        months(first, last, datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    assert [cause.code for cause in refused.value.causes] == [code]


def test_a_month_is_over_when_it_is_over_in_the_netherlands() -> None:
    period = months("2026-03", "2026-03", datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    assert period.start == datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
    assert period.end == datetime(2026, 3, 31, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([1, 1, 9, 20], {0, 1, 2}),  # two that are hidden together must not be few either
        ([4, 4, 9, 20], {0, 1}),
        ([4, 9, 20], {0, 1}),
        ([4], {0}),
        ([5, 9], set()),
        ([0, 9], set()),
    ],
)
def test_what_is_hidden_together_is_never_few(counts: list[int], hidden: set[int]) -> None:
    keys: dict[tuple[str, ...], int] = {(MARCH, str(place)): count for place, count in enumerate(counts)}
    assert hidden_keys(keys, shared=1) == {(MARCH, str(place)) for place in hidden}


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=sqlite_url(tmp_path / "hub.db")
    ) as found:
        yield found


def overseer_token(doors: OpenDoors) -> str:
    """A token with the scope `toezicht`, as the hub issues it to a client that has it."""
    world, keys = doors.running.world, doors.running.world.folder.agency(OM)
    public = node_clients(world.registry)[node_client_id(OM)].key.as_pem(private=False)
    overseer = overseer_client(f"{OM}-toezicht", OM, public)
    authority = TokenAuthority(
        AuthoritySettings(issuer=doors.url, audience=f"{doors.url}/v1"),
        signing_keys_pem=[world.folder.hub.token_key.read_bytes()],
        clients=lambda: {overseer.client_id: overseer},
        replays=InMemoryReplayStore(),
        clock=lambda: datetime.now(UTC),
    )
    certificate = load_pem_x509_certificate(keys.tls_certificate.read_bytes())
    thumbprint = b64u(certificate.fingerprint(SHA256()))
    token = authority.issue(overseer, scopes=overseer.scopes, thumbprint=thumbprint)
    return str(token["access_token"])


async def ask_evidence(doors: OpenDoors, token: str, month: str, **headers: str) -> Any:
    async with doors.client(OM) as client:
        bearer = {"Authorization": f"Bearer {token}"}
        query = {"van": month, "tot": month}
        return await client.get("/v1/beleidsinformatie", params=query, headers=bearer | headers)


@pytest.mark.real
async def test_an_overseer_reads_the_same_numbers_as_json_and_as_csv(doors: OpenDoors) -> None:
    month = month_of(doors.running.hands.now)
    for _ in range(SMALLEST):
        await open_case(doors.running)
    doors.running.hands.pass_time(timedelta(days=40))
    token = overseer_token(doors)
    document = await ask_evidence(doors, token, month)
    table = await ask_evidence(doors, token, month, Accept="text/csv")
    said = document.json()
    assert (said["van"], said["tot"], said["kleinsteGetal"]) == (month, month, SMALLEST)
    assert said["simulatie"] is False
    rows = {overview["naam"]: overview["rijen"] for overview in said["overzichten"]}
    asked = {"maand": month, "aanvrager": "veilig_thuis", "situatie": "B_geen_acuut_hg"}
    assert rows["verzoeken"] == [{"groep": asked, "getallen": {"aantal": SMALLEST}}]
    assert table.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert sum(len(row["getallen"]) for found in rows.values() for row in found) == len(lines)
    (line,) = [line for line in lines if line["overzicht"] == "verzoeken"]
    assert list(line.values()) == [
        "verzoeken",
        month,
        *("aanvrager", "veilig_thuis", "situatie", "B_geen_acuut_hg"),
        *("aantal", str(SMALLEST)),
    ]


@pytest.mark.real
async def test_a_node_reads_no_evidence_and_a_running_month_is_not_shown(doors: OpenDoors) -> None:
    month = month_of(doors.running.hands.now)
    async with doors.client(OM) as client:
        token = (await doors.authorization(client, OM))["Authorization"].removeprefix("Bearer ")
    node = await ask_evidence(doors, token, month)
    running = await ask_evidence(doors, overseer_token(doors), month)
    assert (node.status_code, node.json()["code"]) == (403, "onvoldoende-scope")
    assert (running.status_code, running.json()["errors"][0]["code"]) == (400, "lopende-maand")
