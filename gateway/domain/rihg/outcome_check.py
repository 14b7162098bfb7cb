"""Holds the content of a screening.rihg.uitkomst against its version of the form, after the closed schema did.

A mistake is what cannot be true. A remark is what a person may have reasons for, and ought to see: a level or an
advice other than the signals suggest. The HOvJ signs, not the arithmetic.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.rihg.judging import RihgForm, RiskSignals, ban_in_principle, judge_rihg
from gateway.domain.rihg.versions import Colour, RihgVersion, rihg

_RED: Final = Colour.ROOD.value


def check_rihg(
    content: Mapping[str, Any],
    version: RihgVersion | None = None,
    *,
    risk: RiskSignals = RiskSignals.BESIDE,
) -> tuple[Cause, ...]:
    """The remarks on a content that passed the closed schema. `version` is one with its instrument loaded, if there
    is one. Where risk signals count, the remark about the advice says so.

    Raises: InvalidInput with every mistake; pointers into the message (`/inhoud/...`)."""
    known = rihg().versions.get(content["rihg_versie"]) if version is None else version
    if known is None or known.name != content["rihg_versie"]:
        raise _refusal(
            [_cause("rihg_versie", "versie", "Deze versie van het RiHG is niet bekend.", "Unknown version.")]
        )
    if causes := [*_signal_mistakes(content["signalen"], known), *_count_mistakes(content, known)]:
        raise _refusal(causes)
    return tuple(_remarks(content, known, risk))


def _signal_mistakes(signals: Sequence[Mapping[str, Any]], version: RihgVersion) -> Iterator[Cause]:
    seen = Counter(signal["nr"] for signal in signals)
    for index, signal in enumerate(signals):
        if signal["nr"] not in version.numbers:
            yield _cause(
                f"signalen/{index}/nr", "nummer", "Dit signaal bestaat niet.", "There is no such signal."
            )
        elif seen[signal["nr"]] > 1:
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


def _count_mistakes(content: Mapping[str, Any], version: RihgVersion) -> Iterator[Cause]:
    reds = content["aantal_rood_per_onderdeel"]
    where = "aantal_rood_per_onderdeel"
    if len(reds) != len(version.parts):
        names = ", ".join(version.parts)
        yield _cause(where, "aantal", f"Eén getal per onderdeel: {names}.", f"One number per part: {names}.")
        return
    red = [signal["nr"] for signal in content["signalen"] if signal["kleur"] == _RED]
    if not version.part_of:
        if sum(reds) != len(red):
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


def _remarks(content: Mapping[str, Any], version: RihgVersion, risk: RiskSignals) -> Iterator[Cause]:
    counted = risk is RiskSignals.COUNTED
    beside = [len(set(content.get("risicosignalen", [])))] if counted else []
    in_principle = ban_in_principle(version, [*content["aantal_rood_per_onderdeel"], *beside])
    if in_principle is not (content["advies"] == "opleggen"):
        also_nl, also_en = (" met de risicosignalen, SIMULATIE,", " with the risk signals, SIMULATION,")
        nl = (
            f"Het advies wijkt af van wat de rode signalen{also_nl if counted else ''} in beginsel betekenen."
        )
        en = f"The advice differs from what the red signals{also_en if counted else ''} mean in principle."
        yield _cause("advies", "wijkt_af", nl, en)
    if not version.part_of:
        return
    colours = {signal["nr"]: Colour(signal["kleur"]) for signal in content["signalen"]}
    for part, level in judge_rihg(RihgForm(version=version, colours=colours)).levels.items():
        if content[f"onderdeel_{part}"] != level:
            nl = f"De zwaarste kleur in het onderdeel {part} is {level}."
            yield _cause(
                f"onderdeel_{part}", "wijkt_af", nl, f"The most serious colour in the part {part} is {level}."
            )


def _refusal(causes: list[Cause]) -> InvalidInput:
    return InvalidInput(
        code="rihg-klopt-niet",
        detail_nl="De uitkomst past niet bij deze versie van het RiHG.",
        detail_en="The outcome does not fit this version of the RiHG.",
        causes=causes,
    )


def _cause(field: str, code: str, nl: str, en: str) -> Cause:
    return Cause(pointer=f"/inhoud/{field}", code=code, detail_nl=nl, detail_en=en)
