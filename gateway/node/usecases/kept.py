"""Opens a copy that was verified and stored before: the item is kept as it came, so it is verified again each time."""

from gateway.node.storage.rows import ReceivedCopy
from gateway.node.usecases.parts import Parts
from gateway.protocol.copy import SealedCopy
from gateway.protocol.opening import OpenedCopy, open_copy
from gateway.protocol.receipt import InboxItem


def jws_of(copy: ReceivedCopy) -> str:
    """The sender's signature on the copy."""
    return InboxItem.parse_bytes(copy.item).jws


def open_kept(parts: Parts, copy: ReceivedCopy) -> OpenedCopy:
    """The copy with its content. Raises InvalidInput when the file was tampered with or the key is gone."""
    item = InboxItem.parse_bytes(copy.item)
    return open_copy(
        SealedCopy(jws=item.jws, jwe=item.jwe or ""),
        item.stempel or "",
        own_oin=parts.oin,
        keys=parts.opening_keys,
        registry=parts.registry(),
    )
