"""What an agency has the hub know of its duties: rosters, who takes one over, and the alarms that reach nobody.

People are pseudonymous references, and addresses those of duties; a file that holds names is read by the node and
never sent.
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.protocol.submission import Staff
from gateway.protocol.wire import Body, Instant, ShortText

MAX_LINES = 2000
AlarmId = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z:_.-]{0,63}$")]


class RosterLine(Body):
    """One duty. `regel` is its line in the file, for messages about it; of several duties at once the smallest
    `volgorde` is called first. `kanaal` and `adres` are how the duty of that role and order is reached."""

    regel: Annotated[int, Field(ge=1, le=1_000_000)]
    rol: ShortText
    medewerker: ShortText
    van: Instant
    tot: Instant
    volgorde: Annotated[int, Field(ge=0, le=9)] = 0
    kanaal: ShortText | None = None
    adres: ShortText | None = None


class RosterQuestion(Body):
    """These are the duties from the first begin to the last end, per role; what stood there goes."""

    soort: Literal["rooster"]
    door: Staff
    regels: Annotated[list[RosterLine], Field(min_length=1, max_length=MAX_LINES)]


class SubstituteQuestion(Body):
    """`vervanger` has the duties of `medewerker` in that role in this period."""

    soort: Literal["vervanging"]
    door: Staff
    rol: ShortText
    medewerker: ShortText
    vervanger: ShortText
    van: Instant
    tot: Instant


class HandoverQuestion(Body):
    """`opvolger` takes over the running duty and the open work of `medewerker` in that role, from now on."""

    soort: Literal["overdracht"]
    door: Staff
    rol: ShortText
    medewerker: ShortText
    opvolger: ShortText


class DutiesQuestion(Body):
    """Who has which duty between two moments, and whether that duty can be reached."""

    soort: Literal["diensten"]
    door: Staff
    van: Instant
    tot: Instant


class CallListQuestion(Body):
    """The alarms that nobody took on and that are this person's to see to."""

    soort: Literal["bellijst"]
    door: Staff


class TakeOnQuestion(Body):
    """This person takes the alarm on: nobody is called about it any more."""

    soort: Literal["alarm_overname"]
    alarm_id: AlarmId
    door: Staff


DutiesAndAlarms = (
    RosterQuestion
    | SubstituteQuestion
    | HandoverQuestion
    | DutiesQuestion
    | CallListQuestion
    | TakeOnQuestion
)
