"""Processes killed between two steps. Each test first shows, in what the dead left, that it was that point."""

import signal
import threading
from pathlib import Path

import pytest

from gateway.local.registry_file import POLICE, VEILIG_THUIS
from tests.journeys.ledger import Findings, Ledger
from tests.journeys.proof import assert_log_agrees, assert_promises_kept
from tests.journeys.senders import Sender
from tests.journeys.theatre import POLICE_NODE, SENDER_NODE, Theatre
from tests.servers import wait_until

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("crash")]

KILLED = -signal.SIGKILL
MESSAGE = "SELECT count(*) FROM messages WHERE message_id = ?"
WAITING = "SELECT count(*) FROM outbox JOIN copies USING (copy_id) WHERE message_id = ?"
RECEIVED = "SELECT count(*) FROM received_copies WHERE message_id = ?"
HANDED_OVER = f"{RECEIVED} AND handed_over_at IS NOT NULL"


class InFlight:
    """One notice that is being sent while something dies."""

    def __init__(self, sender: Sender) -> None:
        self._before = set(sender.ledger.tried)
        self._sender = sender
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._failure: BaseException | None = None
        self._thread.start()
        wait_until(lambda: len(sender.ledger.tried) > len(self._before), "start of sending")
        (self.message_id,) = sender.ledger.tried - self._before

    def _send(self) -> None:
        try:
            self._sender.send()
        except BaseException as error:  # noqa: BLE001 - raised again in `acknowledged`
            self._failure = error

    def acknowledged(self) -> None:
        self._thread.join(180)
        if self._failure is not None:
            raise self._failure
        assert not self._thread.is_alive()


def test_a_hub_killed_before_the_commit_keeps_nothing_and_the_sender_gets_it_through(
    theatre: Theatre, ledger: Ledger, sender: Sender, tmp_path: Path
) -> None:
    theatre.restart("hub", fault="hub-before-commit")
    flight = InFlight(sender)
    assert theatre.await_death("hub") == KILLED
    assert theatre.hub_left(MESSAGE, flight.message_id) == [(0,)]
    assert [p.message_id for p in ledger.promises].count(flight.message_id) == 0
    theatre.start("hub")
    flight.acknowledged()
    sender.send()
    assert_promises_kept(theatre, ledger)
    assert_log_agrees(theatre, ledger, tmp_path)


def test_a_hub_killed_after_the_commit_gives_the_first_answer_to_the_same_bytes(
    theatre: Theatre, ledger: Ledger, sender: Sender, tmp_path: Path
) -> None:
    theatre.restart("hub", fault="hub-after-commit")
    flight = InFlight(sender)
    assert theatre.await_death("hub") == KILLED
    assert theatre.hub_left(MESSAGE, flight.message_id) == [(1,)]
    assert [p.message_id for p in ledger.promises].count(flight.message_id) == 0
    theatre.start("hub")
    flight.acknowledged()
    sender.send()
    assert_promises_kept(theatre, ledger)
    assert theatre.hub_rows(MESSAGE, flight.message_id) == [(1,)]
    assert_log_agrees(theatre, ledger, tmp_path)


def test_a_relay_killed_between_publish_and_mark_publishes_again_and_nothing_is_handed_over_twice(
    theatre: Theatre, ledger: Ledger, sender: Sender, tmp_path: Path
) -> None:
    theatre.restart("hub", fault="relay-before-mark")
    flight = InFlight(sender)
    assert theatre.await_death("hub") == KILLED
    assert theatre.hub_left(WAITING, flight.message_id) == [(2,)]
    wait_until(
        lambda: theatre.node_rows(POLICE, RECEIVED, flight.message_id) == [(2,)],
        "arrival of what was published",
    )
    theatre.start("hub")
    flight.acknowledged()
    wait_until(lambda: theatre.hub_rows(WAITING, flight.message_id) == [(0,)], "the second publish")
    sender.send()
    assert_promises_kept(theatre, ledger)
    assert_log_agrees(theatre, ledger, tmp_path)


def test_a_sending_node_killed_after_signing_sends_by_itself(
    theatre: Theatre, ledger: Ledger, sender: Sender
) -> None:
    theatre.restart(SENDER_NODE, fault="node-after-signing")
    flight = InFlight(sender)
    assert theatre.await_death(SENDER_NODE) == KILLED
    sent = "SELECT count(*) FROM sent_messages WHERE message_id = ?"
    assert theatre.node_left(VEILIG_THUIS, sent, flight.message_id) == [(1,)]
    assert theatre.hub_rows(MESSAGE, flight.message_id) == [(0,)]
    theatre.start(SENDER_NODE)
    flight.acknowledged()
    sender.send()
    assert_promises_kept(theatre, ledger)


def test_a_node_killed_before_it_stored_gets_the_copy_again(
    theatre: Theatre, ledger: Ledger, sender: Sender
) -> None:
    theatre.restart(POLICE_NODE, fault="node-before-store")
    message_id = sender.send()
    assert theatre.await_death(POLICE_NODE) == KILLED
    assert _received(theatre, message_id) == 0
    theatre.start(POLICE_NODE)
    sender.send()
    assert_promises_kept(theatre, ledger)


def test_a_node_killed_between_store_and_acknowledge_hands_over_once(
    theatre: Theatre, ledger: Ledger, sender: Sender
) -> None:
    theatre.restart(POLICE_NODE, fault="node-before-acknowledge")
    message_id = sender.send()
    assert theatre.await_death(POLICE_NODE) == KILLED
    assert _received(theatre, message_id) >= 1
    assert ledger.findings(theatre.mailbox()) == Findings(
        lost=((message_id, "politie_hovj"), (message_id, "politie_wijkagent"))
    )
    theatre.start(POLICE_NODE)
    sender.send()
    assert_promises_kept(theatre, ledger)


def test_a_node_killed_between_hand_over_and_record_hands_over_once(
    theatre: Theatre, ledger: Ledger, sender: Sender
) -> None:
    theatre.restart(POLICE_NODE, fault="node-before-record")
    message_id = sender.send()
    assert theatre.await_death(POLICE_NODE) == KILLED
    assert [each["berichtId"] for each in theatre.mailbox()].count(message_id) == 1
    assert theatre.node_left(POLICE, HANDED_OVER, message_id) == [(0,)]
    theatre.start(POLICE_NODE)
    sender.send()
    assert_promises_kept(theatre, ledger)


def test_control_a_node_that_acknowledges_first_loses_the_copy_until_its_receipt_is_overdue(
    theatre: Theatre, ledger: Ledger, sender: Sender
) -> None:
    """The harness bites: with two steps turned round the ledger reports a loss. The hub then repairs it."""
    theatre.restart(POLICE_NODE, fault="node-before-store", careless_about="acknowledging")
    message_id = sender.send()
    assert theatre.await_death(POLICE_NODE) == KILLED
    theatre.start(POLICE_NODE)
    probe = Sender.at_work(theatre, Ledger())
    probe.send()
    assert_promises_kept(theatre, probe.ledger)
    lost = ledger.findings(theatre.mailbox()).lost
    assert (message_id, "politie_hovj") in lost or (message_id, "politie_wijkagent") in lost
    theatre.restart("hub", clock_s=20 * 60)
    assert_promises_kept(theatre, ledger)
    theatre.restart("hub")


def _received(theatre: Theatre, message_id: str) -> int:
    """How many copies of the message the dead node of the police left stored."""
    return int(theatre.node_left(POLICE, RECEIVED, message_id)[0][0])
