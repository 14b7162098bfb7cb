"""Five years on the clock in the Netherlands, never a day too long."""

from datetime import UTC, datetime

import pytest

from gateway.domain.retention import kept_until


@pytest.mark.parametrize(
    ("closed", "until"),
    [
        (datetime(2026, 3, 1, 1, 10, tzinfo=UTC), datetime(2031, 3, 1, 1, 10, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2031, 6, 30, 22, 30, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), datetime(2033, 2, 28, 12, 0, tzinfo=UTC)),
    ],
)
def test_kept_for_five_years(closed: datetime, until: datetime) -> None:
    assert kept_until(closed) == until
