"""The leaves of the audit log that the use cases write: identifiers only, and the rule also where outsiders do not
learn it."""

from collections.abc import Mapping
from datetime import datetime

from audit.body import About, Body, MessageRef, Who, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.errors import Refused, SchakelError
from gateway.hub.usecases.parts import Asker
from gateway.protocol.canonical import b64u


def leaf(
    event: EventTag,
    asker: Asker,
    now: datetime,
    *,
    role: str | None = None,
    staff: str | None = None,
    why: Why | None = None,
    case_id: str | None = None,
    message: MessageRef | None = None,
) -> Leaf:
    """One event of the agency that asks, in a role and by a person where that is known."""
    return Leaf.of(
        Body(
            at=now,
            who=Who(oin=asker.oin, role=role, person=staff),
            what=event,
            why=why,
            about=None if case_id is None else About(case_id=case_id),
            message=message,
            trace_id=asker.trace_id,
        )
    )


def why_refused(error: SchakelError) -> Why:
    """The reason of a refusal that policy did not give."""
    if isinstance(error, Refused):
        return Why(rule=error.rule, article=error.article)
    return Why(rule=error.code)


def commitment_ref(digest_hex: str) -> str:
    """A digest as the log writes it: base64url."""
    return b64u(bytes.fromhex(digest_hex))


def ids_only(values: Mapping[str, object]) -> str:
    """A log line's arguments, sorted; give it identifiers and codes, never anything a person wrote."""
    return " ".join(f"{name}={value}" for name, value in sorted(values.items()))
