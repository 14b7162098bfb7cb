"""Alembic's entry: runs the migrations on the connection that `migrate` hands over, in its transaction."""  # noqa: INP001 - Alembic loads it by path

from alembic import context

from gateway.hub.storage.tables import fact_versions

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=fact_versions.metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a table in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
