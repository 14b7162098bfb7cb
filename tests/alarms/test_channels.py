"""The contract of the port `alarmering`: one suite, run on each adapter against a real server."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest

from gateway.domain.urgency import Urgency
from gateway.hub.alarms import (
    AlarmChannel,
    AlarmNotDelivered,
    SmtpChannel,
    SmtpLogin,
    SmtpSecurity,
    WebhookChannel,
)
from gateway.hub.alarms.channel import evidence_of
from gateway.hub.alarms.webhook import signature_of, webhook_body
from tests.alarms.parties import ALARM_ID, CASE, Trust, make_trust, notice
from tests.alarms.smtp_sink import Fault, SmtpSink
from tests.alarms.webhook_sink import WebhookSink

KEY = b"an invented key of 32 bytes or so"
QUICK_S = 0.5
PATIENT_S = 30.0


@dataclass
class Side:
    """One adapter with a server that behaves as the test asks: the texts that got through, and their ids."""

    channel: AlarmChannel
    to: str
    texts: Callable[[], list[str]]
    ids: Callable[[], list[str]]


@dataclass
class Adapter:
    name: str
    trust: Trust

    def side(
        self, behaviour: str = "ok", *, timeout_s: float = PATIENT_S, trusted: bool = True
    ) -> AbstractAsyncContextManager[Side]:
        return (_webhook if self.name == "webhook" else _smtp)(self, behaviour, timeout_s, trusted)


@contextlib.asynccontextmanager
async def _webhook(adapter: Adapter, behaviour: str, timeout_s: float, trusted: bool) -> AsyncIterator[Side]:
    statuses = {"ok": 202, "refuses": 404, "later": 503, "silent": None, "hangs up": 0}
    sink = WebhookSink(tls=adapter.trust.server, status=statuses[behaviour])
    tls = adapter.trust.client if trusted else adapter.trust.stranger
    async with sink.running(sink.tls), WebhookChannel(key=KEY, tls=tls, timeout_s=timeout_s) as channel:
        yield Side(
            channel=channel,
            to=f"https://localhost:{sink.port}/alarm",
            texts=lambda: [json.loads(got.body)["tekst"] for got in sink.got],
            ids=lambda: [got.headers["idempotency-key"] for got in sink.got],
        )


@contextlib.asynccontextmanager
async def _smtp(adapter: Adapter, behaviour: str, timeout_s: float, trusted: bool) -> AsyncIterator[Side]:
    faults = {
        "ok": Fault.NONE,
        "refuses": Fault.REFUSES_RECIPIENT,
        "later": Fault.GREYLISTS,
        "silent": Fault.SILENT,
        "hangs up": Fault.DROPS,
    }
    implicit = adapter.name == "smtp-tls"
    sink = SmtpSink(
        fault=faults[behaviour],
        tls=adapter.trust.server if implicit else None,
        starttls=None if implicit else adapter.trust.server,
    )
    async with sink.running(sink.tls):
        channel = SmtpChannel(
            host="localhost",
            port=sink.port,
            security=SmtpSecurity.TLS if implicit else SmtpSecurity.STARTTLS,
            sender="schakel@hub.example",
            tls=adapter.trust.client if trusted else adapter.trust.stranger,
            timeout_s=timeout_s,
        )
        yield Side(
            channel=channel,
            to="dienst@veilig-thuis.example",
            texts=lambda: [mail.get_content().replace("\r\n", "\n").strip() for mail in sink.mails],
            ids=lambda: [mail["Message-ID"].strip("<>").partition("@")[0] for mail in sink.mails],
        )


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("alarm"))


@pytest.fixture(params=["webhook", "smtp-tls", "smtp-starttls"])
def adapter(request: pytest.FixtureRequest, trust: Trust) -> Adapter:
    return Adapter(name=request.param, trust=trust)


async def test_an_alarm_arrives_with_its_whole_text_and_the_delivery_is_evidence(adapter: Adapter) -> None:
    async with adapter.side() as side:
        delivered = await side.channel.send(notice(), to=side.to)
        assert side.texts() == [notice().text]
        assert delivered.evidence
        assert side.to not in delivered.evidence


async def test_the_same_alarm_again_carries_the_same_id(adapter: Adapter) -> None:
    async with adapter.side() as side:
        for _ in range(2):
            await side.channel.send(notice(), to=side.to)
        assert side.ids() == [ALARM_ID, ALARM_ID]


@pytest.mark.parametrize(
    ("behaviour", "permanent"), [("refuses", True), ("later", False), ("hangs up", False)]
)
async def test_an_alarm_that_is_not_taken_says_whether_trying_again_helps(
    adapter: Adapter, behaviour: str, permanent: bool
) -> None:
    async with adapter.side(behaviour) as side:
        with pytest.raises(AlarmNotDelivered) as failed:
            await side.channel.send(notice(), to=side.to)
    assert failed.value.permanent is permanent
    assert side.to not in str(failed.value)


async def test_a_server_that_never_answers_does_not_hold_the_hub(adapter: Adapter) -> None:
    async with adapter.side("silent", timeout_s=QUICK_S) as side:
        async with asyncio.timeout(PATIENT_S):
            with pytest.raises(AlarmNotDelivered) as failed:
                await side.channel.send(notice(), to=side.to)
    assert not failed.value.permanent


async def test_nothing_is_sent_to_a_server_that_cannot_prove_who_it_is(adapter: Adapter) -> None:
    async with adapter.side(trusted=False) as side:
        with pytest.raises(AlarmNotDelivered):
            await side.channel.send(notice(), to=side.to)
        assert side.texts() == []


async def test_a_server_that_is_not_there_is_no_crash(adapter: Adapter) -> None:
    async with adapter.side() as side:
        channel, to = side.channel, side.to
    if adapter.name == "webhook":
        channel = WebhookChannel(key=KEY, tls=adapter.trust.client)
    with pytest.raises(AlarmNotDelivered) as failed:
        await channel.send(notice(), to=to)
    assert not failed.value.permanent
    if isinstance(channel, WebhookChannel):
        await channel.__aexit__()


async def test_an_address_that_is_none_is_refused_for_good(adapter: Adapter) -> None:
    async with adapter.side() as side:
        for wrong in ("http://localhost/alarm", "geen adres", "a@b.example\r\nBcc: c@d.example", ""):
            with pytest.raises(AlarmNotDelivered) as failed:
                await side.channel.send(notice(), to=wrong)
            assert failed.value.permanent
        assert side.texts() == []


async def test_cancelling_is_not_swallowed(adapter: Adapter) -> None:
    async with adapter.side("silent", timeout_s=QUICK_S) as side:
        sending = asyncio.create_task(side.channel.send(notice(), to=side.to))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def test_the_receiver_can_check_that_the_hub_wrote_the_alarm(trust: Trust) -> None:
    sink = WebhookSink(tls=trust.server)
    async with sink.running(sink.tls), WebhookChannel(key=KEY, tls=trust.client) as channel:
        await channel.send(notice(), to=f"https://localhost:{sink.port}/alarm")
    [got] = sink.got
    assert (
        got.headers["schakel-alarm-signature"]
        == "sha256=" + hmac.new(KEY, got.body, hashlib.sha256).hexdigest()
    )
    assert signature_of(KEY, got.body + b" ") != got.headers["schakel-alarm-signature"]


async def test_the_body_of_a_webhook_is_fixed(trust: Trust) -> None:
    sink = WebhookSink(tls=trust.server)
    async with sink.running(sink.tls), WebhookChannel(key=KEY, tls=trust.client) as channel:
        await channel.send(notice(), to=f"https://localhost:{sink.port}/alarm")
    assert json.loads(sink.got[0].body) == {
        "alarmId": ALARM_ID,
        "zaak": "3f2a91c0",
        "klok": "Achterblijver weet van de vrijlating",
        "opdracht": "Vertel de achterblijver dat de uithuisgeplaatste vrijkomt, en bevestig dat in Schakel.",
        "urgentie": "U0",
        "ontstaanOp": "2026-02-12T13:00:00.000Z",
        "uiterlijk": "2026-02-12T16:00:00.000Z",
        "telefoon": "0800-0000",
        "tekst": notice().text,
    }


async def test_a_redirect_is_refused_and_never_followed(trust: Trust) -> None:
    elsewhere = WebhookSink(tls=trust.server)
    async with elsewhere.running(elsewhere.tls), WebhookChannel(key=KEY, tls=trust.client) as channel:
        target = f"location: https://localhost:{elsewhere.port}/\r\n".encode()
        sink = WebhookSink(tls=trust.server, status=307, extra=target)
        async with sink.running(sink.tls):
            with pytest.raises(AlarmNotDelivered) as failed:
                await channel.send(notice(), to=f"https://localhost:{sink.port}/alarm")
    assert failed.value.permanent
    assert elsewhere.got == []


def test_a_short_webhook_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        WebhookChannel(key=b"short")


def mail_channel(trust: Trust, sink: SmtpSink, **more: SmtpLogin) -> SmtpChannel:
    security = SmtpSecurity.TLS if sink.tls else SmtpSecurity.STARTTLS
    return SmtpChannel(
        host="localhost",
        port=sink.port,
        security=security,
        sender="schakel@hub.example",
        tls=trust.client,
        timeout_s=QUICK_S,
        **more,
    )


async def test_without_starttls_no_password_and_no_alarm_goes_out_in_the_clear(trust: Trust) -> None:
    sink = SmtpSink(starttls=trust.server, fault=Fault.NO_STARTTLS)
    async with sink.running(sink.tls):
        channel = mail_channel(trust, sink, login=SmtpLogin(user="hub", password="verzonnen"))
        with pytest.raises(AlarmNotDelivered) as failed:
            await channel.send(notice(), to="dienst@veilig-thuis.example")
    assert failed.value.permanent
    assert (sink.mails, sink.logins) == ([], [])


async def test_the_hub_signs_in_where_the_mail_server_asks_for_it(trust: Trust) -> None:
    sink = SmtpSink(tls=trust.server)
    async with sink.running(sink.tls):
        channel = mail_channel(trust, sink, login=SmtpLogin(user="hub", password="verzonnen"))
        await channel.send(notice(), to="dienst@veilig-thuis.example")
    assert len(sink.logins) == 1


async def test_a_message_that_the_mail_server_refuses_after_all_is_refused_for_good(trust: Trust) -> None:
    sink = SmtpSink(tls=trust.server, fault=Fault.REFUSES_MESSAGE)
    async with sink.running(sink.tls):
        with pytest.raises(AlarmNotDelivered, match="554") as failed:
            await mail_channel(trust, sink).send(notice(), to="dienst@veilig-thuis.example")
    assert failed.value.permanent


async def test_a_mail_server_that_drips_is_given_up(trust: Trust) -> None:
    sink = SmtpSink(tls=trust.server, fault=Fault.DRIPS)
    async with sink.running(sink.tls), asyncio.timeout(PATIENT_S):
        with pytest.raises(AlarmNotDelivered) as failed:
            await mail_channel(trust, sink).send(notice(), to="dienst@veilig-thuis.example")
    assert not failed.value.permanent


@pytest.mark.parametrize(("urgency", "importance"), [(Urgency.U0, "high"), (Urgency.U3, None)])
async def test_a_mail_is_marked_as_written_by_a_machine(
    trust: Trust, urgency: Urgency, importance: str | None
) -> None:
    sink = SmtpSink(tls=trust.server)
    async with sink.running(sink.tls):
        await mail_channel(trust, sink).send(notice(urgency), to="dienst@veilig-thuis.example")
    [mail] = sink.mails
    assert (mail["Auto-Submitted"], mail["Importance"]) == ("auto-generated", importance)
    assert mail["Subject"] == notice(urgency).subject
    assert mail["Date"] == "Thu, 12 Feb 2026 13:00:00 +0000"


def test_an_alarm_says_what_to_do_by_when_and_whom_to_call_and_no_whole_case_id() -> None:
    assert notice().text == (
        "Zaak 3f2a91c0: Achterblijver weet van de vrijlating.\n"
        "Vertel de achterblijver dat de uithuisgeplaatste vrijkomt, en bevestig dat in Schakel.\n"
        "Uiterlijk 12-02-2026 17:00.\n"
        "Meld in Schakel dat u dit oppakt. Vragen? Bel 0800-0000."
    )
    assert notice().subject == "Schakel (direct): Achterblijver weet van de vrijlating, zaak 3f2a91c0"
    assert CASE not in notice().text + notice().subject


def test_what_the_other_side_says_is_kept_short_and_printable() -> None:
    assert evidence_of("250 \x1b[31mok\r\n" + "x" * 500) == ("250  [31mok  " + "x" * 500)[:200]


def test_an_alarm_of_a_simulation_says_so_first_in_its_subject_its_text_and_its_body() -> None:
    alarm = notice(simulation=True)
    assert alarm.subject.startswith("SIMULATIE: ")
    assert alarm.text.startswith("SIMULATIE: ")
    assert json.loads(webhook_body(alarm))["simulatie"] is True
    plain = notice()
    assert "SIMULATIE" not in plain.subject + plain.text
    assert "simulatie" not in json.loads(webhook_body(plain))
