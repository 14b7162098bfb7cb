"""The one table from errors of the domain to HTTP status and problem body (RFC 9457).

Framework-free, so that the NATS door gives the very same answer. Says nothing that the error does not say: an
unexpected exception becomes `internal_problem`, which carries no detail.

Source: NL API Design Rules 2.2, /core/error-handling/problem-details and /core/error-handling/all-errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from gateway.domain.errors import (
    Cause,
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    PayloadTooLarge,
    PlanStale,
    Refused,
    SchakelError,
    TooManyRequests,
    Unavailable,
)

PROBLEM_TYPES = "https://schakel.example/problemen/"
PROBLEM_MEDIA_TYPE = "application/problem+json"


class Language(StrEnum):
    """Language of what a person reads in a problem; codes and member names are the same in both."""

    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Title:
    """Short name of a class of problems; it does not change from occurrence to occurrence."""

    nl: str
    en: str

    def in_language(self, language: Language) -> str:
        """The text for a reader of `language`."""
        return self.nl if language is Language.NL else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A status, the JSON body that goes with it, and the headers that HTTP wants beside it."""

    status: int
    body: Mapping[str, object]
    headers: Mapping[str, str] = field(default_factory=dict)


# The first row that fits holds: PayloadTooLarge is also an InvalidInput.
_STATUS: tuple[tuple[type[SchakelError], HTTPStatus], ...] = (
    (PayloadTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (InvalidInput, HTTPStatus.BAD_REQUEST),
    (NotAuthenticated, HTTPStatus.UNAUTHORIZED),
    (Refused, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)

_TITLES = {
    HTTPStatus.BAD_REQUEST: Title("Ongeldige invoer", "Invalid input"),
    HTTPStatus.UNAUTHORIZED: Title("Niet aangemeld", "Not authenticated"),
    HTTPStatus.FORBIDDEN: Title("Geweigerd", "Refused"),
    HTTPStatus.NOT_FOUND: Title("Niet gevonden", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Title("Methode niet toegestaan", "Method not allowed"),
    HTTPStatus.NOT_ACCEPTABLE: Title("Antwoordvorm niet beschikbaar", "Not acceptable"),
    HTTPStatus.CONFLICT: Title("Conflict", "Conflict"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Title("Te groot", "Too large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Title("Soort inhoud niet ondersteund", "Unsupported media type"),
    HTTPStatus.TOO_MANY_REQUESTS: Title("Te veel verzoeken", "Too many requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Title("Interne fout", "Internal error"),
    HTTPStatus.SERVICE_UNAVAILABLE: Title("Tijdelijk niet beschikbaar", "Temporarily unavailable"),
}

_DETAILS = {
    HTTPStatus.NOT_FOUND: Title(
        "Dit bestaat niet, of u heeft er geen toegang toe.",
        "This does not exist, or you have no access to it.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Title(
        "Deze methode bestaat niet voor dit adres; zie de header Allow.",
        "This method does not exist for this address; see the header Allow.",
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Title(
        "Stuur de inhoud als application/json.", "Send the body as application/json."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Title(
        "De inhoud is groter dan dit adres aanneemt.", "The body is larger than this address accepts."
    ),
    HTTPStatus.BAD_REQUEST: Title("Het verzoek is niet te lezen.", "The request cannot be read."),
    HTTPStatus.INTERNAL_SERVER_ERROR: Title(
        "Er ging iets mis. Meld dit met het volgnummer in `traceId`.",
        "Something went wrong. Report it with the number in `traceId`.",
    ),
}

_CODES = {
    HTTPStatus.NOT_FOUND: "niet-gevonden",
    HTTPStatus.METHOD_NOT_ALLOWED: "methode-niet-toegestaan",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "soort-inhoud-niet-ondersteund",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "te-groot",
    HTTPStatus.BAD_REQUEST: "ongeldige-invoer",
    HTTPStatus.INTERNAL_SERVER_ERROR: "interne-fout",
}


def status_of(error: SchakelError) -> HTTPStatus:
    """The HTTP status of an error; an error that is in no row of the table is a fault of ours: 500."""
    return next(
        (status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
    )


def problem_of(
    error: SchakelError, *, instance: str, trace_id: str, language: Language = Language.NL
) -> Problem:
    """The problem that an outsider gets for `error`, with every cause.

    `instance` is the path or subject that was asked, never with a query. An error outside the table is
    answered as an internal fault, because its text was not written for outsiders.
    """
    status = status_of(error)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem_of_status(status, instance=instance, trace_id=trace_id, language=language)
    dutch = language is Language.NL
    body: dict[str, object] = {
        "type": PROBLEM_TYPES + error.code,
        "title": _TITLES[status].in_language(language),
        "status": int(status),
        "detail": error.detail_nl if dutch else error.detail_en,
        "instance": instance,
        "code": error.code,
        "traceId": trace_id,
    }
    if error.causes:
        body["errors"] = [_cause(cause, dutch=dutch) for cause in error.causes]
    return Problem(status=int(status), body=body | _members(error, dutch=dutch), headers=_headers(error))


def problem_of_status(
    status: int,
    *,
    instance: str,
    trace_id: str,
    language: Language = Language.NL,
    headers: Mapping[str, str] | None = None,
) -> Problem:
    """The problem for what HTTP itself refuses (unknown path, method, media type) and for internal faults."""
    known = HTTPStatus(status)
    title = _TITLES.get(known, Title(known.phrase, known.phrase))
    code = _CODES.get(known, known.phrase.lower().replace(" ", "-"))
    body = {
        "type": PROBLEM_TYPES + code,
        "title": title.in_language(language),
        "status": int(known),
        "detail": _DETAILS.get(known, title).in_language(language),
        "instance": instance,
        "code": code,
        "traceId": trace_id,
    }
    return Problem(status=int(known), body=body, headers=headers or {})


def _cause(cause: Cause, *, dutch: bool) -> dict[str, str]:
    entry = {
        "pointer": cause.pointer,
        "code": cause.code,
        "detail": cause.detail_nl if dutch else cause.detail_en,
    }
    return entry | ({"artikel": cause.article} if cause.article else {})


def _members(error: SchakelError, *, dutch: bool) -> dict[str, object]:
    match error:
        case Refused():
            members = {
                "regel": error.rule,
                "artikel": error.article,
                "vervolgstap": error.next_step_nl if dutch else error.next_step_en,
            }
            return {name: value for name, value in members.items() if value}
        case PlanStale():
            return {"plan": error.plan}
        case _:
            return {}


def _headers(error: SchakelError) -> dict[str, str]:
    match error:
        case NotAuthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case TooManyRequests() | Unavailable():
            return {"Retry-After": str(error.retry_after_s)}
        case _:
            return {}
