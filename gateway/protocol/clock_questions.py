"""What a node asks the hub about the clocks of a case.

On the wire a clock is named by the parts of its id with `~` between them, so that the name can stand in a path.
"""

from typing import Annotated, Literal

from pydantic import StringConstraints

from gateway.protocol.submission import Staff
from gateway.protocol.wire import Body, ShortText, Uuid

ClockName = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Z][0-9]{1,2}(~[a-z0-9_.-]+)*$")
]


ExtensionReason = Literal["veiligheid", "onderzoek"]


class ClockQuestion(Body):
    """A person does something about a clock of a case."""

    zaak_id: Uuid
    klok_id: ClockName
    door: Staff
    doel: ShortText | None = None  # None when the person states none: refused (G02_geen_doel)


class SettleClockQuestion(ClockQuestion):
    """A person says that the duty of a clock was done outside Schakel, for instance by telephone."""

    soort: Literal["klok_afgehandeld"]


class ExtendClockQuestion(ClockQuestion):
    """A person gives a duty more time, because safety or the investigation requires it."""

    soort: Literal["klok_verlengd"]
    reden: ExtensionReason


def clock_name(clock_id: str) -> str:
    """The clock as it is named on the wire."""
    return clock_id.replace("/", "~")


def clock_id_of(name: str) -> str:
    """The id behind that name."""
    return name.replace("~", "/")
