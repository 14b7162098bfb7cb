"""One provisioned server per module; a test that breaks it makes its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.hub.messaging.provisioning import provision
from tests.nats.exchange import POLICE, VEILIG_THUIS, Exchange, make_exchange


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Exchange]:
    """A running server with two agencies, nothing provisioned."""
    exchange = make_exchange(tmp_path, [POLICE, VEILIG_THUIS])
    exchange.server.start()
    yield exchange
    exchange.server.stop()


@pytest.fixture
async def exchange(fresh: Exchange) -> Exchange:
    """A running server with two agencies and their inboxes."""
    await provision(fresh.admin, [POLICE, VEILIG_THUIS])
    return fresh
