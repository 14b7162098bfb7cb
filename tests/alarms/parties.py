"""The hub's trust and the servers' certificates, made for one test run, and an alarm to send."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.domain.deadlines import Alarm, Owner
from gateway.domain.identifiers import CaseId, RoleId
from gateway.domain.urgency import Urgency
from gateway.hub.alarms import AlarmNotice, notice_of
from gateway.local.pki import Authority, Subject, certificate_pem, new_private_key, private_pem
from tests.deadlines.story import at

CASE = CaseId("3f2a91c0-1111-4111-8111-0123456789ab")
ALARM_ID = "4c1c9a52-6b0a-4a7e-9d55-6d6f1f1f0001"


@dataclass(frozen=True)
class Trust:
    """`server` proves itself with a certificate that `client` trusts and `stranger` does not."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    stranger: ssl.SSLContext


def make_trust(folder: Path) -> Trust:
    now = datetime.now(UTC)
    authority = Authority.create(now=now)
    key = new_private_key()
    subject = Subject(oin="00000099000000000042", organisation="Verzonnen Alarmdienst", common_name="alarm")
    chain = folder / "server.pem"
    certificate = authority.issue_tls(subject, key.public_key(), now=now)
    chain.write_bytes(private_pem(key) + certificate_pem(certificate))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain)
    anchor = certificate_pem(authority.certificate).decode("ascii")
    return Trust(
        server=server,
        client=ssl.create_default_context(cadata=anchor),
        stranger=ssl.create_default_context(),
    )


def notice(urgency: Urgency = Urgency.U0, *, simulation: bool = False) -> AlarmNotice:
    alarm = Alarm(
        case_id=CASE,
        clock_id="D29/x",
        deadline="D29",
        step="taak",
        name="taak",
        at=at("2026-02-12T14:00"),
        urgency=urgency,
        owner=Owner(oin=None, roles=(RoleId("vt_medewerker"),)),
        also=(),
    )
    return notice_of(
        alarm,
        alarm_id=ALARM_ID,
        due_at=at("2026-02-12T17:00"),
        call_number="0800-0000",
        simulation=simulation,
    )
