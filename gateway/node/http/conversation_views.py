"""The JSON of what happened after a message was sent: answers, corrections and recalls."""

from collections.abc import Iterable, Mapping

from gateway.node.http.bodies import Antwoord, Correctie, Gesprek, VerwachtAntwoord
from gateway.node.storage.corrections import KnownCorrection
from gateway.protocol.conversations import MessageConversation, OwedAnswer


def conversation_view(known: Mapping[str, MessageConversation] | None, message_id: str) -> Gesprek | None:
    """None when the hub could not tell, or did not know the message."""
    found = None if known is None else known.get(message_id)
    if found is None:
        return None
    return Gesprek(
        verwacht=[_owed(each) for each in found.verwacht],
        ongevraagd=found.ongevraagd,
        volledig=found.volledig,
        antwoord_op=found.antwoord_op,
        te_laat=found.te_laat,
        dubbel=found.dubbel,
        spreekt_tegen=found.spreekt_tegen,
    )


def corrections_view(corrections: Iterable[KnownCorrection]) -> list[Correctie]:
    return [
        Correctie(
            kopie_id=each.copy_id, soort=each.kind, ontvangen_op=each.received_at, aanvaard=each.taken_on
        )
        for each in corrections
    ]


def _owed(owed: OwedAnswer) -> VerwachtAntwoord:
    return VerwachtAntwoord(
        van=owed.van,
        uiterlijk=owed.uiterlijk,
        stand=owed.stand,
        antwoorden=[
            Antwoord(
                bericht_id=each.bericht_id,
                type=each.type,
                van=each.van,
                aangenomen_op=each.aangenomen_op,
                te_laat=each.te_laat,
                dubbel=each.dubbel,
                spreekt_tegen=each.spreekt_tegen,
            )
            for each in owed.antwoorden
        ],
    )
