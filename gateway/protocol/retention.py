"""The end of the term for which a case is kept: the hub orders each agency to destroy it, and each node attests that.

No other signature is needed, unlike for a recall: nobody has a say in it but the law. So the order states when the case
was closed, and a node compares that with what it knows of the case itself. Sources: Wth 10(1); D24.
"""

from typing import Literal

from gateway.protocol.wire import Body, Compact, Instant, OinText, ShortText, Signed, Uuid

DESTRUCTION_ORDER = "schakel-vernietigingsopdracht+jws"
CASE_DESTRUCTION = "schakel-zaakvernietiging+jws"


class DestructionOrder(Signed):
    """Signed by the hub, for one agency: everything of this case goes, its shell remains."""

    versie: Literal[1] = 1
    organisatie: OinText
    zaak_id: Uuid
    reden: Literal["bewaartermijn"]
    artikel: ShortText
    gesloten_op: Instant
    besloten_op: Instant


class CaseDestruction(Signed):
    """The agency's node: it holds no content of this case any more. `kopieen` is how many received and sent copies it
    emptied; `besloten_op` names the order."""

    versie: Literal[1] = 1
    organisatie: OinText
    zaak_id: Uuid
    besloten_op: Instant
    kopieen: int
    tijdstip: Instant


class CaseDestructionReport(Body):
    """What the node attests about a case that it had to destroy."""

    soort: Literal["zaakvernietiging"]
    verklaring: Compact


class CaseDestructionAnswer(Body):
    """The log has it."""

    zaak_id: Uuid
    besloten_op: Instant
