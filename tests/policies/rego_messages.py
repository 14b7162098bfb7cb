"""`data/schakel/messages` as it follows from the catalogue of message types: what the policy needs to know of each.

`python -m tests.policies.rego_messages` writes it; a test finds it stale. Whether the article of a message was
confirmed is known to the policy only and stays as it is; a new message starts as U (not confirmed).
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gateway.domain.catalogue import MessageType, catalogue
from tests.policies.rego_engine import POLICIES

MESSAGES = POLICIES / "data" / "schakel" / "messages" / "data.json"


def messages() -> dict[str, Any]:
    """By name, sorted, what the policy knows of each message."""
    confirmed = {name: row["status"] for name, row in json.loads(MESSAGES.read_text()).items()}
    types = sorted(catalogue().messages, key=lambda each: each.name)
    return {each.name: _row(each, confirmed.get(each.name, "U")) for each in types}


def _row(message: MessageType, status: str) -> dict[str, Any]:
    needed_of = {
        role: {"key": need.key, "rule": need.rule}
        for role, need in sorted(message.recipient_requires.items())
    }
    return {
        "article": message.basis,
        "status": status,
        "senders": message.senders,
        "recipients": message.recipients,
        "purposes": message.purposes,
        "purposes_last": message.purposes_last,
        "states": message.states,
        "post_state": message.post_state,
        "opens": message.opens,
        "owner_after": message.owner_after,
        "owner_desk": message.owner_desk,
        "pilot_senders": asdict(message.pilot_senders) if message.pilot_senders else None,
        "reads_as": dict(message.reads_as),
        "recipient_requires": needed_of,
        "requires": [asdict(each) for each in message.requires],
        "categories": sorted({field.category for field in message.fields}),
        "fields": [
            {"name": each.name, "category": each.category, "kind": each.kind} for each in message.fields
        ],
    }


def written(rows: dict[str, Any]) -> str:
    """The file: one line for each property of a message, one for each field."""
    return "{\n" + ",\n".join(f"\t{_json(name)}: {_message(row)}" for name, row in rows.items()) + "\n}\n"


def _message(row: dict[str, Any]) -> str:
    lines = [f"\t\t{_json(key)}: {_json(value)}" for key, value in row.items() if key != "fields"]
    fields = ",\n".join(f"\t\t\t{_json(field)}" for field in row["fields"])
    return "{\n" + ",\n".join([*lines, f'\t\t"fields": [\n{fields}\n\t\t]']) + "\n\t}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def write(place: Path = MESSAGES) -> None:
    """Write the file anew."""
    place.write_text(written(messages()))


if __name__ == "__main__":
    write()
