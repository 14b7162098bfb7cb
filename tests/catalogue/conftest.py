"""One exchange of every kind of agency, for all tests of a worker; each test takes a case of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.catalogue.exchange import Everybody, open_everybody
from tests.hub.conftest import PolicyServer, opa

__all__ = ["opa"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def everybody(opa: PolicyServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everybody]:
    async with open_everybody(tmp_path_factory.mktemp("catalogue"), opa) as found:
        yield found
