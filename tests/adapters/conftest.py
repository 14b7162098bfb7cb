"""One development exchange for all tests of adapters: making keys is slow, and no test changes them."""

from datetime import UTC, datetime

import pytest

from gateway.local.registry_file import ExchangeFolder, create_exchange


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> ExchangeFolder:
    return create_exchange(tmp_path_factory.mktemp("adapters") / "exchange", now=datetime.now(UTC))
