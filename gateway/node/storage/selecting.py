"""Query results as the values of `rows`."""

from typing import Any, TypeVar

from sqlalchemy import Connection, Select

_R = TypeVar("_R")


def select_all(connection: Connection, kind: type[_R], query: Select[Any]) -> tuple[_R, ...]:
    return tuple(kind(**row) for row in connection.execute(query).mappings())


def select_one(connection: Connection, kind: type[_R], query: Select[Any]) -> _R | None:
    """The first row, None when there is none."""
    row = connection.execute(query).mappings().first()
    return None if row is None else kind(**row)
