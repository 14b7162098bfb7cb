"""Tells a compatible change of a message type from one that breaks whoever uses the released version.

Compatible: every content that was valid still is, and means the same. So an optional field may be added, a limit may
grow, a code may be added, a rule may go. Breaking: a field, member or code removed, something required that was not, a
narrower or other type, another category, and another fact: what becomes a fact leaves the seal, and what stops being
one takes its clock away. A breaking change needs a new first number of the version, which is another type on the wire.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.catalogue.released_shape import Released, Shape

_MUST_BE_THE_SAME: Final = {
    "soort": "het type is veranderd",
    "categorie": "de categorie is veranderd",
    "feit": "wat de hub ziet is veranderd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change of a type. `where` is the type, or the path of field and member in it."""

    where: str
    what: str
    is_breaking: bool


def compare(released: Released, now: Released) -> list[Difference]:
    """Every change since the release, in the order of the types. `now` holds one version of each type.

    A breaking change in a version whose first number is new does not count as one.
    """
    differences = [
        Difference(where=name, what="het berichttype is weg", is_breaking=True)
        for name in released
        if name not in now
    ]
    for name, versions in now.items():
        ((version, shape),) = versions.items()
        differences += _type_changes(name, version, shape, released.get(name, {}))
    return differences


def _type_changes(name: str, version: str, now: Shape, released: Mapping[str, Shape]) -> Iterator[Difference]:
    if not released:
        yield Difference(where=name, what="nieuw berichttype", is_breaking=False)
        return
    same = [each for each in released if _major(each) == _major(version)]
    if same:
        yield from shape_changes(name, released[max(same, key=_number)], now)
    elif _major(version) > max(map(_major, released)):
        yield Difference(where=name, what=f"nieuwe versie {version}", is_breaking=False)
    else:
        yield Difference(
            where=name, what=f"versie {version} is ouder dan wat is uitgegeven", is_breaking=True
        )


def shape_changes(where: str, before: Shape, now: Shape) -> Iterator[Difference]:
    """The changes between two shapes of one type."""
    yield from _members(where, before["velden"], now["velden"])
    for rule in now["regels"]:
        if rule not in before["regels"]:
            fields = ", ".join(rule["velden"])
            yield Difference(
                where=where, what=f"er is een regel bij die {fields} verplicht", is_breaking=True
            )
    for rule in before["regels"]:
        if rule not in now["regels"]:
            fields = ", ".join(rule["velden"])
            yield Difference(
                where=where, what=f"een regel die {fields} verplichtte is weg", is_breaking=False
            )


def _members(where: str, before: Shape, now: Shape) -> Iterator[Difference]:
    for name, was in before.items():
        path = f"{where}.{name}"
        if name not in now:
            yield Difference(where=path, what="is weg", is_breaking=True)
            continue
        is_ = now[name]
        yield from _value(path, was, is_)
        if was["verplicht"] != is_["verplicht"]:
            what = "is nu verplicht" if is_["verplicht"] else "is niet langer verplicht"
            yield Difference(where=path, what=what, is_breaking=is_["verplicht"])
    for name, is_ in now.items():
        if name not in before:
            what = "nieuw en verplicht" if is_["verplicht"] else "nieuw, niet verplicht"
            yield Difference(where=f"{where}.{name}", what=what, is_breaking=is_["verplicht"])


def _value(path: str, was: Shape, is_: Shape) -> Iterator[Difference]:
    for key, what in _MUST_BE_THE_SAME.items():
        if was.get(key) != is_.get(key):
            yield Difference(where=path, what=what, is_breaking=True)
    if was["soort"] != is_["soort"]:
        return
    yield from _limit(path, was.get("hoogstens"), is_.get("hoogstens"))
    yield from _codes(path, was.get("codes", []), is_.get("codes", []))
    if "regel" in was:
        yield from _value(f"{path}[]", was["regel"], is_["regel"])
    if "leden" in was:
        yield from _members(path, was["leden"], is_["leden"])


def _limit(path: str, was: int | None, is_: int | None) -> Iterator[Difference]:
    if was == is_:
        return
    is_narrower = is_ is not None and (was is None or is_ < was)
    what = f"grens van {was} naar {is_}"
    yield Difference(where=path, what=what, is_breaking=is_narrower)


def _codes(path: str, was: list[str], is_: list[str]) -> Iterator[Difference]:
    for code in was:
        if code not in is_:
            yield Difference(where=path, what=f"de waarde {code} is weg", is_breaking=True)
    for code in is_:
        if code not in was:
            yield Difference(where=path, what=f"de waarde {code} is nieuw", is_breaking=False)


def _major(version: str) -> int:
    return _number(version)[0]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
