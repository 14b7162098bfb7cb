"""Which addresses reach a duty at a moment. Pure.

An address belongs to the duty for which the roster names it, whoever has that duty by then: by night the one of the
night, and a substitute is reached at the duty that he took over. A duty for which no roster names one, such as one
that a person entered, is reached at the address that its role and order had last.
"""

from collections.abc import Iterable

from gateway.hub.storage.duty_rows import DutyAddressRow
from gateway.hub.storage.rows import DutyRow


def addresses_at(duty: DutyRow, addresses: Iterable[DutyAddressRow], at: str) -> list[DutyAddressRow]:
    """The addresses of that duty at `at`; of those that hold then the one that was registered last."""
    mine = [a for a in addresses if (a.oin, a.role, a.rank) == (duty.oin, duty.role, duty.rank or 0)]
    begun = [a for a in mine if a.starts_at is not None and a.starts_at <= at]
    holding = [a for a in begun if a.ends_at is not None and at < a.ends_at]
    if holding:
        return [max(holding, key=lambda each: (each.registered_at, each.starts_at or ""))]
    always = [a for a in mine if a.starts_at is None]
    return always or sorted(begun, key=lambda each: (each.ends_at or "", each.registered_at))[-1:]
