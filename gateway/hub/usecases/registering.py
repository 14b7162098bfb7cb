"""What the registers share: how long an entry may hold, who is refused and how that is said, and what is on record.

An entry is written once under an id of its giver's choosing: the same entry again gets the same answer, another one
under that id is refused. Each refusal stands in the audit log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from audit.body import Why
from audit.events import EventTag
from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import Conflict, Refused
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.usecases.auditing import leaf
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.canonical import malformed
from gateway.protocol.submission import MAX_AHEAD, Staff

WRONG_ROLE: Final = "R_rol_niet_bevoegd"
WRONG_MUNICIPALITY: Final = "R_gemeente_niet_bevoegd"
WRONG_HOLDER: Final = "R_houder_niet_bevoegd"
NOT_ON_CASE: Final = "G06_niet_toegewezen"
NOT_YOURS: Final = "R_niet_van_u"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    nl: str
    en: str
    step_nl: str
    step_en: str


_TEXTS: Final[Mapping[str, _Text]] = {
    WRONG_ROLE: _Text(
        nl="Deze rol kan dit niet vastleggen.",
        en="This role cannot register this.",
        step_nl="Vraag het aan iemand die de bevoegdheid heeft.",
        step_en="Ask somebody who holds the power.",
    ),
    WRONG_MUNICIPALITY: _Text(
        nl="Uw organisatie gaat niet over deze gemeente.",
        en="Your organisation is not competent for this municipality.",
        step_nl="Vraag het aan de gemeente zelf.",
        step_en="Ask the municipality itself.",
    ),
    WRONG_HOLDER: _Text(
        nl="Een mandaat gaat alleen naar een hulpofficier van justitie van de politie in die gemeente.",
        en="A mandate goes only to a hulpofficier van justitie of the police in that municipality.",
        step_nl="Kies een hulpofficier van justitie.",
        step_en="Choose a hulpofficier van justitie.",
    ),
    NOT_ON_CASE: _Text(
        nl="U bent niet aan deze zaak toegewezen.",
        en="You are not assigned to this case.",
        step_nl="Laat u toewijzen, of vraag een collega die aan de zaak werkt.",
        step_en="Have yourself assigned, or ask a colleague who works on the case.",
    ),
}


def refusal(rule: str, article: str) -> Refused:
    """The refusal under that rule, in words."""
    text = _TEXTS[rule]
    return Refused(
        rule=rule,
        article=article,
        detail_nl=text.nl,
        detail_en=text.en,
        next_step_nl=text.step_nl,
        next_step_en=text.step_en,
    )


def id_taken() -> Conflict:
    """Another entry stands under this id."""
    return Conflict(
        code="id-hergebruikt",
        detail_nl="Onder dit id is iets anders vastgelegd; gebruik een nieuw, willekeurig id.",
        detail_en="Something else is registered under this id; use a new, random id.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when until when an entry holds, as text that sorts as time."""

    starts_at: str
    ends_at: str


def validity(van: str, tot: str, now: datetime, *, longest: timedelta, back: timedelta) -> Validity:
    """The validity that is asked for. `back` is how far before now it may begin: an entry that counted for the time
    before it was registered would make lawful what was not. Raises InvalidInput."""
    begin, end = parse_time(van), parse_time(tot)
    if begin < now - max(back, MAX_AHEAD):
        raise malformed("van", "ligt te ver terug om nog vast te leggen")
    if not begin < end <= begin + longest or end <= now:
        raise malformed("tot", f"na van en na nu, en hoogstens {longest.days} dagen na van")
    return Validity(starts_at=rfc3339(begin), ends_at=rfc3339(end))


async def audit_refusal(
    parts: Parts, asker: Asker, by: Staff, rule: str, article: str, *, case_id: str | None = None
) -> None:
    """A leaf that says who tried to register what they may not, under which rule."""
    written = leaf(
        EventTag.REGISTER_REFUSED,
        asker,
        parts.clock(),
        role=by.rol,
        staff=by.medewerker,
        why=Why(rule=rule, article=article or None),
        case_id=case_id,
    )
    await parts.writer.write(
        Change(key=f"register-geweigerd:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )
