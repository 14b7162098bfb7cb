"""Holds a screening.rihg.uitkomst against its version of the form, as far as its fields are there.

A mistake is what cannot be true. A remark is what a person may have reasons for, and ought to see: a level or an
advice other than the signals suggest. The HOvJ signs, not the arithmetic.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.rihg.judging import RihgForm, RiskSignals, ban_in_principle, judge_rihg
from gateway.domain.rihg.versions import Colour, RihgVersion, rihg

_COLOURS: Final = frozenset(Colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What can be seen of a form: a field that a mask took away, or made another value, is None here.

    `signals` has number and colour of each signal in the order of the form, `reds` a count per part.
    """

    version: RihgVersion
    signals: Sequence[tuple[int, Colour]] | None
    reds: Sequence[int] | None
    advice: str | None
    levels: Mapping[str, str]
    risk_signals: tuple[str, ...] | None

    @classmethod
    def of(cls, content: Mapping[str, Any], version: RihgVersion) -> Self:
        """From the fields of a message, whole or as a recipient has them."""
        levels = {part: content.get(f"onderdeel_{part}") for part in version.parts}
        advice, beside = content.get("advies"), content.get("risicosignalen")
        return cls(
            version=version,
            signals=_signals(content.get("signalen")),
            reds=_counts(content.get("aantal_rood_per_onderdeel")),
            advice=advice if isinstance(advice, str) else None,
            levels={part: level for part, level in levels.items() if isinstance(level, str)},
            risk_signals=tuple(sorted(set(beside))) if isinstance(beside, list) else None,
        )

    def is_ban_in_principle(self, risk: RiskSignals) -> bool | None:
        """What the red signals come to, with the risk signals where those count; None when the counts are not here."""
        if self.reds is None:
            return None
        beside = [len(self.risk_signals or ())] if risk is RiskSignals.COUNTED else []
        return ban_in_principle(self.version, [*self.reds, *beside])


def check_rihg(
    content: Mapping[str, Any], versions: Mapping[str, RihgVersion] | None = None
) -> tuple[Cause, ...]:
    """The remarks on a content that passed the closed schema. `versions` are those in use, with their instrument where
    it is loaded; without, those that this release knows.

    Raises: InvalidInput with every mistake; pointers into the message (`/inhoud/...`)."""
    version = (rihg().versions if versions is None else versions).get(content["rihg_versie"])
    if version is None:
        raise _refusal([unknown_version()])
    answers = Answers.of(content, version)
    if causes := tuple(mistakes_in(answers)):
        raise _refusal(causes)
    return tuple(remarks_on(answers))


def unknown_version() -> Cause:
    """That the version of a form is not one of those in use."""
    return _cause("rihg_versie", "versie", "Deze versie van het RiHG is niet bekend.", "Unknown version.")


def mistakes_in(answers: Answers) -> Iterator[Cause]:
    """What cannot be true of the fields that are there."""
    if answers.signals is not None:
        yield from _signal_mistakes(answers.signals, answers.version)
    if answers.reds is not None:
        yield from _count_mistakes(answers.reds, answers.signals, answers.version)


def remarks_on(answers: Answers, risk: RiskSignals = RiskSignals.BESIDE) -> Iterator[Cause]:
    """What a person ought to see of fields without mistakes. Where risk signals count, the remark about the advice
    says so."""
    in_principle = answers.is_ban_in_principle(risk)
    if in_principle is not None and answers.advice not in {
        None,
        "opleggen" if in_principle else "niet_opleggen",
    }:
        counted = risk is RiskSignals.COUNTED
        also_nl, also_en = (" met de risicosignalen, SIMULATIE,", " with the risk signals, SIMULATION,")
        nl = (
            f"Het advies wijkt af van wat de rode signalen{also_nl if counted else ''} in beginsel betekenen."
        )
        en = f"The advice differs from what the red signals{also_en if counted else ''} mean in principle."
        yield _cause("advies", "wijkt_af", nl, en)
    if answers.signals is None or not answers.version.part_of:
        return
    form = RihgForm(version=answers.version, colours=dict(answers.signals))
    for part, level in judge_rihg(form).levels.items():
        if answers.levels.get(part, level) != level:
            nl = f"De zwaarste kleur in het onderdeel {part} is {level}."
            yield _cause(
                f"onderdeel_{part}", "wijkt_af", nl, f"The most serious colour in the part {part} is {level}."
            )


def _signal_mistakes(signals: Sequence[tuple[int, Colour]], version: RihgVersion) -> Iterator[Cause]:
    seen = Counter(number for number, _ in signals)
    for index, (number, _) in enumerate(signals):
        if number not in version.numbers:
            yield _cause(
                f"signalen/{index}/nr", "nummer", "Dit signaal bestaat niet.", "There is no such signal."
            )
        elif seen[number] > 1:
            yield _cause(
                f"signalen/{index}/nr",
                "dubbel",
                "Dit signaal staat er vaker in.",
                "This signal is in it twice.",
            )
    for number in version.numbers:
        if not seen[number]:
            yield _cause(
                "signalen", "ontbreekt", f"Signaal {number} ontbreekt.", f"Signal {number} is missing."
            )


def _count_mistakes(
    reds: Sequence[int], signals: Sequence[tuple[int, Colour]] | None, version: RihgVersion
) -> Iterator[Cause]:
    where = "aantal_rood_per_onderdeel"
    if len(reds) != len(version.parts):
        names = ", ".join(version.parts)
        yield _cause(where, "aantal", f"Eén getal per onderdeel: {names}.", f"One number per part: {names}.")
        return
    if signals is None:
        return
    red = [number for number, colour in signals if colour is Colour.ROOD]
    if not version.part_of:
        if sum(reds) != len(red) or min(reds) < 0:
            nl, en = (
                "De aantallen rood kloppen niet met de signalen.",
                "The red counts differ from the signals.",
            )
            yield _cause(where, "telling", nl, en)
        return
    counted = Counter(version.part_of.get(number) for number in red)
    for index, part in enumerate(version.parts):
        if reds[index] != counted[part]:
            nl = f"In het onderdeel {part} zijn {counted[part]} signalen rood."
            yield _cause(
                f"{where}/{index}", "telling", nl, f"In the part {part} {counted[part]} signals are red."
            )


def _signals(value: object) -> list[tuple[int, Colour]] | None:
    if not isinstance(value, list):
        return None
    pairs = [(row.get("nr"), row.get("kleur")) for row in value if isinstance(row, dict)]
    found = [
        (number, Colour(colour)) for number, colour in pairs if type(number) is int and colour in _COLOURS
    ]
    return found if len(found) == len(value) else None


def _counts(value: object) -> list[int] | None:
    return value if isinstance(value, list) and all(type(count) is int for count in value) else None


def _refusal(causes: Sequence[Cause]) -> InvalidInput:
    return InvalidInput(
        code="rihg-klopt-niet",
        detail_nl="De uitkomst past niet bij deze versie van het RiHG.",
        detail_en="The outcome does not fit this version of the RiHG.",
        causes=tuple(causes),
    )


def _cause(field: str, code: str, nl: str, en: str) -> Cause:
    return Cause(pointer=f"/inhoud/{field}", code=code, detail_nl=nl, detail_en=en)
