"""A whole message costs little more than one field: the largest message for four recipients, against one field for one.

The two are asked in turns and the quickest answer of each counts, because other work on the machine only adds time.
"""

import http.client
import json
import time
from typing import Any

from tests.conftest import StartOpa
from tests.policies.rego_engine import POLICIES, rule_folders

ROUNDS = 300
FACTOR, ALLOWANCE_S = 1.5, 0.003


def test_a_whole_message_costs_little_more_than_one_field(start_opa: StartOpa) -> None:
    _, port = start_opa(POLICIES / "data", *rule_folders())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    whole = json.loads((POLICIES / "examples" / "sending.kennisgeving.input.json").read_text())
    first = whole["recipients"][0]
    others = [{**each, "oin": f"{number:020d}"} for number, each in enumerate(whole["recipients"], 1)]
    whole["recipients"] += others
    single = {**whole, "categories": ["bsn"], "recipients": [first]}
    took: dict[str, list[float]] = {"whole": [], "single": []}
    for _ in range(ROUNDS):
        for name, asked in (("whole", whole), ("single", single)):
            seconds, answer = _ask(connection, asked)
            took[name].append(seconds)
            fields = [field for recipient in answer["recipients"] for field in recipient["fields"]]
            assert len(fields) == {"whole": 4 * 24, "single": 1}[name]
    connection.close()
    assert min(took["whole"]) <= FACTOR * min(took["single"]) + ALLOWANCE_S, (
        f"whole {min(took['whole']) * 1000:.2f} ms, single {min(took['single']) * 1000:.2f} ms"
    )


def _ask(connection: http.client.HTTPConnection, asked: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    body, headers = json.dumps({"input": asked}), {"Content-Type": "application/json"}
    began = time.perf_counter()
    connection.request("POST", "/v1/data/schakel/sending/decision", body, headers)
    text = connection.getresponse().read()
    seconds = time.perf_counter() - began
    answer: dict[str, Any] = json.loads(text)["result"]
    return seconds, answer
