"""An exchange in which the municipality and Veilig Thuis each go on in another agency after five days."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audit.events import EventTag
from gateway.hub.storage.tables import decisions
from gateway.local.registry_file import (
    DEMO_AGENCIES,
    Agency,
    ExchangeFolder,
    create_exchange,
    state_succession,
)
from tests.hub.makers import GEM, NOW, VT, RunningHub, World
from tests.hub.test_reading_and_acts import events

MERGED = Agency(
    oin="00000099000000003009", name="Gemeente Samengevoegd", kind="gemeente", municipalities=("9909",)
)
MERGED_VT = Agency(
    oin="00000099000000002009",
    name="Veilig Thuis Samengevoegd",
    kind="veilig_thuis",
    municipalities=("9909",),
)
NEW_GEM, NEW_VT = MERGED.oin, MERGED_VT.oin
DATE = NOW + timedelta(days=5)


def merged_exchange(folder: Path) -> ExchangeFolder:
    """The exchange before anything of a succession is published."""
    return create_exchange(folder, [*DEMO_AGENCIES, MERGED, MERGED_VT], now=NOW)


def merging_world(folder: Path) -> World:
    """Everybody knows today that both successions take effect at DATE."""
    exchange = merged_exchange(folder)
    for old, new in ((GEM, NEW_GEM), (VT, NEW_VT)):
        state_succession(exchange, old, new, since=DATE, now=NOW)
    return World.load(exchange)


async def links_in_log(hub: RunningHub) -> list[tuple[str, str]]:
    """Who acted in whose place, by the leaves of the log."""
    return [
        (event["wie"]["oin"], event["waarom"]["regel"].removeprefix("opvolger_van:"))
        for event in await events(hub)
        if event["wat"] == EventTag.SUCCESSION_APPLIED
    ]


async def stored_decisions(hub: RunningHub) -> list[tuple[str, str]]:
    """Question and verdict of every decision on record, oldest first."""
    query = select(decisions.c.question, decisions.c.verdict).order_by(decisions.c.decided_at)
    rows: Any = await hub.store.reader.read(lambda c: c.execute(query).all())
    return [(row.question, row.verdict) for row in rows]
