"""A roster as comma- or semicolon-separated text, with the columns in any order under their names.

    rol;medewerker;van;tot;volgorde;kanaal;adres
    politie_hovj;pol-0007;2026-03-01 08:00;2026-03-01 20:00;1;mail;piket-hovj@politie.example

The last three may be left out. Times are those on the wall, or RFC 3339 with an offset.
"""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from gateway.node.rosters.line import MAX_TEXT, Duty, Mistakes, moment_or_mistake

REQUIRED: Final = ("rol", "medewerker", "van", "tot")
OPTIONAL: Final = ("volgorde", "kanaal", "adres")


def read_csv(text: str) -> list[Duty]:
    """Every duty, in the order of the file. Raises InvalidInput with every mistake and its line."""
    mistakes = Mistakes()
    text = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    duties: list[Duty | None] = []
    try:
        _check_columns(reader.fieldnames or [], mistakes)
        mistakes.raise_any()
        duties.extend(_duty(row, reader.line_num, mistakes) for row in reader)
    except csv.Error:
        nl, en = "aanhalingstekens of regeleinden kloppen niet.", "quotes or line ends are not valid."
        mistakes.add(max(reader.line_num, 1), "csv", nl, en)
        mistakes.raise_any()
    if not duties:
        mistakes.add(1, "leeg", "er staat geen dienst in.", "there is no duty in it.")
    mistakes.raise_any()
    return [duty for duty in duties if duty is not None]


def _check_columns(names: object, mistakes: Mistakes) -> None:
    found = [str(name).strip() for name in names] if isinstance(names, list) else []
    for missing in [name for name in REQUIRED if name not in found]:
        mistakes.add(1, missing, f"de kolom {missing} ontbreekt.", f"the column {missing} is missing.")
    if any(name not in {*REQUIRED, *OPTIONAL} for name in found) or len(set(found)) != len(found):
        allowed = ", ".join((*REQUIRED, *OPTIONAL))
        mistakes.add(1, "kolommen", f"alleen, en een keer: {allowed}.", f"only, and once: {allowed}.")


def _duty(row: Mapping[str | None, object], line: int, mistakes: Mistakes) -> Duty | None:
    """None when the line has more fields than columns, or fewer."""
    if None in row or any(not isinstance(value, str) for value in row.values()):
        nl, en = "het aantal velden klopt niet.", "the number of fields is not right."
        mistakes.add(line, "velden", nl, en)
        return None
    values = {str(name).strip(): str(value).strip() for name, value in row.items()}
    for name, value in values.items():
        if len(value) > MAX_TEXT or (name in REQUIRED and not value):
            mistakes.add(line, name, f"{name} is leeg of te lang.", f"{name} is empty or too long.")
    return Duty(
        line=line,
        role=values["rol"],
        staff=values["medewerker"],
        starts_at=_time(values["van"], line, "van", mistakes),
        ends_at=_time(values["tot"], line, "tot", mistakes),
        rank=_rank(values.get("volgorde", ""), line, mistakes),
        channel=values.get("kanaal") or None,
        address=values.get("adres") or None,
    )


def _time(text: str, line: int, name: str, mistakes: Mistakes) -> str:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        nl = f"{name} is geen tijdstip zoals 2026-03-01 08:00."
        mistakes.add(line, name, nl, f"{name} is no time such as 2026-03-01 08:00.")
        return ""
    return moment_or_mistake(value, line, name, mistakes)


def _rank(text: str, line: int, mistakes: Mistakes) -> int:
    """The order of calling as people count, from 1; 1 when it is left out."""
    if not text:
        return 0
    if len(text) == 1 and text in "123456789":
        return int(text) - 1
    mistakes.add(line, "volgorde", "volgorde is een cijfer van 1 tot 9.", "volgorde is a digit from 1 to 9.")
    return 0
