"""`schakel berichten`: an operator sees what is not delivered and offers it again, also while a hub owns the file."""

import argparse
import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from audit.events import EventTag
from gateway.__main__ import _parser
from gateway.hub.operator_commands import AnyOrder, OperatorPlace, add_commands
from gateway.hub.storage.database import door_beside
from gateway.hub.storage.deliveries import Outcome
from gateway.hub.storage.tables import deliveries, outbox
from gateway.protocol.receipt import REJECTION, ReceiptBody, Rejection
from gateway.protocol.subjects import Verb
from gateway.protocol.wire import OinRole
from tests.hub.conftest import PolicyServer
from tests.hub.doors import OpenDoors, open_doors
from tests.hub.makers import (
    GEM,
    KENNISGEVING,
    KENNISGEVING_FACTS,
    POL,
    Draft,
    OpenCase,
    RunningHub,
    notify_police,
    open_case,
)
from tests.hub.test_visibility import leaves

pytestmark = pytest.mark.real

WHO = "beheer-0042"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
OTHER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
async def doors(opa: PolicyServer, tmp_path: Path, database_url: str) -> AsyncIterator[OpenDoors]:
    async with open_doors(
        tmp_path, opa_port=opa.port, revision=opa.revision, database_url=database_url
    ) as found:
        yield found


class Operator:
    """Somebody at the command line beside that hub."""

    def __init__(self, hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
        self._hub = hub
        self._capsys = capsys

    async def says(self, *words: str) -> tuple[int, str]:
        """Exit status and what was printed."""
        place = OperatorPlace(
            database_url=str(self._hub.store.engines.url.render_as_string(hide_password=False)),
            hub_oin=self._hub.world.registry.hub_oin,
            now=self._hub.hands.now,
        )
        parser = argparse.ArgumentParser()
        add_commands(parser.add_subparsers(parser_class=AnyOrder), find=lambda _: place)
        try:
            arguments = parser.parse_args([words[0], "hub.toml", *words[1:]])
        except SystemExit as refused:
            return int(refused.code or 0), self._capsys.readouterr().err
        status = await asyncio.to_thread(arguments.run, arguments)
        out, err = self._capsys.readouterr()
        return status, out + err

    async def replays(self, *words: str) -> tuple[int, str]:
        return await self.says("opnieuw", *words, "--medewerker", WHO)

    async def sees(self, *words: str) -> dict[str, Any]:
        status, text = await self.says("toon", "--json", *words)
        assert status == 0
        shown: dict[str, Any] = json.loads(text)
        return shown


@pytest.fixture
def operator(doors: OpenDoors, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(doors.running, capsys)


async def until_standing(operator: Operator, oin: str, standing: str, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        while (  # noqa: ASYNC110 - a query, for which nobody sets an event
            len(found := (await operator.sees("--ontvanger", oin, "--stand", standing))["kopieen"]) != count
        ):
            await asyncio.sleep(0.05)
    return list(found)


async def with_dead_copies(doors: OpenDoors, operator: Operator) -> tuple[OpenCase, Draft]:
    """A notice to two roles of the police, published while the keys of the case could not be found."""
    case = await open_case(doors.running)
    await until_standing(operator, GEM, "onderweg", 1)
    doors.nats.server.kill()
    sent = await notify_police(case)
    key = doors.running.parts.case_keys._path(case.case_id)
    key.rename(key.with_name("weg"))
    doors.nats.server.start()
    doors.running.hands.pass_time(timedelta(minutes=5))
    await until_standing(operator, POL, "dood", 2)
    key.with_name("weg").rename(key)
    return case, sent


async def test_dead_letters_are_listed_with_their_age_and_arrive_after_they_were_offered_again(
    doors: OpenDoors, operator: Operator
) -> None:
    _, sent = await with_dead_copies(doors, operator)
    copies = {context.kopie_id for context, _ in sent.copies}
    shown = await operator.sees("--stand", "dood")
    assert {c["copy_id"] for c in shown["kopieen"]} == copies
    assert {"oin": POL, "standing": "dood", "copies": 2} in [
        {k: t[k] for k in ("oin", "standing", "copies")} for t in shown["totalen"]
    ]
    first = min(copies)
    assert (await operator.replays(first)) == (0, "1 opnieuw aangeboden.\n")
    assert (await operator.replays("--dood", "--ontvanger", POL)) == (0, "1 opnieuw aangeboden.\n")
    arrived = [json.dumps(item) for item in await doors.inbox(POL, urgent=False, count=3)]
    for _, sealed in sent.copies:
        assert sum(sealed.copy.jws in item for item in arrived) == 1
    assert (
        await leaves(doors.running, EventTag.COPY_OFFERED_AGAIN)
        == [(EventTag.COPY_OFFERED_AGAIN, WHO, None)] * 2
    )
    assert (await operator.sees("--stand", "dood"))["kopieen"] == []


async def test_a_rejected_copy_may_be_offered_again_and_rejected_again(
    doors: OpenDoors, operator: Operator
) -> None:
    case = await open_case(doors.running)
    sent = await notify_police(case)
    await until_standing(operator, POL, "onderweg", 3)
    context, sealed = next(c for c in sent.copies if c[0].ontvanger.rol == "politie_hovj")

    async def reject() -> None:
        body = Rejection(
            kopie_id=context.kopie_id,
            ontvanger=OinRole(oin=POL, rol="politie_hovj"),
            reden="sleutel-onbekend",
            bewijs=sealed.copy.jws,
            tijdstip=context_time(doors),
        )
        token = doors.running.world.signing[POL].sign(body, typ=REJECTION)
        answer = await doors.over_nats(Verb.RECEIPT, POL, ReceiptBody(afkeuring=token).canonical())
        assert answer.status == 200, answer.body

    await reject()
    (shown,) = (await operator.sees("--stand", "afgekeurd"))["kopieen"]
    assert (shown["copy_id"], shown["reason"]) == (context.kopie_id, "sleutel-onbekend")
    assert (await operator.replays(context.kopie_id))[0] == 0
    await until_standing(operator, POL, "onderweg", 3)
    await reject()
    assert len((await operator.sees("--stand", "afgekeurd"))["kopieen"]) == 1
    assert (await operator.replays(context.kopie_id))[0] == 0
    police = doors.running.node(POL, "politie_hovj", "pol-0007")
    await doors.over_nats(Verb.RECEIPT, POL, police.receipt(sent, "technisch"))
    assert context.kopie_id not in str(await operator.sees())


def context_time(doors: OpenDoors) -> str:
    return doors.running.hands.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_what_needs_no_replay_is_refused_with_the_reason(doors: OpenDoors, operator: Operator) -> None:
    case = await open_case(doors.running)
    await until_standing(operator, GEM, "onderweg", 1)
    copy = next(c.kopie_id for c, _ in case.request.copies if c.ontvanger.oin == GEM)
    jurist = doors.running.node(GEM, "gemeente_jurist", "gem-1")
    await doors.over_nats(Verb.RECEIPT, GEM, jurist.receipt(case.request, "technisch"))
    doors.nats.server.kill()
    waiting = (await notify_police(case)).copies[0][0].kopie_id
    for copy_id, code in ((copy, "kopie-afgeleverd"), (waiting, "kopie-wacht"), (UNKNOWN, "niet-gevonden")):
        status, text = await operator.replays(copy_id)
        assert (status, code in text, "0 opnieuw" in text) == (1, True, True), text
    assert await leaves(doors.running, EventTag.COPY_OFFERED_AGAIN) == []


async def test_every_standing_is_told_apart(doors: OpenDoors, operator: Operator) -> None:
    case = await open_case(doors.running)
    sent = await notify_police(case)
    await until_standing(operator, POL, "onderweg", 3)
    doors.nats.server.kill()
    others = (await notify_again(case)).copies
    ids = [c.kopie_id for c, _ in (*sent.copies, *others)]

    def change() -> None:
        with doors.running.store.engines.writing.begin() as connection:
            for copy_id, values in (
                (ids[0], {"outcome": Outcome.DEAD.value}),
                (ids[1], {"outcome": Outcome.RECALLED.value}),
            ):
                connection.execute(update(deliveries).where(deliveries.c.copy_id == copy_id).values(**values))
            connection.execute(update(outbox).where(outbox.c.copy_id == ids[2]).values(attempts=3))

    await asyncio.to_thread(change)
    shown = {c["copy_id"]: c["standing"] for c in (await operator.sees())["kopieen"]}
    assert (shown[ids[0]], shown.get(ids[1]), shown[ids[2]]) == ("dood", None, "onzeker")
    status, text = await operator.says("toon")
    assert (status, "dood" in text, ids[0] in text) == (0, True, True)


async def notify_again(case: OpenCase) -> Draft:
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    return await case.vt.send(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])


@pytest.mark.parametrize(
    "words",
    [(), ("--dood", UNKNOWN), ("geen-uuid",), (UNKNOWN, "--ontvanger", POL)],
)
async def test_an_unclear_order_does_nothing(operator: Operator, words: tuple[str, ...]) -> None:
    assert (await operator.replays(*words))[0] == 2


async def test_who_does_it_must_be_a_reference_and_no_name(operator: Operator) -> None:
    assert (await operator.says("opnieuw", UNKNOWN, "--medewerker", "Jan de Vries"))[0] == 2


async def test_the_door_is_for_the_own_user_only_and_survives_nonsense(
    doors: OpenDoors, operator: Operator, tmp_path: Path
) -> None:
    """On PostgreSQL there is no door: nobody owns the database."""
    file = doors.running.store.engines.sqlite_file
    if file is None:
        assert _doors_in(tmp_path) == []
        return
    door = door_beside(file)
    assert door.stat().st_mode & 0o777 == 0o600
    for nonsense in (b"\n", b"{}\n", b"[" * 4000 + b"\n", b"\xff\n", b'{"opnieuw": 7}\n', b"x" * 9000, b""):
        await asyncio.to_thread(_knock, door, nonsense)
    status, text = await operator.replays(UNKNOWN)
    assert (status, "niet-gevonden" in text) == (1, True)


def _doors_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.beheer"))


def _knock(door: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(30)
        folder = os.open(door.parent, os.O_RDONLY)
        try:
            link.connect(f"/proc/self/fd/{folder}/{door.name}")
        finally:
            os.close(folder)
        try:
            link.sendall(line)
            link.shutdown(socket.SHUT_WR)
            answer = link.recv(4096)
        except OSError:
            return  # it hung up, which is an answer
    assert b'"kopie"' not in answer


@pytest.mark.parametrize(
    "words",
    [
        ["hub.toml", UNKNOWN, OTHER, "--medewerker", WHO],
        ["--medewerker", WHO, "hub.toml", UNKNOWN, OTHER],
        ["hub.toml", "--medewerker", WHO, UNKNOWN, OTHER],
        ["hub.toml", UNKNOWN, f"--medewerker={WHO}", OTHER],
    ],
)
def test_copies_and_options_may_come_in_any_order(words: list[str]) -> None:
    asked = _parser(["berichten"]).parse_args(["berichten", "opnieuw", *words])
    assert (asked.settings, asked.kopie) == (Path("hub.toml"), [UNKNOWN, OTHER])
    assert (asked.medewerker, asked.dood) == (WHO, False)


@pytest.mark.parametrize(
    "words",
    [["hub.toml", UNKNOWN], ["--medewerker", WHO], ["hub.toml", UNKNOWN, "--medewerker", WHO, "--doof"]],
    ids=["nobody", "no settings", "no such option"],
)
def test_what_is_missing_or_unknown_is_refused_in_any_order(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        _parser(["berichten"]).parse_args(["berichten", "opnieuw", *words])
    assert refused.value.code == 2
    assert "usage: " in capsys.readouterr().err
