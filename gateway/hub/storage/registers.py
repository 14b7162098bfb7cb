"""Reads the registers that decisions rest on. Revoked and ended entries are read too: whether one holds is judged."""

from typing import Final

from sqlalchemy import Connection, bindparam, or_, select

from gateway.hub.storage.register_rows import MandateRow, PilotRow, StatementRow
from gateway.hub.storage.register_tables import mandates, pilots, statements
from gateway.hub.storage.selecting import select_all, select_one

_OF_HOLDER: Final = (
    select(mandates)
    .where(mandates.c.oin == bindparam("oin"))
    .order_by(mandates.c.starts_at, mandates.c.mandate_id)
)
_IN_CASE: Final = (
    select(statements)
    .where(statements.c.case_id == bindparam("case_id"))
    .order_by(statements.c.registered_at, statements.c.statement_id)
)
_IN_MUNICIPALITY: Final = (
    select(pilots)
    .where(pilots.c.municipality == bindparam("municipality"))
    .order_by(pilots.c.starts_at, pilots.c.registered_at, pilots.c.pilot_id)
)


def municipality_scope(municipality: str) -> str:
    """Scope of a municipality: its part in a pilot."""
    return f"gemeente:{municipality}"


def mandates_of_holder(connection: Connection, oin: str) -> tuple[MandateRow, ...]:
    """Every mandate of a person of that agency, by start."""
    return select_all(connection, MandateRow, _OF_HOLDER, oin=oin)


def mandates_of_agency(connection: Connection, oin: str) -> tuple[MandateRow, ...]:
    """Every mandate that the agency gave or that one of its people holds, by start."""
    mine = or_(mandates.c.oin == oin, mandates.c.given_by == oin)
    query = select(mandates).where(mine).order_by(mandates.c.starts_at, mandates.c.mandate_id)
    return select_all(connection, MandateRow, query)


def statements_in_case(connection: Connection, case_id: str) -> tuple[StatementRow, ...]:
    """Every agreement and consent in the case, in the order of registration."""
    return select_all(connection, StatementRow, _IN_CASE, case_id=case_id)


def pilots_in(connection: Connection, municipality: str) -> tuple[PilotRow, ...]:
    """Every pilot entry of the municipality, by start."""
    return select_all(connection, PilotRow, _IN_MUNICIPALITY, municipality=municipality)


def pilots_of_agency(connection: Connection, oin: str) -> tuple[PilotRow, ...]:
    """Every pilot entry that the agency registered, by start."""
    query = select(pilots).where(pilots.c.oin == oin).order_by(pilots.c.starts_at, pilots.c.pilot_id)
    return select_all(connection, PilotRow, query)


def find_mandate(connection: Connection, mandate_id: str) -> MandateRow | None:
    return select_one(connection, MandateRow, select(mandates).where(mandates.c.mandate_id == mandate_id))


def find_statement(connection: Connection, statement_id: str) -> StatementRow | None:
    query = select(statements).where(statements.c.statement_id == statement_id)
    return select_one(connection, StatementRow, query)


def find_pilot(connection: Connection, pilot_id: str) -> PilotRow | None:
    return select_one(connection, PilotRow, select(pilots).where(pilots.c.pilot_id == pilot_id))
