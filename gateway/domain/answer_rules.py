"""How each message type is answered: who owes an answer, until when, and which answers contradict each other.

A table beside the reply types of the catalogue; conversation.py applies it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gateway.domain.urgency import Urgency

ANSWER_WITHIN: Final[Mapping[Urgency, timedelta]] = {
    Urgency.U0: timedelta(minutes=30),
    Urgency.U1: timedelta(hours=2),
    Urgency.U2: timedelta(hours=8),
}
"""Time to an answer where the message states none; U3 has none. Source: domain.md 3.1 (a design choice)."""


class Asked(StrEnum):
    """Who owes an answer: each agency that may answer, or any one of them."""

    EACH = "ieder"
    ANY = "een"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRule:
    """How a message type is answered, beyond its reply types in the catalogue.

    `when`: an answer is owed only with one of these facts (`present`: whatever its value). `due_fact` is the fact that
    states until when. `within` gives the time by the value of a fact.
    """

    asked: Asked = Asked.ANY
    owed: bool = True
    when: Mapping[str, tuple[bool | str, ...]] = field(default_factory=dict)
    present: str | None = None
    due_fact: str | None = None
    within: Mapping[str, Mapping[str, timedelta]] = field(default_factory=dict)


ANSWER_RULES: Final[Mapping[str, AnswerRule]] = {
    "weegteam.uitnodiging": AnswerRule(asked=Asked.EACH),
    "historie.verzoek": AnswerRule(asked=Asked.EACH),
    "zsm.context.verzoek": AnswerRule(asked=Asked.EACH, due_fact="beslismoment_uiterlijk"),
    "besluit.context.verzoek": AnswerRule(asked=Asked.EACH, due_fact="beslismoment_uiterlijk"),
    "weegteam.advies": AnswerRule(when={"advies": ("positief",)}),
    "zsm.afdoening": AnswerRule(present="in_vrijheid_op", due_fact="in_vrijheid_op"),
    "screening.gepland.kennisgeving": AnswerRule(
        within={
            "spoedeisendheid": {
                "nu": timedelta(minutes=30),
                "vandaag": timedelta(hours=8),
                "binnen_48u": timedelta(hours=48),
            }
        }
    ),
    # The catalogue says of these that no answer is owed; a message that does come is part of the conversation.
    "weegteam.inbreng": AnswerRule(owed=False),
    "rechtsbijstand.toewijzing": AnswerRule(owed=False),
    "monitoring.signaal": AnswerRule(owed=False),
    "zsm.context.antwoord": AnswerRule(owed=False),
}
PLAIN: Final = AnswerRule()

DECISIVE: Final[Mapping[str, str]] = {
    "weegteam.advies": "advies",
    "screening.gepland.bevestiging": "reactie",
    "rechtsbijstand.toewijzing": "aanvaard",
    "verlenging.advies": "advies",
    "rechter.uitspraak": "uitkomst",
    "achterblijver.geinformeerd": "resultaat",
    "crisisdienst.aankomst": "reactie",
}
"""The fact in which two answers of one type can contradict each other."""

GOES_BACK: Final = frozenset(
    {
        "besluit.context.antwoord",
        "besluit.vt_overleg.antwoord",
        "crisisdienst.aankomst",
        "historie.antwoord",
        "melding.terugkoppeling",
        "screening.gepland.bevestiging",
        "zsm.context.antwoord",
    }
)
"""Answers that are for whoever asked. The others answer by going on: advice goes to whom it concerns."""

GOES_ON: Final[Mapping[str, frozenset[tuple[str, str]]]] = {
    "screening.gepland.bevestiging": frozenset({("ingepland", "gestart"), ("ingepland", "teruggelegd")}),
    "achterblijver.geinformeerd": frozenset(
        {
            ("niet_bereikt", "geinformeerd"),
            ("niet_bereikt", "overgedragen"),
            ("overgedragen", "geinformeerd"),
            ("overgedragen", "niet_bereikt"),
        }
    ),
    "crisisdienst.aankomst": frozenset(
        {
            ("onderweg", "aangekomen"),
            ("onderweg", "niet_beschikbaar"),
            ("niet_beschikbaar", "onderweg"),
            ("niet_beschikbaar", "aangekomen"),
        }
    ),
    "rechtsbijstand.toewijzing": frozenset({("False", "True")}),
}
"""From the earlier to the later answer: how things went on, which is no contradiction."""

EXCLUDE: Final = frozenset(
    {
        frozenset({"huisverbod.opgelegd", "huisverbod.niet_opgelegd"}),
        frozenset({"huisverbod.verlengd", "huisverbod.niet_verlengd"}),
    }
)
"""Decisions that cannot both answer one message."""
