"""What a person is shown of a RiHG: what it comes to, and what is remarkable about it.

From the fields that this person has, so it tells nothing that they do not. A form that came from elsewhere may hold
mistakes; they are shown as remarks, and what it comes to is then not said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.domain.errors import Cause
from gateway.domain.rihg.judging import RiskSignals
from gateway.domain.rihg.outcome_check import Answers, mistakes_in, remarks_on, unknown_version
from gateway.domain.rihg.versions import RihgVersion

RIHG_MESSAGE: Final = "screening.rihg.uitkomst"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSummary:
    """A part of the form with its level and number of red signals as stated, or None where that is not to be seen."""

    name: str
    level: str | None
    reds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RihgSummary:
    """`is_ban_in_principle` is None when it cannot be said; never more than "in principle": people decide.
    `reds_needed` is the rule of the version. `risk_signals` stand beside it, None when not to be seen, and count
    in a simulation only."""

    version: str
    has_instrument: bool
    parts: tuple[PartSummary, ...]
    is_ban_in_principle: bool | None
    reds_needed: int | None
    risk_signals: tuple[str, ...] | None
    are_risk_signals_counted: bool
    remarks: tuple[Cause, ...]


def summarise_rihg(
    content: Mapping[str, Any],
    versions: Mapping[str, RihgVersion],
    risk: RiskSignals = RiskSignals.BESIDE,
) -> RihgSummary | None:
    """None when the version is not to be seen: what the rest means is then not known."""
    name = content.get("rihg_versie")
    if not isinstance(name, str):
        return None
    version = versions.get(name)
    if version is None:
        return RihgSummary(
            version=name,
            has_instrument=False,
            parts=(),
            is_ban_in_principle=None,
            reds_needed=None,
            risk_signals=None,
            are_risk_signals_counted=False,
            remarks=(unknown_version(),),
        )
    answers = Answers.of(content, version)
    mistakes = tuple(mistakes_in(answers))
    counts = dict(zip(version.parts, answers.reds or (), strict=False))
    return RihgSummary(
        version=name,
        has_instrument=bool(version.part_of),
        parts=tuple(
            PartSummary(name=part, level=answers.levels.get(part), reds=counts.get(part))
            for part in version.parts
        ),
        is_ban_in_principle=None if mistakes else answers.is_ban_in_principle(risk),
        reds_needed=version.reds_for_ban,
        risk_signals=answers.risk_signals,
        are_risk_signals_counted=risk is RiskSignals.COUNTED,
        remarks=mistakes or tuple(remarks_on(answers, risk)),
    )
