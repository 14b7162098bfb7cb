"""Reads one JSON object of the catalogue, closed: what is not asked for is an error, and so is what is missing."""

from types import TracebackType
from typing import Any, Self, TypeVar

from gateway.domain.errors import CatalogueError

_T = TypeVar("_T")


class Record:
    """One object. Use as a context manager: leaving it raises CatalogueError for keys that nobody read."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise CatalogueError(f"{where}: not an object")
        self.where = where
        self._left: dict[str, Any] = dict(value)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._left:
            raise CatalogueError(f"{self.where}: unknown keys {sorted(self._left)}")

    def text(self, key: str) -> str:
        """A text; may be empty."""
        return self._typed(key, self._take(key), str)

    def text_or_none(self, key: str) -> str | None:
        """A text, or None when the key is absent or null."""
        value = self._left.pop(key, None)
        return None if value is None else self._typed(key, value, str)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """A yes or no; required unless a default is given."""
        if default is not None and key not in self._left:
            return default
        return self._typed(key, self._take(key), bool)

    def number_or_none(self, key: str) -> int | None:
        """A whole number, or None when the key is absent."""
        value = self._left.pop(key, None)
        return None if value is None else self._typed(key, value, int)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once."""
        return self._texts(key, self._take(key))

    def texts_or_none(self, key: str) -> tuple[str, ...] | None:
        """A list of texts, or None when the key is absent or null."""
        value = self._left.pop(key, None)
        return None if value is None else self._texts(key, value)

    def records(self, key: str) -> list["Record"]:
        """A list of objects, in order."""
        rows = self._typed(key, self._take(key), list)
        return [Record(row, f"{self.where}.{key}[{index}]") for index, row in enumerate(rows)]

    def record(self, key: str) -> "Record":
        """An object with its own closed set of keys."""
        return Record(self._take(key), f"{self.where}.{key}")

    def record_or_none(self, key: str) -> "Record | None":
        """An object, or None when the key is absent or null."""
        value = self._left.pop(key, None)
        return None if value is None else Record(value, f"{self.where}.{key}")

    def value(self, key: str) -> Any:
        """Any JSON value: the caller judges it."""
        return self._take(key)

    def names(self) -> tuple[str, ...]:
        """The keys that were not read yet."""
        return tuple(self._left)

    def entries(self) -> dict[str, Any]:
        """All that is left, by key: for an object whose keys are names."""
        left, self._left = self._left, {}
        return left

    def _take(self, key: str) -> Any:
        if key not in self._left:
            raise CatalogueError(f"{self.where}: {key} is missing")
        return self._left.pop(key)

    def _typed(self, key: str, value: Any, kind: type[_T]) -> _T:
        if type(value) is not kind:
            raise CatalogueError(f"{self.where}.{key}: not a {kind.__name__}")
        return value

    def _texts(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise CatalogueError(f"{self.where}.{key}: not a list of texts")
        if len(set(value)) != len(value):
            raise CatalogueError(f"{self.where}.{key}: something is in it twice")
        return tuple(value)
