"""The end of every crash test: all promises kept, and the audit log agrees with the messages."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from gateway.bootstrap import export_log
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from gateway.settings import load_hub
from tests.journeys.ledger import Findings, Ledger
from tests.journeys.runs import ROOT
from tests.journeys.theatre import Theatre
from tests.servers import wait_until

KEPT_WITHIN_S = 120.0
"""The longest pauses of the product after one another: a node's own (60 s), a request to a hub that died under it
(20 s) and what a node had in hand when it died (10 s); the rest is the machine."""


def assert_promises_kept(theatre: Theatre, ledger: Ledger) -> None:
    """Waits for what is under way; then nothing is lost, double, out of order or unknown."""
    wait_until(
        lambda: not ledger.findings(theatre.mailbox()).lost,
        "hand-over of what was acknowledged",
        KEPT_WITHIN_S,
    )
    found = ledger.findings(theatre.mailbox())
    assert found == Findings(), found


def until_idle(theatre: Theatre) -> None:
    """Nothing waits at the hub, and nothing for it at the nodes of sender and recipient."""
    waiting = "SELECT count(*) FROM outbox"

    def is_idle() -> bool:
        nodes = [theatre.node_rows(agency, waiting) for agency in (POLICE, VEILIG_THUIS)]
        return [theatre.hub_rows(waiting), *nodes] == [[(0,)]] * 3

    wait_until(is_idle, "empty outboxes", KEPT_WITHIN_S)


def assert_log_agrees(theatre: Theatre, ledger: Ledger, folder: Path) -> int:
    """The log verifies, and says of each message of these cases exactly once that it was accepted, as the ledger says.

    Returns the number of leaves.
    """
    export = folder / "logboek.jsonl"
    leaves = export_log(load_hub(theatre.world.hub_settings), export)
    key = json.loads(theatre.world.exchange.registry.read_text())["hub"]["log_sleutel"]
    verified = subprocess.run(
        [sys.executable, "-m", "audit", "verify", str(export), "--key", key],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    accepted = Counter(
        body["bericht"]["bericht_id"]
        for body in _bodies(export)
        if body["wat"] == "bericht:inzending:aanvaard" and body["over"]["zaak_id"] in ledger.cases()
    )
    promised = {promise.message_id for promise in ledger.promises}
    assert promised <= accepted.keys(), promised - accepted.keys()
    assert set(accepted.values()) == {1}, accepted
    stored = theatre.hub_rows("SELECT message_id, case_id FROM messages")
    assert accepted.keys() == {message for message, case in stored if case in ledger.cases()}
    assert accepted.keys() <= ledger.tried, accepted.keys() - ledger.tried
    return leaves


def _bodies(export: Path) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in export.read_text("utf-8").splitlines())
    return [line["inhoud"] for line in lines if line.get("regel") == "blad" and line["inhoud"]]
