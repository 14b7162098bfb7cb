"""A watch over the clocks of a hub, looked through by hand; and what a test asks about the case."""

from sqlalchemy import select

from gateway.domain.deadlines import Clock
from gateway.hub.messaging.clock_watch import ClockWatch
from gateway.hub.storage.changes import case_scope
from gateway.hub.storage.clock_reading import all_clocks, clock_of
from gateway.hub.storage.tables import cases, fact_versions
from tests.hub.makers import RunningHub


def watch_of(hub: RunningHub) -> ClockWatch:
    return ClockWatch(hub.parts, on_written=lambda: None)


async def clocks(hub: RunningHub, case_id: str) -> dict[str, Clock]:
    """Every clock of the case by its id."""
    rows = await hub.store.reader.read(lambda c: all_clocks(c, case_id))
    return {row.clock_id: clock_of(row) for row in rows}


async def state_of(hub: RunningHub, case_id: str) -> str:
    query = select(cases.c.state).where(cases.c.case_id == case_id)
    return str(await hub.store.reader.read(lambda c: c.execute(query).scalar_one()))


async def version_of(hub: RunningHub, case_id: str) -> int:
    query = select(fact_versions.c.version).where(fact_versions.c.scope == case_scope(case_id))
    return int(await hub.store.reader.read(lambda c: c.execute(query).scalar_one()))
