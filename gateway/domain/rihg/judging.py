"""What a completed RiHG says: the level and the number of red signals per part, and whether that is in principle a
ban.

In principle: the burgemeester, or the HOvJ with a mandate, decides, weighing all facts of the annex and only
those (Besluit tijdelijk huisverbod 2(1)). Risk signals stand beside the outcome and count only in a simulation.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.rihg.versions import Colour, Level, RihgVersion, rihg


class RiskSignals(StrEnum):
    """BESIDE: shown, never counted; the law. COUNTED: as red signals in a part of their own, in a simulation only
    (pilot flag risicosignalen_tellen, which needs a change of law). How they would weigh is an assumption."""

    BESIDE = "ernaast"
    COUNTED = "meegeteld_in_simulatie"


@dataclass(frozen=True, slots=True, kw_only=True)
class RihgForm:
    """A completed form: the colour of every signal by its number, and the risk signals that were seen."""

    version: RihgVersion
    colours: Mapping[int, Colour]
    risk_signals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RihgOutcome:
    """The outcome, by part in the order of the version. `ban_in_principle` follows from the red signals alone, unless
    `risk_signals_counted`. `risk_signals` are what was seen beside them, in alphabetical order."""

    levels: Mapping[str, Level]
    reds: Mapping[str, int]
    ban_in_principle: bool
    risk_signals: tuple[str, ...]
    risk_signals_counted: bool


def judge_rihg(form: RihgForm, risk: RiskSignals = RiskSignals.BESIDE) -> RihgOutcome:
    """The outcome of a complete form. The level of a part is that of its most serious signal (a design choice: the
    handbook gives colours a level, and parts none).

    Raises: InvalidInput with every signal that is missing or unknown, and when the instrument is not loaded.
    """
    if causes := list(_mistakes(form)):
        raise InvalidInput(
            code="rihg-onvolledig",
            detail_nl="Het RiHG is niet volledig ingevuld.",
            detail_en="The RiHG is not complete.",
            causes=causes,
        )
    version = form.version
    by_part = {
        part: [colour for number, colour in form.colours.items() if version.part_of[number] == part]
        for part in version.parts
    }
    reds = {part: colours.count(Colour.ROOD) for part, colours in by_part.items()}
    counted = risk is RiskSignals.COUNTED
    tallies = [*reds.values(), *([len(form.risk_signals)] if counted else [])]
    return RihgOutcome(
        levels={part: version.levels[_most_serious(colours)] for part, colours in by_part.items()},
        reds=reds,
        ban_in_principle=ban_in_principle(version, tallies),
        risk_signals=tuple(sorted(form.risk_signals)),
        risk_signals_counted=counted,
    )


def ban_in_principle(version: RihgVersion, reds: Collection[int]) -> bool:
    """Whether the red signals in one part are enough. Source: RiHG 2009 (NJi), rule of the version."""
    return any(red >= version.reds_for_ban for red in reds)


def _most_serious(colours: Collection[Colour]) -> Colour:
    order = list(Colour)
    return max(colours, key=order.index, default=Colour.GEEL)


def _mistakes(form: RihgForm) -> Iterator[Cause]:
    if not form.version.part_of:
        yield Cause(
            pointer="/rihg_versie",
            code="instrument_ontbreekt",
            detail_nl="De signalen van deze versie zijn niet geladen.",
            detail_en="The signals of this version are not loaded.",
        )
    for number in sorted({*form.version.numbers} ^ set(form.colours)):
        missing = number in form.version.numbers
        yield Cause(
            pointer=f"/signalen/{number}",
            code="ontbreekt" if missing else "onbekend",
            detail_nl=f"Signaal {number} {'is niet ingevuld' if missing else 'bestaat niet in deze versie'}.",
            detail_en=f"Signal {number} {'is not answered' if missing else 'does not exist in this version'}.",
        )
    for signal in sorted(form.risk_signals - set(rihg().risk_signals)):
        yield Cause(
            pointer="/risicosignalen",
            code="onbekend",
            detail_nl=f"Het risicosignaal {signal} bestaat niet.",
            detail_en=f"There is no risk signal {signal}.",
        )
