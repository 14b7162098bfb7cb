"""People who send, try again until they are answered, and write down in the ledger what they were promised."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from gateway.domain.identifiers import new_id
from gateway.local.agency_client import AgencyClient, Reply
from gateway.local.registry_file import VEILIG_THUIS
from tests.journeys.casework import POLICE_ROLES, notice_body, planned_case, roles_at_the_police
from tests.journeys.ledger import Ledger, Promise
from tests.journeys.theatre import Theatre

PATIENCE_S = 4.0  # then the same request is made again
AGAIN_AFTER_S = 0.2
GIVES_UP_AFTER_S = 180.0
MAY_BE_TRIED_AGAIN = frozenset({429, 503})


class GaveUp(Exception):
    """A message was refused for good, or nobody answered for very long; the message says which."""


@dataclass(slots=True)
class Sender:
    """A coordinator with a case of its own, who sends one notice after another."""

    client: AgencyClient
    ledger: Ledger
    case_id: str
    advice_id: str
    number: int = 0
    answers: Counter[int | str] = field(default_factory=Counter)

    @classmethod
    def at_work(cls, theatre: Theatre, ledger: Ledger) -> "Sender":
        client = theatre.person(VEILIG_THUIS, "vt-proces-1")
        opening = planned_case(client)
        client._http.timeout = PATIENCE_S
        made = cls(client, ledger, opening[0]["zaakId"], opening[-1]["berichtId"])
        for sent in opening:
            made.number += 1
            made._write_down(sent, urgent=False)
        return made

    def send(self, *, urgent: bool = False) -> str:
        """Sends the next notice and returns its id when it is acknowledged. Raises GaveUp."""
        self.number += 1
        message_id = new_id()
        body = notice_body(
            self.case_id, self.advice_id, message_id=message_id, number=self.number, urgent=urgent
        )
        self.ledger.trying(message_id)
        deadline = time.monotonic() + GIVES_UP_AFTER_S
        while (reply := self._try(body)) is None:
            if time.monotonic() > deadline:
                raise GaveUp(f"{message_id}: no answer; so far {self.answers}")
            time.sleep(AGAIN_AFTER_S)
        assert roles_at_the_police(reply.body) == POLICE_ROLES, reply.body
        self._write_down(reply.body, urgent=urgent)
        return message_id

    def _write_down(self, sent: Mapping[str, Any], *, urgent: bool) -> None:
        self.ledger.trying(sent["berichtId"])
        self.ledger.promised(
            Promise(
                message_id=sent["berichtId"],
                case_id=self.case_id,
                number=self.number,
                roles=roles_at_the_police(sent),
                urgent=urgent,
            )
        )

    def _try(self, body: dict[str, Any]) -> Reply | None:
        """The acknowledgement; None when the same request may be made again."""
        try:
            reply = self.client.post("/berichten", body)
        except httpx2.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[reply.status] += 1
        if reply.status in (201, 202):
            return reply
        if reply.status == 401:
            self.client._token = ""  # it lives ten minutes
        elif reply.status not in MAY_BE_TRIED_AGAIN:
            raise GaveUp(f"{body['berichtId']}: {reply.status} {reply.body}")
        return None


@dataclass(slots=True)
class Load:
    """Senders at work side by side until they are stopped. A context; a sender that gave up fails the test."""

    senders: list[Sender]
    pause_s: float
    urgent_every: int = 5
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _failures: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> Self:
        for sender in self.senders:
            thread = threading.Thread(target=self._work, args=(sender,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.stop()
        if kind is None:
            self.check()

    def stop(self) -> None:
        """Returns when every sender has his last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(GIVES_UP_AFTER_S)

    @property
    def acknowledged(self) -> int:
        return len(self.senders[0].ledger.promises)

    def check(self) -> None:
        """Raises what ended a sender."""
        if self._failures:
            raise self._failures[0]

    def _work(self, sender: Sender) -> None:
        try:
            while not self._stop.wait(self.pause_s):
                sender.send(urgent=sender.number % self.urgent_every == self.urgent_every - 1)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the test
            self._failures.append(error)
