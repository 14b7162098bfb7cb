"""The table of sealed documents. The bytes are files, each wrapped under the key of its case; a document is there when
its row is, and a file without a row is rubbish of an upload that was not finished."""

from sqlalchemy import Index, Table

from gateway.hub.storage.columns import id_column, metadata, number_column, text_column, time_column

documents = Table(
    "documents",
    metadata,
    id_column("copy_id", key=True),
    text_column("field", key=True),
    id_column("case_id"),
    id_column("oin"),
    number_column("size"),
    text_column("sha256"),
    text_column("file"),
    time_column("stored_at"),
    Index(None, "case_id"),
    Index(None, "oin", "stored_at"),
)
