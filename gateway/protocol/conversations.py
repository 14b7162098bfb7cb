"""Asking the hub how it stands with the answers to messages, and what it tells.

Told is only what the asking agency sent or was sent itself. The agency that asked sees who owes it an answer; an agency
that was asked sees what it owes itself, and never who else was asked.
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.protocol.wire import Body, Instant, OinText, ShortText, Uuid

MOST_AT_ONCE = 200


class ConversationQuestion(Body):
    """How does it stand with the answers to these messages, and what is late, double or contradictory of them?"""

    soort: Literal["gesprek"]
    berichten: Annotated[list[Uuid], Field(min_length=1, max_length=MOST_AT_ONCE)]


class GivenAnswer(Body):
    """One answer that came. `spreekt_tegen` are earlier or later answers that cannot be true beside it."""

    bericht_id: Uuid
    type: ShortText
    van: OinText
    aangenomen_op: Instant
    te_laat: bool
    dubbel: bool
    spreekt_tegen: list[Uuid]


class OwedAnswer(Body):
    """What is owed by `van`: by one agency, or by any one of several. `stand` is wacht, uitgebleven, geweigerd,
    beantwoord, te_laat or tegenstrijdig."""

    van: list[OinText]
    uiterlijk: Instant | None
    stand: ShortText
    antwoorden: list[GivenAnswer]


class MessageConversation(Body):
    """How it stands with one message: what is owed for it, and what it is itself an answer to.

    `ongevraagd` are answers of agencies from which none was expected. `te_laat`, `dubbel` and `spreekt_tegen` are
    about the message itself, as an answer to `antwoord_op`.
    """

    bericht_id: Uuid
    verwacht: list[OwedAnswer]
    ongevraagd: list[Uuid]
    volledig: bool
    antwoord_op: Uuid | None
    te_laat: bool
    dubbel: bool
    spreekt_tegen: list[Uuid]


class ConversationAnswer(Body):
    """One entry for each message that the agency sent or was sent; the others are left out, known or not."""

    gesprekken: list[MessageConversation]
