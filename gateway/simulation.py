"""What makes an installation a simulation: invented agencies only, a clock that can be put ahead, and a mark on every
answer. A process is one only when its settings say so; nothing else makes the clock of a process another than the
machine's.
"""

import mmap
import os
import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

INVENTED: Final = "00000099"
"""Every OIN of an invented agency begins so; no real one does."""
_AHEAD: Final = struct.Struct("<q")  # microseconds that the clock is ahead of the machine's


class NotASimulation(Exception):
    """A simulation was asked for with agencies that are not invented, or settings and registry disagree about it."""


class SimulatedClock:
    """A clock that all processes of one simulation read from one file, and that one of them puts ahead.

    It goes on at the pace of the machine's, and never back.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when there is no such file, ValueError when it is no clock."""
        descriptor = os.open(path, os.O_RDWR)
        try:
            self._shared = mmap.mmap(descriptor, _AHEAD.size)
        finally:
            os.close(descriptor)

    @classmethod
    def create(cls, path: Path) -> "SimulatedClock":
        """A clock that is not ahead. Raises FileExistsError."""
        with path.open("xb") as file:
            file.write(_AHEAD.pack(0))
        return cls(path)

    def now(self) -> datetime:
        """What the clock says, in UTC."""
        return datetime.now(UTC) + self._ahead()

    def put_ahead_to(self, moment: datetime) -> None:
        """Every process says at least this from now on; nothing happens when it is that late already."""
        needed = moment - datetime.now(UTC)
        if needed > self._ahead():
            _AHEAD.pack_into(self._shared, 0, needed // timedelta(microseconds=1))

    def _ahead(self) -> timedelta:
        return timedelta(microseconds=_AHEAD.unpack_from(self._shared, 0)[0])


def require_invented(oins: Iterable[str]) -> None:
    """Raises NotASimulation for a registry that names an agency which may be real."""
    if real := [oin for oin in oins if not oin.startswith(INVENTED)]:
        raise NotASimulation(
            f"a simulation knows invented agencies only (OIN {INVENTED}...), and the registry names {', '.join(real)}"
        )


def require_agreement(settings: object | None, *, registry: bool) -> None:
    """Settings (their section for a simulation, or None) and registry must say the same: a node that calls itself a
    simulation among others is none, nor is a hub that does not. Raises NotASimulation."""
    here = settings is not None
    if here is not registry:
        one, other = ("settings", "registry") if here else ("registry", "settings")
        raise NotASimulation(f"the {one} say that this is a simulation, and the {other} do not")
