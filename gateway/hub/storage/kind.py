"""Whether a database is that of a simulation, held against what the hub that opens it is.

An entry that needs a change of law, and every checkpoint of the log, tell. A database that was never used fits both.
"""

from sqlalchemy import Connection, select

from gateway.hub.storage.log_reading import checkpoint_lines
from gateway.hub.storage.register_tables import pilots
from gateway.protocol.registry import SIMULATED_LOG


class DatabaseOfAnotherKind(Exception):
    """The database holds what a simulation wrote and the hub is none, or the other way round. It does not start."""


def require_own_database(connection: Connection, *, simulation: bool) -> None:
    """Raises DatabaseOfAnotherKind."""
    origins = {line.note.partition("\n")[0] for line in checkpoint_lines(connection)}
    if any(origin.endswith(SIMULATED_LOG) is not simulation for origin in origins):
        raise DatabaseOfAnotherKind("the log in this database is that of another kind of installation")
    simulated = select(pilots.c.pilot_id).where(pilots.c.simulation).limit(1)
    if not simulation and connection.execute(simulated).first() is not None:
        raise DatabaseOfAnotherKind("this database holds pilots that only a simulation may have")
