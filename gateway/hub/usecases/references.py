"""Whether a message may refer to the message that it names: as its answer, or as its correction.

Asked only when the policy allowed the message, so that a case that one does not see stays unseen. An answer must answer
something that this agency sent or was sent in this case, be of a type that answers it, and go back to whoever asked. A
correction goes to every recipient of the original that still has it, and to nobody else: the sender alone is told whom
it misses. Whoever took the place of an agency answers and is answered in it.
Sources: domain.md 3.2, message 47; AVG 19; Wpg 28(3), 30.
"""

from collections.abc import Iterable

from gateway.domain.answer_rules import GOES_BACK
from gateway.domain.conversation import CORRECTION, check_answer
from gateway.domain.errors import Cause, Conflict, InvalidInput, SchakelError
from gateway.hub.usecases.deciding import Decided


def reference_refusal(decided: Decided) -> SchakelError | None:
    """What is wrong with what the message refers to: InvalidInput about an answer, Conflict about a correction."""
    return _answer_refusal(decided) or _correction_refusal(decided)


def _answer_refusal(decided: Decided) -> InvalidInput | None:
    proposal, record = decided.proposal, decided.record
    situation = record.situation
    answered, oin = proposal.in_reply_to, proposal.sender.agency.oin
    if answered is None:
        return None
    asked = next((m for m in situation.sent if m.message_id == answered), None)
    reached = any(record.heir(r.oin) == oin and r.message_id == answered for r in situation.received)
    if asked is not None and record.heir(asked.oin) != oin and not reached:
        asked = None  # nothing tells a message of others in the case from one that does not exist
    try:
        check_answer(proposal.message_type.name, None if asked is None else asked.message_type)
    except InvalidInput as error:
        return error
    addressed = {oin, *(recipient.agency.oin for recipient in proposal.recipients)}
    back = None if asked is None else record.heir(asked.oin)
    if back is not None and proposal.message_type.name in GOES_BACK and back not in addressed:
        return InvalidInput(
            code="antwoord-aan-ander",
            detail_nl="Een antwoord gaat aan de organisatie die het vroeg; die staat niet bij de ontvangers.",
            detail_en="An answer goes to the agency that asked; it is not among the recipients.",
        )
    return None


def _correction_refusal(decided: Decided) -> Conflict | None:
    proposal, record = decided.proposal, decided.record
    if proposal.message_type.name != CORRECTION:
        return None
    original = proposal.facts.get("bericht_id")
    have = {(record.heir(r.oin), r.role) for r in record.situation.received if r.message_id == original}
    listed = {(recipient.agency.oin, recipient.role) for recipient in proposal.recipients}
    if missed := sorted(have - listed):
        return Conflict(
            code="correctie-mist-ontvanger",
            detail_nl="Een correctie gaat aan iedere eerdere ontvanger van het bericht.",
            detail_en="A correction goes to every earlier recipient of the message.",
            causes=_causes(
                missed, "mist", "Kreeg het bericht, en staat er niet bij.", "Has it, and is not listed."
            ),
        )
    if new := sorted(listed - have):
        return Conflict(
            code="correctie-nieuwe-ontvanger",
            detail_nl="Een correctie gaat aan niemand die het bericht niet kreeg.",
            detail_en="A correction goes to nobody who did not get the message.",
            causes=_causes(new, "nieuw", "Heeft het bericht niet.", "Does not have the message."),
        )
    return None


def _causes(addresses: Iterable[tuple[str, str]], code: str, nl: str, en: str) -> tuple[Cause, ...]:
    return tuple(
        Cause(
            pointer="/ontvangers", code=code, detail_nl=f"{oin} {role}: {nl}", detail_en=f"{oin} {role}: {en}"
        )
        for oin, role in addresses
    )
