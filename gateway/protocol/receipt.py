"""Receipts: what a recipient's node signs when a copy was stored, verified, opened or taken on; and its refusal.

Four kinds and no more. A receipt itself gets none.
"""

from typing import Literal

from gateway.protocol.wire import Compact, Digest, Instant, Kant, OinRole, ShortText, Signed, Uuid

RECEIPT = "schakel-ontvangst+jws"
REJECTION = "schakel-afkeuring+jws"
RECEIPT_KINDS = ("technisch", "functioneel", "geopend", "aanvaard")


class Receipt(Signed):
    """`functionaris_ref` is the pseudonymous reference of the person who opened or accepted; the node knows who.
    `kant` is the side on which whoever accepts says to stand in the case; None when that was not stated."""

    versie: Literal[1] = 1
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    ontvanger: OinRole
    soort: Literal["technisch", "functioneel", "geopend", "aanvaard"]
    tijdstip: Instant
    commitment: Digest
    functionaris_ref: ShortText | None = None
    kant: Kant | None = None


class Rejection(Signed):
    """A copy that cannot be opened or breaks its manifest: quarantined at the node and reported to the hub, with the
    sender's own signature as evidence. Holds no content."""

    versie: Literal[1] = 1
    kopie_id: Uuid
    ontvanger: OinRole
    reden: ShortText
    tijdstip: Instant
    bewijs: Compact


class ReceiptBody(Signed):
    """What a node sends to the hub: exactly one of the two."""

    ontvangst: Compact | None = None
    afkeuring: Compact | None = None


class InboxItem(Signed):
    """One item of an agency's inbox: a copy with its stamp, a receipt for something it sent, a recall of a copy (the
    sender's order with the hub's decision), what became of a copy that it took back, the order to destroy a case, or
    that a case was handed over."""

    versie: Literal[1] = 1
    soort: Literal[
        "kopie",
        "ontvangst",
        "afkeuring",
        "terughaling",
        "vernietiging",
        "zaakvernietiging",
        "zaakoverdracht",
    ]
    stempel: Compact | None = None
    jws: Compact
    jwe: Compact | None = None
