"""Reading parsed JSON strictly: closed objects, and every member of the form that was asked for."""

import re
from dataclasses import dataclass
from typing import Any, Self

from audit.canonical import MAX_INTEGER
from audit.errors import BodyInvalid


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object at `pointer`. Every method raises BodyInvalid with the pointer of what is wrong, never
    its value."""

    members: dict[str, Any]
    pointer: str = ""

    @classmethod
    def of(cls, value: object, pointer: str = "") -> Self:
        if not isinstance(value, dict):
            raise BodyInvalid(f"{pointer or '/'}: geen object")
        return cls(value, pointer)

    def closed(self, *names: str) -> None:
        """Returns when exactly these members are there."""
        if self.members.keys() != set(names):
            wrong = min(self.members.keys() ^ set(names))
            known = "ontbreekt" if wrong in names else "onbekend veld"
            raise BodyInvalid(f"{self.pointer}/{wrong}: {known}")

    def has(self, name: str) -> bool:
        return name in self.members

    def filled(self, name: str) -> bool:
        return self._get(name) is not None

    def inner(self, name: str) -> "Shape":
        return Shape.of(self._get(name), f"{self.pointer}/{name}")

    def text(self, name: str, form: re.Pattern[str]) -> str:
        value = self.members.get(name)
        if isinstance(value, str) and form.fullmatch(
            value
        ):  # Ten of these per leaf: the pointer is made on refusal only.
            return value
        return self._text(self._get(name), f"{self.pointer}/{name}", form)

    def maybe(self, name: str, form: re.Pattern[str]) -> str | None:
        return None if self._get(name) is None else self.text(name, form)

    def integer(self, name: str, *, at_least: int) -> int:
        return self._integer(self._get(name), f"{self.pointer}/{name}", at_least)

    def texts(self, name: str, form: re.Pattern[str]) -> tuple[str, ...]:
        pointer = f"{self.pointer}/{name}"
        return tuple(self._text(item, f"{pointer}/{at}", form) for at, item in enumerate(self._items(name)))

    def integers(self, name: str, *, at_least: int) -> tuple[int, ...]:
        pointer = f"{self.pointer}/{name}"
        return tuple(
            self._integer(item, f"{pointer}/{at}", at_least) for at, item in enumerate(self._items(name))
        )

    def objects(self, name: str) -> "tuple[Shape, ...]":
        pointer = f"{self.pointer}/{name}"
        return tuple(Shape.of(item, f"{pointer}/{at}") for at, item in enumerate(self._items(name)))

    def _get(self, name: str) -> object:
        if name not in self.members:
            raise BodyInvalid(f"{self.pointer}/{name}: ontbreekt")
        return self.members[name]

    def _items(self, name: str) -> list[object]:
        value = self._get(name)
        if not isinstance(value, list):
            raise BodyInvalid(f"{self.pointer}/{name}: geen lijst")
        return value

    @staticmethod
    def _text(value: object, pointer: str, form: re.Pattern[str]) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise BodyInvalid(f"{pointer}: niet van de vereiste vorm")
        return str(value)

    @staticmethod
    def _integer(value: object, pointer: str, at_least: int) -> int:
        if type(value) is not int or not at_least <= value <= MAX_INTEGER:
            raise BodyInvalid(f"{pointer}: geen geheel getal vanaf {at_least}")
        return value
