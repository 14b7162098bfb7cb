"""The hub's stamp on a delivery: that it accepted this copy, when, and which number it has in its case."""

from typing import Literal

from gateway.protocol.wire import Digest, Instant, OinRole, ShortText, Signed, Uuid

STAMP = "schakel-stempel+jws"


class Stamp(Signed):
    """Signed by the hub. `volgnummer` counts deliveries per case and recipient from 1, without gaps: a node hands
    over in this order, and a number that never comes shows that a message was dropped."""

    versie: Literal[1] = 1
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    ontvanger: OinRole
    urgentie: Literal["U0", "U1", "U2", "U3"]
    volgnummer: int
    jws_sha256: Digest
    aangenomen_op: Instant
    doel: ShortText
