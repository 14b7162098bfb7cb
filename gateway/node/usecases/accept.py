"""A person takes a message on: the receipt `aanvaard`, after which the hub assigns that person to the case."""

from gateway.node.storage import outbox
from gateway.node.usecases.outbox import send_item
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.read import find_addressed
from gateway.node.usecases.receipts import give_receipt
from gateway.protocol.wire import Kant


async def accept_copy(parts: Parts, person: Person, copy_id: str, *, side: Kant | None = None) -> bool:
    """Whether the hub knows it already; if not, it goes by itself. The first to accept counts. Raises NotFound.

    `side` is the one on which this person stands in the case, None when it is not stated.
    """
    copy = await find_addressed(parts, person, copy_id)
    await parts.database.write(
        lambda c: give_receipt(parts, c, copy, "aanvaard", parts.clock(), staff=person.staff, side=side)
    )
    waiting = await parts.database.read(lambda c: outbox.waiting_for(c, copy_id))
    for item in waiting:  # oldest first: the hub learns of the copy's receipts in their order
        await send_item(parts, item)
    return not await parts.database.read(lambda c: outbox.waiting_for(c, copy_id))
