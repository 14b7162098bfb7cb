"""Golden bytes of format version 1: what any other implementation of a node must be able to open.

`python -m tests.vectors.build_vectors` writes them anew. Signatures and ephemeral keys are random, so the files change
with every run: run it only for a new format version, and keep the old files until no stored copy carries that version.
`test_vectors.py` opens them as they are.
"""

import json
from pathlib import Path

from tests.protocol.makers import World, content, envelope, registry_file, sealed, stamp_for, submission_body

HERE = Path(__file__).parent


def build() -> dict[str, object]:
    """One sealed copy with everything that is needed to open it."""
    world = World.new()
    env = envelope()
    context, made = sealed(world, env)
    entries = [a.entry(world.authority) for a in (world.vt, world.police, world.om)]
    return {
        "about": "Test keys and invented content. Never use these keys for anything else.",
        "now": "2026-11-24T01:45:00.000Z",
        "trust_anchor_pem": world.authority.pem.decode(),
        "registry": registry_file(world.authority, world.hub, entries).canonical().decode(),
        "recipient_oin": world.police.oin,
        "recipient_private_key_pem": world.police.opening.key.as_pem(private=True).decode(),
        "stamp": stamp_for(world, context, made.copy),
        "copy": made.copy.to_json(),
        "submission_body": submission_body(world, env, [(context, made)]).decode(),
        "expected": {
            "content": content(),
            "context": context.to_json(),
            "commitment": made.commitment,
            "salt_hex": made.salt.hex(),
        },
    }


if __name__ == "__main__":
    (HERE / "copy_v1.json").write_text(json.dumps(build(), indent=1, sort_keys=True) + "\n")
