"""One exchange in memory per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.makers import Exchange, make_exchange


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = make_exchange(tmp_path)
    yield made
    made.close()
