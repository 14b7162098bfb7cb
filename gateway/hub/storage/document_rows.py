"""The row of a sealed document, and the queries on it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gateway.hub.storage.document_tables import documents
from gateway.hub.storage.rows import Row
from gateway.hub.storage.selecting import select_one


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow(Row):
    """A document of one field of one copy. `oin` is its sender; `size` and `sha256` are of the sealed bytes that came,
    and `file` is the name of the file that holds them."""

    copy_id: str
    field: str
    case_id: str
    oin: str
    size: int
    sha256: str
    file: str
    stored_at: str


def find_document(connection: Connection, copy_id: str, field: str) -> DocumentRow | None:
    query = select(documents).where(documents.c.copy_id == copy_id, documents.c.field == field)
    return select_one(connection, DocumentRow, query)


def bytes_stored_since(connection: Connection, oin: str, since: str) -> int:
    """The bytes of all documents that this agency sent since then."""
    query = select(func.sum(documents.c.size)).where(documents.c.oin == oin, documents.c.stored_at >= since)
    return int(connection.execute(query).scalar() or 0)


def files_of_case(case_id: str) -> Callable[[Connection], frozenset[str]]:
    """A query for the files that rows of the case name."""
    query = select(documents.c.file).where(documents.c.case_id == case_id)
    return lambda connection: frozenset(connection.execute(query).scalars())
