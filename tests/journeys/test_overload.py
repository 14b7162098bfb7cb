"""One agency asks far more than it may: it is told so and when to come back, and nobody else waits for it."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from nats.errors import Error as NatsError

from gateway.hub.messaging.accounts_connection import ClientTls, Connection, connect
from gateway.hub.usecases.allowance import DEFAULT
from gateway.local.agency_client import AgencyClient
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS
from gateway.protocol.subjects import STATUS_HEADER, Verb, inbox_prefix, request_subject
from tests.journeys.casework import POLICE_ROLES
from tests.journeys.conftest import Measure
from tests.journeys.ledger import Ledger
from tests.journeys.proof import assert_promises_kept
from tests.journeys.senders import Sender
from tests.journeys.theatre import Theatre
from tests.servers import wait_until

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("crash")]

AT_ONCE = 64
BOUND_S = 30.0  # U0 must be taken on within five minutes; this leaves a person nine tenths of them
URGENT = 5


class Flood:
    """The municipality's own connection, which asks for plans as fast as it gets answers."""

    def __init__(self, theatre: Theatre) -> None:
        keys = theatre.world.exchange.agency(MUNICIPALITY.oin)
        self._connection = Connection(
            servers=[f"tls://localhost:{theatre.ports.nats}"],
            credentials=theatre.world.credentials(MUNICIPALITY.oin),
            tls=ClientTls(
                authority=theatre.world.exchange.trust_anchor,
                certificate=keys.tls_certificate,
                private_key=keys.tls_key,
            ),
        )
        self._stop = threading.Event()
        self.answers: Counter[str] = Counter()
        self.waits: set[str | None] = set()
        self.lasted_s = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        thread, began = threading.Thread(target=lambda: asyncio.run(self._flood())), time.monotonic()
        thread.start()
        try:
            wait_until(lambda: self.answers["429"] > 0, "the first refusal")
            yield
        finally:
            self._stop.set()
            thread.join()
            self.lasted_s = time.monotonic() - began

    async def _flood(self) -> None:
        client = await connect(self._connection, inbox_prefix=inbox_prefix(MUNICIPALITY.oin))
        subject = request_subject(Verb.PLAN, MUNICIPALITY.oin)

        async def ask() -> None:
            while not self._stop.is_set():
                try:
                    reply = await client.request(subject, b"{}", timeout=20)
                except NatsError as error:
                    self.answers[type(error).__name__] += 1
                    continue
                headers = reply.headers or {}
                self.answers[headers[STATUS_HEADER]] += 1
                if headers[STATUS_HEADER] == "429":
                    self.waits.add(headers.get("Retry-After"))

        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
        await client.close()


def test_a_flood_of_one_agency_is_refused_and_the_urgent_messages_of_another_do_not_wait(
    theatre: Theatre, ledger: Ledger, measure: Measure
) -> None:
    sender = Sender.at_work(theatre, ledger)
    sender.send(urgent=True)
    quiet = [_seconds_to_both_roles(theatre, sender) for _ in range(URGENT)]
    flood, jurist = Flood(theatre), theatre.person(MUNICIPALITY, "gem-jurist-1")
    with flood.running():
        busy = [_seconds_to_both_roles(theatre, sender) for _ in range(URGENT)]
        wait_until(lambda: _told_to_wait(jurist, sender), "a refusal with Retry-After by the node")
    assert_promises_kept(theatre, ledger)
    assert set(flood.answers) == {"400", "429"}, flood.answers
    assert flood.answers["400"] <= DEFAULT.burst + DEFAULT.per_second * flood.lasted_s
    assert flood.waits == {"1"}
    assert max(busy) < BOUND_S
    measure("questions of the flood that were refused", flood.answers["429"])
    measure("U0 to hand-over, quiet (s, longest)", max(quiet))
    measure("U0 to hand-over, under the flood (s, longest)", max(busy))


def _told_to_wait(jurist: AgencyClient, sender: Sender) -> bool:
    """What a person at the agency that floods gets from the own node."""
    question = {
        "type": "weegteam.inbreng",
        "rol": "gemeente_jurist",
        "doel": "weging",
        "zaakId": sender.case_id,
        "ontvangers": [{"oin": VEILIG_THUIS.oin, "rol": "vt_procescoordinator"}],
        "inhoud": {"verzoek_id": sender.advice_id, "bekend": "niets_te_delen"},
    }
    reply = jurist._http.post(f"{jurist._node}/plannen", json=question, headers=jurist._authorization())
    if reply.status_code != 429:
        return False
    assert int(reply.headers["retry-after"]) >= 1
    return True


def _seconds_to_both_roles(theatre: Theatre, sender: Sender) -> float:
    began = time.monotonic()
    message_id = sender.send(urgent=True)

    def roles() -> set[str]:
        return {each["rol"] for each in theatre.mailbox(POLICE) if each["berichtId"] == message_id}

    wait_until(lambda: roles() == set(POLICE_ROLES), "hand-over of an urgent notice", 2 * BOUND_S)
    return time.monotonic() - began
