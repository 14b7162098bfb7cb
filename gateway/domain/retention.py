"""How long the content of a closed case is kept. What is destroyed afterwards, and by whom, is for the hub.

The file of a ban is kept five years by the municipality (Wth 10(1), deadline D24). The handbook gives other files of
their own to others; what Schakel holds of the case follows the strictest.
"""

from datetime import datetime
from typing import Final

from gateway.domain.clock import LOCAL

KEPT_YEARS: Final = 5


def kept_until(closed_at: datetime) -> datetime:
    """The first moment at which a case that was closed then may no longer be shown, on the clock in the Netherlands."""
    closed = closed_at.astimezone(LOCAL)
    year = closed.year + KEPT_YEARS
    try:
        return closed.replace(year=year)
    except ValueError:  # closed on 29 February: one day earlier rather than one day too long
        return closed.replace(year=year, day=28)
