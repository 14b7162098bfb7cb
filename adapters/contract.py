"""What an adapter promises to the node of its agency, with the types that it needs in one place.

1. `deliver` returns only when the agency's system keeps the delivery, through a restart of that system.
2. The id of the copy is the key: the same copy again is one delivery, with the same reference.
3. Everything else is AgencyUnavailable, with a code that says why: not reachable, too slow, an answer that is not
   understood, refused. It is told within the time that the adapter names beforehand; only a cancelled task ends
   otherwise. The node offers the delivery again.
4. Nothing of the content stands in a log line, an address, a header or the text of an error.
5. 1 to 3 hold for `recall` as well, by the id of the notice; it also says truly whether the system had taken the copy
   over. A copy of which the system was told that it was taken back is never taken over after that.

`adapters.conformance` checks all five.
"""

from enum import StrEnum

from gateway.node.ports import (
    AgencyAdapter,
    AgencyUnavailable,
    Delivery,
    Handed,
    Mark,
    Noted,
    OwnMailbox,
    RecallKind,
    RecallNotice,
    Withheld,
)

__all__ = [
    "AgencyAdapter",
    "AgencyUnavailable",
    "Delivery",
    "Handed",
    "Mark",
    "Noted",
    "OwnMailbox",
    "RecallKind",
    "RecallNotice",
    "Trouble",
    "Withheld",
    "unavailable",
]


class Trouble(StrEnum):
    """Why a delivery was not taken over: the code of AgencyUnavailable."""

    UNREACHABLE = "organisatiesysteem-onbereikbaar"
    SLOW = "organisatiesysteem-traag"
    UNKNOWN_ANSWER = "organisatiesysteem-onbekend-antwoord"
    REFUSED = "organisatiesysteem-weigert"
    UNMAPPED = "organisatiesysteem-kent-bericht-niet"


_SENTENCES = {
    Trouble.UNREACHABLE: (
        "Het systeem van de organisatie is niet bereikbaar.",
        "The agency's own system cannot be reached.",
    ),
    Trouble.SLOW: (
        "Het systeem van de organisatie antwoordt niet op tijd.",
        "The agency's own system does not answer in time.",
    ),
    Trouble.UNKNOWN_ANSWER: (
        "Het systeem van de organisatie gaf een antwoord dat niet is afgesproken.",
        "The agency's own system gave an answer that was not agreed.",
    ),
    Trouble.REFUSED: (
        "Het systeem van de organisatie neemt de aflevering niet aan.",
        "The agency's own system does not accept the delivery.",
    ),
    Trouble.UNMAPPED: (
        "Voor dit bericht is in de koppeling met het systeem van de organisatie niets afgesproken.",
        "The connection with the agency's own system has no mapping for this message.",
    ),
}

RETRY_AFTER_S = 5


def unavailable(trouble: Trouble, *, retry_after_s: int = RETRY_AFTER_S) -> AgencyUnavailable:
    """The error for this trouble. Nothing of the delivery goes in, so that nothing of it can leave in a log."""
    detail_nl, detail_en = _SENTENCES[trouble]
    return AgencyUnavailable(
        code=trouble.value, detail_nl=detail_nl, detail_en=detail_en, retry_after_s=retry_after_s
    )
