"""The log as Logboek Dataverwerkingen: per controller, one line per action and per data subject.

Source: Logius, Logboek Dataverwerkingen, sections Specificaties and Gedrag. What follows from it here: - a
line names at most one data subject; with several, each gets a child action below that of the event; - times
are whole milliseconds since 1970; an event in our log is an instant, so start and end are equal; - a refusal
is not an Error (the system did what it had to), an unusable answer of the decision point is; - no data of
staff: the acting person, his role and the decision stay in the audit log, found through `trace_id`; - one
logbook per controller: `logbook` gives the lines of one OIN and of no other.

Events without a data subject (a registry change, a checkpoint key) are not processing of personal data and
give no line.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from audit.body import Body
from audit.errors import BodyInvalid
from audit.events import EventTag

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPAN_DOMAIN = b"schakel ldv span v1\x00"


class LdvStatus(StrEnum):
    """Outcome of an action; `Unset` is the default and also "no result"."""

    UNSET = "Unset"
    OK = "Ok"
    ERROR = "Error"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingRegister:
    """What the controller's register of processing activities says: a versioned URI per purpose.

    `origin` is the log; `subject_id_type` the URI that explains its pseudonyms; `processor` that of the
    application that called the controller's.
    """

    origin: str
    activities: Mapping[str, str]
    subject_id_type: str
    processor: str
    service: str

    def activity(self, purpose: str | None) -> str:
        """The activity of this purpose. Raises BodyInvalid when the register lacks it: an unnamed ground is
        no line."""
        try:
            return self.activities[purpose or ""]
        except KeyError as exc:
            raise BodyInvalid(f"/waarom/doel: het register kent geen verwerking voor doel {purpose}") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class LdvLine:
    """One line of the logbook. `trace_id` is 16 bytes, span ids 8, all in lower-case hex; times in
    milliseconds."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    status: LdvStatus
    name: str
    start_time: int
    end_time: int
    resource: str
    attributes: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """The members as the standard writes them; an absent parent is left out."""
        parent = {} if self.parent_span_id is None else {"parent_span_id": self.parent_span_id}
        return {
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            **parent,
            "status": self.status.value,
            "name": self.name,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "resource": {"attributes": {"service.name": self.resource}},
            "attributes": dict(self.attributes),
        }


def logbook(
    events: Iterable[tuple[int, Body]], controller_oin: str, register: ProcessingRegister
) -> Iterator[LdvLine]:
    """The lines of one controller over (leaf index, body), in the order of the log."""
    for index, body in events:
        if body.who.oin == controller_oin:
            yield from event_lines(index, body, register)


def event_lines(index: int, body: Body, register: ProcessingRegister) -> tuple[LdvLine, ...]:
    """The lines of one event: none without a data subject, one with one, a parent and a child each with
    several."""
    persons = body.about.person_ids if body.about is not None else ()
    if not persons:
        return ()
    if len(persons) == 1:
        return (_line(index, 0, body, register, person=persons[0]),)
    children = (_line(index, at, body, register, person=person) for at, person in enumerate(persons, start=1))
    return (_line(index, 0, body, register, person=None), *children)


def _line(index: int, part: int, body: Body, register: ProcessingRegister, *, person: str | None) -> LdvLine:
    attributes = {
        "dpl.core.processing_activity_id": register.activity(body.why.purpose if body.why else None)
    }
    if person is not None:
        attributes["dpl.core.data_subject_id"] = f"pseudo:{person}"
        attributes["dpl.core.data_subject_id_type"] = register.subject_id_type
    attributes["dpl.core.foreign_operation.processor"] = register.processor
    at_ms = (body.at - _EPOCH) // timedelta(milliseconds=1)
    return LdvLine(
        trace_id=body.trace_id or _identifier(register, index, "trace", 16),
        span_id=_identifier(register, index, part, 8),
        parent_span_id=_identifier(register, index, 0, 8) if part else None,
        status=_status(body.what),
        name=_name(body),
        start_time=at_ms,
        end_time=at_ms,
        resource=register.service,
        attributes=attributes,
    )


def _identifier(register: ProcessingRegister, index: int, part: object, size: int) -> str:
    """The same event gives the same span each time it is exported, so that a logbook can take it in twice."""
    place = f"{register.origin}/{index}/{part}".encode()
    return hashlib.sha256(_SPAN_DOMAIN + place).hexdigest()[: 2 * size]


def _status(what: str) -> LdvStatus:
    if what == EventTag.DECISION_UNAVAILABLE:
        return LdvStatus.ERROR
    return LdvStatus.UNSET if what.endswith(":geweigerd") else LdvStatus.OK


def _name(body: Body) -> str:
    subject, action = body.what.split(":")[1:]
    kind = f" van {body.message.type}" if body.message and body.message.type else ""
    return f"{subject} {action}{kind}".replace("_", " ")
