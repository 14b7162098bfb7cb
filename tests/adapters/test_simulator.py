"""The pretend agencies: tokens that a node's verifier takes, a mailbox that outlives a crash, shut doors."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from joserfc.jwk import ECKey

from adapters.contract import Delivery, Handed
from adapters.http_system import HttpSystem
from adapters.politie.mapping import lines
from adapters.simulator.agency import PretendAgency, identity_provider
from adapters.simulator.mailbox import Mailbox, MailboxError, OtherContent
from adapters.simulator.serving import running
from adapters.simulator.staff import load_staff
from gateway.domain.errors import NotAuthenticated
from gateway.domain.identifiers import CopyId, Oin, RoleId, new_id
from gateway.local.registry_file import DEMO_AGENCIES, MUNICIPALITY, POLICE, ExchangeFolder
from gateway.node.http.identity import SCOPE
from gateway.web.tokens import SigningAlgorithm, TokenVerifier, VerificationKey
from tests.adapters.deliveries import delivery
from tests.adapters.parties import address, person, pretend, token_of


@pytest.fixture
async def police(exchange: ExchangeFolder, tmp_path: Path) -> AsyncIterator[PretendAgency]:
    async with running([pretend(exchange, tmp_path)]) as (agency,):
        yield agency


@pytest.fixture
async def client(exchange: ExchangeFolder, police: PretendAgency) -> AsyncIterator[httpx2.AsyncClient]:
    async with person(exchange, police.port) as browser:
        yield browser


def verifier(
    jwks: Path, *, audience: str = f"{POLICE.oin}-node", now: datetime | None = None
) -> TokenVerifier:
    keys = {}
    for each in json.loads(jwks.read_bytes())["keys"]:
        public = ECKey.import_key(each).public_key
        assert isinstance(public, EllipticCurvePublicKey)
        keys[each["kid"]] = VerificationKey(SigningAlgorithm.ES256, public)
    return TokenVerifier(
        keys,
        issuer=f"https://aanmelden.{POLICE.oin}.schakel.example",
        audience=audience,
        certificate_bound=False,
        clock=lambda: now or datetime.now(UTC),
    )


async def test_the_verifier_of_a_node_takes_the_token(
    police: PretendAgency, client: httpx2.AsyncClient
) -> None:
    claims = verifier(police.folder / "jwks.json").verify(await token_of(client, "pol-hovj-1"))
    assert claims.subject == "pol-hovj-1"
    assert claims.all["rol"] == ["politie_hovj"]
    assert claims.client_id == f"{POLICE.oin}-aanmelden"
    assert SCOPE in claims.scopes
    assert claims.expires_at - claims.issued_at == timedelta(minutes=10)
    assert claims.all["nagebootst"] is True


async def test_a_token_is_of_no_use_elsewhere_or_later(
    police: PretendAgency, client: httpx2.AsyncClient
) -> None:
    token = await token_of(client, "pol-hovj-1")
    jwks = police.folder / "jwks.json"
    with pytest.raises(NotAuthenticated):
        verifier(jwks, audience=f"{MUNICIPALITY.oin}-node").verify(token)
    with pytest.raises(NotAuthenticated):
        verifier(jwks, now=datetime.now(UTC) + timedelta(minutes=11)).verify(token)


async def test_the_file_and_the_address_give_the_same_keys(
    police: PretendAgency, client: httpx2.AsyncClient
) -> None:
    served = (await client.get("/jwks")).json()
    assert served == json.loads((police.folder / "jwks.json").read_bytes())
    assert "d" not in served["keys"][0]


def test_a_restart_keeps_tokens_valid(exchange: ExchangeFolder, tmp_path: Path) -> None:
    agency = pretend(exchange, tmp_path)
    token = identity_provider(agency).sign_in("pol-wijk-1").token
    identity_provider(agency)
    assert verifier(agency.folder / "jwks.json").verify(token).subject == "pol-wijk-1"
    assert (agency.folder / "identity.key").stat().st_mode & 0o077 == 0


async def test_signing_in_says_that_it_is_pretended(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/aanmelden", json={"medewerker": "pol-hovj-2"})
    assert answer.json()["nagebootst"] is True
    assert "Nagebootste" in answer.json()["waarschuwing"]
    assert answer.headers["Schakel-Nagebootst"] == "ja"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "https://kwaad.example"}, 403), ({"Host": "kwaad.example"}, 400)],
    ids=["a page elsewhere", "dns rebinding"],
)
async def test_a_page_elsewhere_signs_nobody_in(
    client: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/aanmelden", json={"medewerker": "pol-hovj-1"}, headers=headers)
    assert answer.status_code == status
    assert "toegangstoken" not in answer.text


async def test_who_does_not_exist_cannot_sign_in(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/aanmelden", json={"medewerker": "gem-jurist-1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "medewerker-onbekend")


def test_it_listens_on_loopback_only(exchange: ExchangeFolder, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loopback"):
        replace(pretend(exchange, tmp_path), host="0.0.0.0")  # noqa: S104 - the refusal is the point


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
async def test_the_mailbox_is_closed_without_a_token(client: httpx2.AsyncClient, authorization: str) -> None:
    answer = await client.get("/postbak", headers={"Authorization": authorization} if authorization else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_of_another_agency_opens_nothing(
    client: httpx2.AsyncClient, exchange: ExchangeFolder, tmp_path: Path
) -> None:
    token = identity_provider(pretend(exchange, tmp_path, MUNICIPALITY)).sign_in("gem-jurist-1").token
    answer = await client.get("/postbak", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_people_see_what_is_for_their_role(
    police: PretendAgency, client: httpx2.AsyncClient, exchange: ExchangeFolder
) -> None:
    adapter = HttpSystem(address(exchange, police.port), lines=lines)
    for role in ("politie_hovj", "politie_wijkagent"):
        await adapter.deliver(delivery(role=role))
    await adapter.close()
    for staff, role in (("pol-hovj-2", "politie_hovj"), ("pol-wijk-1", "politie_wijkagent")):
        token = await token_of(client, staff)
        shown = (await client.get("/postbak", headers={"Authorization": f"Bearer {token}"})).json()
        assert [each["aflevering"]["rol"] for each in shown["poststukken"]] == [role]
        assert shown["poststukken"][0]["aflevering"]["regels"][1]["kop"] == "Bericht"


async def test_a_person_cannot_hand_over(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/postbak", json={}, headers={"Idempotency-Key": f'"{new_id()}"'})
    assert (answer.status_code, answer.json()["code"]) == (403, "niet-de-eigen-node")


async def test_all_mistakes_of_a_request_are_named_without_its_values(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/aanmelden", json={"medewerker": 3, "wachtwoord": "geheim-woord"})
    assert answer.status_code == 400
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/medewerker", "/wachtwoord"}
    assert "geheim-woord" not in answer.text


def test_all_demo_agencies_have_staff_of_their_own_kind() -> None:
    staff = load_staff()
    assert {agency.oin: agency.kind for agency in DEMO_AGENCIES} == {
        oin: of.kind for oin, of in staff.items()
    }
    police = staff[Oin(POLICE.oin)].people.values()
    assert [role for each in police for role in each.roles].count(RoleId("politie_hovj")) == 2
    references = [each for of in staff.values() for each in of.people]
    assert len(set(references)) == len(references)
    assert all(each.name.startswith("Verzonnen") for of in staff.values() for each in of.people.values())


DOCUMENT = {"berichtId": "b", "zaakId": "z", "berichttype": "t", "rol": "r", "inhoud": {"veld": "één\nregel"}}


def test_a_reopened_mailbox_knows_what_it_acknowledged(tmp_path: Path) -> None:
    path, first, second = tmp_path / "postbak.jsonl", CopyId(new_id()), CopyId(new_id())
    mailbox = Mailbox(path, prefix="politie")
    kept = mailbox.take_over(first, DOCUMENT, received_at="nu")
    mailbox.close()
    reopened = Mailbox(path, prefix="politie")
    again = reopened.take_over(first, DOCUMENT, received_at="later")
    assert (again.kept, kept.is_new, again.is_new) == (kept.kept, True, False)
    assert reopened.take_over(second, DOCUMENT, received_at="later").kept.reference == "politie-2"
    reopened.close()


@pytest.mark.parametrize("cut", [1, 20])
def test_a_line_cut_off_by_a_crash_was_never_acknowledged(tmp_path: Path, cut: int) -> None:
    path, first, second = tmp_path / "postbak.jsonl", CopyId(new_id()), CopyId(new_id())
    mailbox = Mailbox(path, prefix="p")
    mailbox.take_over(first, DOCUMENT, received_at="nu")
    whole = path.stat().st_size
    mailbox.take_over(second, DOCUMENT, received_at="nu")
    mailbox.close()
    os.truncate(path, path.stat().st_size - cut)
    reopened = Mailbox(path, prefix="p")
    assert path.stat().st_size == whole
    assert [kept.reference for kept in reopened] == ["p-1"]
    assert reopened.take_over(second, DOCUMENT, received_at="nu").is_new
    reopened.close()


def test_a_damaged_line_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "postbak.jsonl"
    path.write_text('{"kopieId": "a"}\n')
    with pytest.raises(MailboxError, match="no delivery"):
        Mailbox(path, prefix="p")


def test_two_processes_cannot_own_one_mailbox(tmp_path: Path) -> None:
    path = tmp_path / "postbak.jsonl"
    mailbox = Mailbox(path, prefix="p")
    with pytest.raises(MailboxError, match="in use"):
        Mailbox(path, prefix="p")
    mailbox.close()


def test_other_content_under_a_known_copy_id_is_refused(tmp_path: Path) -> None:
    mailbox, copy_id = Mailbox(tmp_path / "postbak.jsonl", prefix="p"), CopyId(new_id())
    mailbox.take_over(copy_id, DOCUMENT, received_at="nu")
    with pytest.raises(OtherContent):
        mailbox.take_over(copy_id, DOCUMENT | {"inhoud": {"veld": "anders"}}, received_at="nu")
    mailbox.close()


async def test_a_port_that_is_taken_is_an_error_and_starts_nothing(
    exchange: ExchangeFolder, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        agencies = [pretend(exchange, tmp_path), pretend(exchange, tmp_path, MUNICIPALITY, port)]
        with pytest.raises(OSError, match="in use"):
            async with running(agencies):
                raise AssertionError("it started")
    async with running([pretend(exchange, tmp_path)]):
        pass  # the mailbox of the first is free again


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _entry(agency: PretendAgency) -> dict[str, object]:
    return {
        "oin": agency.oin,
        "naam": agency.name,
        "map": str(agency.folder),
        "certificaat": str(agency.certificate),
        "sleutel": str(agency.private_key),
        "ca": str(agency.authority),
        "poort": agency.port,
    }


def _start(file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "adapters.simulator", str(file)], stdout=subprocess.PIPE, text=True
    )


async def _hand_over(exchange: ExchangeFolder, port: int, offered: Delivery) -> Handed:
    adapter = HttpSystem(replace(address(exchange, port), within_s=30), lines=lines)
    try:
        return await adapter.deliver(offered)
    finally:
        await adapter.close()


async def test_one_process_serves_several_agencies_and_a_killed_one_keeps_its_word(
    exchange: ExchangeFolder, tmp_path: Path
) -> None:
    agencies = [
        pretend(exchange, tmp_path, POLICE, _free_port()),
        pretend(exchange, tmp_path, MUNICIPALITY, _free_port()),
    ]
    file = tmp_path / "organisaties.json"
    file.write_text(json.dumps({"organisaties": [_entry(agency) for agency in agencies]}))
    offered, handed = delivery(), []
    for ending in (signal.SIGKILL, signal.SIGTERM):
        process = _start(file)
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "gereed\n"
            for agency in agencies:
                async with person(exchange, agency.port) as client:
                    assert (await client.get("/")).json()["oin"] == agency.oin
            handed.append(await _hand_over(exchange, agencies[0].port, offered))
        finally:
            process.send_signal(ending)
            status = process.wait(timeout=60)
            process.stdout.close()
        assert status == (0 if ending is signal.SIGTERM else -signal.SIGKILL)
    assert handed[0] == handed[1]


def test_a_file_with_a_typing_error_starts_nothing(exchange: ExchangeFolder, tmp_path: Path) -> None:
    file = tmp_path / "organisaties.json"
    file.write_text(json.dumps({"organisaties": [_entry(pretend(exchange, tmp_path)) | {"port": 1}]}))
    process = subprocess.run(
        [sys.executable, "-m", "adapters.simulator", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert process.returncode == 2
    assert "unknown members: port" in process.stderr
