"""A node that runs by itself, without a test turning its rounds."""

import asyncio
from datetime import timedelta

from gateway.local.registry_file import VEILIG_THUIS
from gateway.node.usecases.send import send_message
from tests.node.makers import PROCESCOORDINATOR, Exchange, kennisgeving
from tests.node.test_failures import hub_back, planned_then_down


async def test_a_running_node_does_everything_by_itself_and_a_restarted_one_at_once(
    exchange: Exchange,
) -> None:
    """The loops of `run`, without a test turning them; after a restart nothing waits out an older pause."""
    planned_then_down(exchange)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, kennisgeving())
    hub_back(exchange, after=timedelta(0))
    vt, police = exchange.restart(VEILIG_THUIS), exchange.police
    running = [asyncio.create_task(node.app.run()) for node in (vt, police)]
    async with asyncio.timeout(60):
        while not (exchange.hub.copies and status_of(exchange) == ["technisch", "functioneel"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len(police.system.kept) == 1
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def status_of(exchange: Exchange) -> list[str]:
    (copy,) = exchange.hub.copies.values()
    return copy.receipts
