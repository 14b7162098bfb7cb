"""The versions of the RiHG: how many signals in which parts, and what the colours mean.

Data, because the instrument is being revised. Which signal belongs to which part, and what it says, belongs to the
instrument itself and is loaded with it (`with_instrument`); without it a form can be checked but not judged.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from gateway.domain.catalogue.record import Record
from gateway.domain.errors import CatalogueError, Cause, InvalidInput


class Level(StrEnum):
    """How serious."""

    LAAG = "laag"
    MIDDEN = "midden"
    HOOG = "hoog"


class Colour(StrEnum):
    """What a signal is marked with, the least serious first."""

    GEEL = "geel"
    BLAUW = "blauw"
    ROOD = "rood"


@dataclass(frozen=True, slots=True, kw_only=True)
class RihgVersion:
    """One version. `part_of` gives the part of each signal by its number; empty until the instrument is loaded.

    `reds_for_ban` red signals in one part are in principle a ban.
    """

    name: str
    parts: tuple[str, ...]
    signal_count: int
    levels: Mapping[Colour, Level]
    reds_for_ban: int
    rule: str
    source: str
    status: str
    part_of: Mapping[int, str] = field(default_factory=dict)
    texts: Mapping[int, str] = field(default_factory=dict)

    @property
    def numbers(self) -> range:
        """The numbers of the signals."""
        return range(1, self.signal_count + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rihg:
    """Every version by name, and the risk signals that stand beside all of them."""

    versions: Mapping[str, RihgVersion]
    risk_signals: tuple[str, ...]
    risk_rule: str


@cache
def rihg() -> Rihg:
    """What this release knows of the instrument, read once. Raises: CatalogueError."""
    text = (files("gateway.domain.rihg") / "versions.json").read_text(encoding="utf-8")
    try:
        return _read(json.loads(text))
    except ValueError as error:
        raise CatalogueError(f"rihg/versions.json: {error}") from error


def with_instrument(version: RihgVersion, document: object) -> RihgVersion:
    """The version with the signals of the instrument: `{"rihg_versie", "signalen": [{"nr", "onderdeel", "tekst"}]}`.

    Raises: InvalidInput with every mistake.
    """
    causes = list(_instrument_mistakes(version, document))
    if causes or not isinstance(document, dict):
        raise InvalidInput(
            code="rihg-instrument-onjuist",
            detail_nl="Het bestand van het RiHG past niet bij deze versie.",
            detail_en="The file of the instrument does not fit this version.",
            causes=causes,
        )
    rows = document["signalen"]
    return replace(
        version,
        part_of=MappingProxyType({row["nr"]: row["onderdeel"] for row in rows}),
        texts=MappingProxyType({row["nr"]: row["tekst"] for row in rows}),
    )


def with_instruments(documents: Iterable[object]) -> Mapping[str, RihgVersion]:
    """Every version of this release by name, those with a document with their signals.

    Raises: InvalidInput for a version that this release does not know, a second document for one, and as
    `with_instrument`.
    """
    versions = dict(rihg().versions)
    for document in documents:
        name = document.get("rihg_versie") if isinstance(document, dict) else None
        known = versions.get(name) if isinstance(name, str) else None
        if known is None or known.part_of:
            raise InvalidInput(
                code="rihg-instrument-onjuist",
                detail_nl="Deze versie van het RiHG is niet bekend, of zij is al geladen.",
                detail_en="This version of the RiHG is not known, or it was loaded already.",
                causes=[_cause("/rihg_versie", "versie", "Onbekend of dubbel.", "Unknown, or loaded twice.")],
            )
        versions[known.name] = with_instrument(known, document)
    return MappingProxyType(versions)


def _instrument_mistakes(version: RihgVersion, document: object) -> Iterator[Cause]:
    if not isinstance(document, dict) or not isinstance(document.get("signalen"), list):
        yield _cause("", "vorm", "Het bestand heeft een lijst signalen.", "The file has a list signalen.")
        return
    if document.get("rihg_versie") != version.name:
        yield _cause("/rihg_versie", "versie", "Dit is een andere versie.", "This is another version.")
    seen: Counter[object] = Counter()
    for index, row in enumerate(document["signalen"]):
        yield from _row_mistakes(version, row, f"/signalen/{index}")
        if isinstance(row, dict):
            number = row.get("nr")
            seen[number if isinstance(number, int) else None] += 1
    for number in version.numbers:
        if seen[number] != 1:
            yield _cause(
                "/signalen",
                "nummer",
                f"Signaal {number} staat er niet één keer in.",
                f"Signal {number} is not in it once.",
            )


def _row_mistakes(version: RihgVersion, row: object, pointer: str) -> Iterator[Cause]:
    if not isinstance(row, dict) or set(row) != {"nr", "onderdeel", "tekst"}:
        yield _cause(
            pointer,
            "vorm",
            "Een signaal heeft nr, onderdeel en tekst.",
            "A signal has nr, onderdeel and tekst.",
        )
        return
    if type(row["nr"]) is not int or row["nr"] not in version.numbers:
        yield _cause(f"{pointer}/nr", "nummer", "Dit nummer bestaat niet.", "There is no such number.")
    if row["onderdeel"] not in version.parts:
        yield _cause(
            f"{pointer}/onderdeel", "onderdeel", "Dit onderdeel bestaat niet.", "There is no such part."
        )
    if not isinstance(row["tekst"], str) or not row["tekst"]:
        yield _cause(f"{pointer}/tekst", "tekst", "De tekst ontbreekt.", "The text is missing.")


def _cause(pointer: str, code: str, nl: str, en: str) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=nl, detail_en=en)


def _read(document: Any) -> Rihg:
    with Record(document, "rihg/versions.json") as record:
        versions = [_version(row) for row in record.records("versies")]
        with record.record("risicosignalen") as risk:
            signals, rule = risk.texts("waarden"), risk.text("regel")
    return Rihg(
        versions=MappingProxyType({version.name: version for version in versions}),
        risk_signals=signals,
        risk_rule=rule,
    )


def _version(row: Record) -> RihgVersion:
    with row:
        count, reds = row.number_or_none("aantal_signalen"), row.number_or_none("rood_voor_verbod")
        if not count or not reds:
            raise CatalogueError(
                f"{row.where}: a version says how many signals it has, and how many red are a ban"
            )
        colours = row.record("kleuren").entries()
        return RihgVersion(
            name=row.text("rihg_versie"),
            parts=row.texts("onderdelen"),
            signal_count=count,
            levels=MappingProxyType({Colour(colour): Level(level) for colour, level in colours.items()}),
            reds_for_ban=reds,
            rule=row.text("regel"),
            source=row.text("herkomst"),
            status=row.text("status"),
        )
