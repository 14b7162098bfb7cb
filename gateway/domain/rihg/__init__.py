"""The risk assessment (RiHG) as a structured, versioned form: its versions, its outcome, and the check of a message.

The signature of the HOvJ is the node's business; whether a ban is imposed is decided by people.
"""

from gateway.domain.rihg.judging import RihgForm, RihgOutcome, RiskSignals, judge_rihg
from gateway.domain.rihg.outcome_check import check_rihg
from gateway.domain.rihg.summary import RIHG_MESSAGE, PartSummary, RihgSummary, summarise_rihg
from gateway.domain.rihg.versions import (
    Colour,
    Level,
    Rihg,
    RihgVersion,
    rihg,
    with_instrument,
    with_instruments,
)

__all__ = [
    "RIHG_MESSAGE",
    "Colour",
    "Level",
    "PartSummary",
    "Rihg",
    "RihgForm",
    "RihgOutcome",
    "RihgSummary",
    "RihgVersion",
    "RiskSignals",
    "check_rihg",
    "judge_rihg",
    "rihg",
    "summarise_rihg",
    "with_instrument",
    "with_instruments",
]
