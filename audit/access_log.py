"""The log as access log: who asked for, got or opened what, for which purpose, and what was refused.

For the supervisor inside an agency: staff appear by pseudonym, which only that agency can resolve, persons
not at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audit.body import Body
from audit.events import EventTag

ACCESS = frozenset(
    {
        EventTag.COPY_PROVIDED,
        EventTag.RECEIPT_OPENED,
        EventTag.QUESTION_ASKED,
        EventTag.QUESTION_ANSWERED,
        EventTag.QUESTION_REFUSED,
        EventTag.READING_ALLOWED,
        EventTag.READING_REFUSED,
        EventTag.BREAK_GLASS_OPENED,
        EventTag.BREAK_GLASS_REFUSED,
        EventTag.BREAK_GLASS_REVIEWED,
        EventTag.ACCESS_GIVEN,
        EventTag.ACCESS_REFUSED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLine:
    """One access or refusal. `leaf` is where it stands in the log, so that each line can be proven."""

    leaf: int
    at: str
    what: str
    oin: str
    role: str | None
    person: str | None
    to_oin: str | None
    case_id: str | None
    message_type: str | None
    purpose: str | None
    rule: str | None

    def to_json(self) -> dict[str, object]:
        return {
            "blad": self.leaf,
            "tijdstip": self.at,
            "wat": self.what,
            "oin": self.oin,
            "rol": self.role,
            "persoon": self.person,
            "aan": self.to_oin,
            "zaak_id": self.case_id,
            "bericht": self.message_type,
            "doel": self.purpose,
            "regel": self.rule,
        }


def access_log(events: Iterable[tuple[int, Body]], *, oin: str | None = None) -> Iterator[AccessLine]:
    """The accesses in (leaf index, body), in the order of the log; with `oin` those by or to that
    organisation."""
    for index, body in events:
        to_oin = body.to.oin if body.to else None
        if body.what in ACCESS and (oin is None or oin in (body.who.oin, to_oin)):
            yield _line(index, body, to_oin)


def _line(index: int, body: Body, to_oin: str | None) -> AccessLine:
    return AccessLine(
        leaf=index,
        at=body.to_json()["tijdstip"],
        what=body.what,
        oin=body.who.oin,
        role=body.who.role,
        person=body.who.person,
        to_oin=to_oin,
        case_id=body.about.case_id if body.about else None,
        message_type=body.message.type if body.message else None,
        purpose=body.why.purpose if body.why else None,
        rule=body.why.rule if body.why else None,
    )
