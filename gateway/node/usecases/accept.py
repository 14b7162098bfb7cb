"""A person takes a message on: the receipt `aanvaard`, after which the hub assigns that person to the case."""

from gateway.domain.errors import NotFound
from gateway.node.storage import outbox
from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.outbox import send_item
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.read import find_addressed
from gateway.node.usecases.receipts import give_receipt
from gateway.node.usecases.visible import seen_by
from gateway.protocol.wire import Kant


async def accept_copy(parts: Parts, person: Person, copy_id: str, *, side: Kant | None = None) -> bool:
    """Whether the hub knows it already; if not, it goes by itself. The first to accept counts. Raises NotFound
    when the copy does not exist for this person, and Unavailable when the hub cannot decide.

    `side` is the one on which this person stands in the case, None when it is not stated.
    """
    copy = await find_addressed(parts, person, copy_id)
    await _require_may_accept(parts, person, copy)
    await parts.database.write(
        lambda c: give_receipt(parts, c, copy, "aanvaard", parts.clock(), staff=person.staff, side=side)
    )
    waiting = await parts.database.read(lambda c: outbox.waiting_for(c, copy_id))
    for item in waiting:  # oldest first: the hub learns of the copy's receipts in their order
        await send_item(parts, item)
    return not await parts.database.read(lambda c: outbox.waiting_for(c, copy_id))


async def _require_may_accept(parts: Parts, person: Person, copy: ReceivedCopy) -> None:
    """The first to take it on at this node counts, so it must be somebody for whom it exists. Without the hub the word
    waits in the outbox, and the hub judges it then."""
    seen = await seen_by(parts, person, [(copy.case_id, copy.role)])
    if seen.duties is None and not seen.shows(copy.case_id, copy.role, copy.urgency):
        raise NotFound
