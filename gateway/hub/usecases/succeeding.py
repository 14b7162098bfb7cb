"""What follows when one agency takes the place of another: the old one acts no more, and whatever the new one does in a
case of the old one says on which succession that rests.

The predecessor still fetches what lies in its inbox, which is sealed to its key, and reports what became of it:
receipts, rejections, destruction. That is evidence and opens nothing. Everything else is refused, and the log has the
attempt.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from audit.body import Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.errors import Refused
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.registry import Registry
from gateway.protocol.succession import Succession

SUCCEEDED: Final = "X_organisatie_opgevolgd"


async def require_current(parts: Parts, asker: Asker) -> None:
    """Raises Refused for an agency whose place another one took, and writes that it tried. Raises InvalidInput."""
    registry, now = parts.registry(), parts.clock()
    asker.participant(registry)
    refusal = refusal_of(registry, asker.oin, now)
    if refusal is None:
        return
    written = leaf(EventTag.ACCESS_REFUSED, asker, now, why=Why(rule=SUCCEEDED))
    await parts.writer.write(
        Change(key=f"opgevolgd:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )
    raise refusal


def refusal_of(registry: Registry, oin: str, now: datetime) -> Refused | None:
    """What is told to an agency in whose place another one stands; None to any other."""
    heir = registry.participants.get(registry.successions.heir(oin, now))
    if heir is None or heir.oin == oin:
        return None
    return Refused(
        rule=SUCCEEDED,
        article="AVG 5(1)(f)",
        code="organisatie-opgevolgd",
        detail_nl=f"{heir.name} ({heir.oin}) heeft uw organisatie opgevolgd; die handelt niet meer in Schakel.",
        detail_en=f"{heir.name} ({heir.oin}) took the place of your organisation, which acts in Schakel no more.",
        next_step_nl="Doe dit vanuit de opvolger, en laat u daar opnieuw toewijzen of op het rooster zetten.",
        next_step_en="Do this from the successor, and have yourself assigned there anew or put on its roster.",
    )


def link_leaves(
    asker: Asker,
    links: Iterable[Succession],
    now: datetime,
    *,
    role: str,
    staff: str,
    case_id: str,
    decision_id: str | None = None,
) -> Iterator[Leaf]:
    """One leaf for each succession on which the standing of whoever acts in the case rests."""
    for link in links:
        yield leaf(
            EventTag.SUCCESSION_APPLIED,
            asker,
            now,
            role=role,
            staff=staff,
            why=Why(rule=f"opvolger_van:{link.predecessor}", decision_id=decision_id),
            case_id=case_id,
        )
