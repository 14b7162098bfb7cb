"""Query results as the frozen values of `rows`; no SQLAlchemy object leaves the storage.

A query that runs for every message is put together once, at import, with bound parameters: SQLAlchemy takes longer
to build an expression than SQLite does to answer it.
"""

from typing import Any, TypeVar

from sqlalchemy import Connection, Select

_R = TypeVar("_R")


def select_all(
    connection: Connection, kind: type[_R], query: Select[Any], **parameters: object
) -> tuple[_R, ...]:
    """Every row as `kind`, whose members are the selected columns."""
    found = connection.execute(query, parameters)
    names = tuple(found.keys())
    return tuple(kind(**dict(zip(names, row, strict=True))) for row in found)


def select_one(connection: Connection, kind: type[_R], query: Select[Any], **parameters: object) -> _R | None:
    """The first row, None when there is none."""
    row = connection.execute(query, parameters).mappings().first()
    return None if row is None else kind(**row)
