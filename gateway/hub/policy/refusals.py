"""Why there is no decision, each reason by its own name. None of them ever lets anything through."""

from enum import StrEnum
from typing import Final

from gateway.domain.errors import Unavailable

RETRY_AFTER_S: Final = 5  # a restarted OPA has read its bundle well within this


class NoDecision(StrEnum):
    """What was wrong with the decision point or its answer."""

    UNREACHABLE = "beslispunt-onbereikbaar"
    SLOW = "beslispunt-traag"
    NO_RESULT = "beslispunt-geen-resultaat"
    MALFORMED = "beslispunt-misvormd"
    WRONG_REVISION = "beslispunt-verkeerde-revisie"
    UNKNOWN_KEY = "beslispunt-onbekende-sleutel"


_SENTENCES: Final = {
    NoDecision.UNREACHABLE: (
        "Het beslispunt is niet bereikbaar; er is niets gedeeld.",
        "The decision point cannot be reached; nothing was shared.",
    ),
    NoDecision.SLOW: (
        "Het beslispunt antwoordde niet op tijd; er is niets gedeeld.",
        "The decision point did not answer in time; nothing was shared.",
    ),
    NoDecision.NO_RESULT: (
        "Het beslispunt gaf geen besluit; er is niets gedeeld.",
        "The decision point gave no decision; nothing was shared.",
    ),
    NoDecision.MALFORMED: (
        "Het beslispunt gaf een onleesbaar antwoord; er is niets gedeeld.",
        "The decision point gave an answer that cannot be read; nothing was shared.",
    ),
    NoDecision.WRONG_REVISION: (
        "Het beslispunt gebruikt een andere versie van de regels dan de hub kent; er is niets gedeeld.",
        "The decision point uses another revision of the policies than the hub knows; nothing was shared.",
    ),
    NoDecision.UNKNOWN_KEY: (
        "Het beslispunt gaf een antwoord met een onbekend onderdeel; er is niets gedeeld.",
        "The decision point gave an answer with a part that is not known; nothing was shared.",
    ),
}


class DecisionUnavailable(Unavailable):
    """There is no usable decision. `reason` says why; `finding` says where in the answer, for the operator only."""

    def __init__(self, reason: NoDecision, *, finding: str = "") -> None:
        detail_nl, detail_en = _SENTENCES[reason]
        super().__init__(
            retry_after_s=RETRY_AFTER_S, code=reason.value, detail_nl=detail_nl, detail_en=detail_en
        )
        self.reason = reason
        self.finding = finding
