"""What the demo expects, so that it fails loudly when something else happens."""

import time
from collections.abc import Callable
from typing import TypeVar

from gateway.local.agency_client import Reply

WITHIN_S = 30.0  # a quiet machine needs a tenth of a second

Found = TypeVar("Found")


class Surprise(Exception):
    """Something else happened than was expected; the message says both."""


def expect(reply: Reply, status: int, what: str) -> Reply:
    """The reply, when it has this status. Raises Surprise."""
    if reply.status != status:
        raise Surprise(f"{what}: verwacht {status}, gekregen {reply.status}\n{reply.body}")
    return reply


def expect_rule(reply: Reply, status: int, rule: str, what: str) -> Reply:
    """A refusal by this rule, as rule of the whole or of one cause. Raises Surprise."""
    expect(reply, status, what)
    rules = {reply.body.get("regel"), *(cause["code"] for cause in reply.body.get("errors", []))}
    if rule not in rules:
        raise Surprise(f"{what}: verwacht regel {rule}, gekregen {rules}\n{reply.body}")
    return reply


def require(condition: bool, what: str) -> None:  # noqa: FBT001 - an assertion with a sentence
    """Raises Surprise with this sentence when the condition does not hold."""
    if not condition:
        raise Surprise(what)


def eventually(look: Callable[[], Found | None], what: str) -> Found:
    """What `look` finds, as soon as it finds something. Raises Surprise when it never does."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise Surprise(f"verwacht binnen {WITHIN_S:.0f} s: {what}")
        time.sleep(0.05)
