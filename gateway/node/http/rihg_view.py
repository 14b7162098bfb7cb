"""What the API shows of a RiHG, to who plans it and to who reads a copy of it."""

from collections.abc import Mapping
from typing import Any

from gateway.domain.errors import Cause
from gateway.domain.rihg import RIHG_MESSAGE, RihgSummary, RihgVersion, summarise_rihg
from gateway.node.http.bodies import Opmerking, RihgOnderdeel, RihgUitkomst
from gateway.web.problems import Language


def copy_rihg_view(
    message_type: str, content: Mapping[str, Any], versions: Mapping[str, RihgVersion], language: Language
) -> RihgUitkomst | None:
    """Of a copy, from the fields that are shown of it; None for another type of message."""
    found = summarise_rihg(content, versions) if message_type == RIHG_MESSAGE else None
    return rihg_view(found, language)


def rihg_view(found: RihgSummary | None, language: Language) -> RihgUitkomst | None:
    """None for None."""
    if found is None:
        return None
    return RihgUitkomst(
        versie=found.version,
        instrument_geladen=found.has_instrument,
        in_beginsel_huisverbod=found.is_ban_in_principle,
        regel=None if found.reds_needed is None else _rule(found.reds_needed, language),
        onderdelen=[
            RihgOnderdeel(onderdeel=part.name, niveau=part.level, aantal_rood=part.reds)
            for part in found.parts
        ],
        risicosignalen=None if found.risk_signals is None else list(found.risk_signals),
        risicosignalen_meegeteld=found.are_risk_signals_counted,
        opmerkingen=[remark_view(each, language) for each in found.remarks],
    )


def _rule(reds: int, language: Language) -> str:
    if language is Language.NL:
        return f"{reds} of meer rode signalen in één onderdeel: in beginsel een huisverbod."
    return f"{reds} or more red signals in one part: in principle a ban."


def remark_view(cause: Cause, language: Language) -> Opmerking:
    """In the language of the reader."""
    text = cause.detail_nl if language is Language.NL else cause.detail_en
    return Opmerking(pointer=cause.pointer, code=cause.code, tekst=text)
