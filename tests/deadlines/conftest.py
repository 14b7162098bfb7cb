"""The clocks of one case, without any yet."""

import pytest

from tests.deadlines.story import (
    Story,
)


@pytest.fixture
def story() -> Story:
    return Story()
