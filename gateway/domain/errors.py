"""Every way in which a request can fail, as one family that means something to an agency.

    SchakelError
    +-- InvalidInput            the request itself is wrong; `causes` names every mistake at once
    |   +-- InvalidValue        one value cannot be read
    |   +-- UnknownMessageType
    |   +-- UnsupportedVersion
    |   +-- PayloadTooLarge
    +-- NotAuthenticated        who asks is not established
    +-- Refused                 policy says no; carries rule, article and what can be done instead
    +-- NotFound                the same for "does not exist" and "not yours to know"
    +-- Conflict
    |   +-- PlanStale           carries the new disclosure plan
    +-- TooManyRequests
    +-- Unavailable             try again later; nothing was done
    CatalogueError              our own catalogue files contradict each other; nothing starts

Codes are kebab slugs and become the problem type. No HTTP status here: gateway.web owns that table. Messages
name ids and fields, never content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One mistake in a request. `pointer` is a JSON pointer (RFC 6901) into the document that was sent."""

    pointer: str
    code: str
    detail_nl: str
    detail_en: str
    article: str | None = None


class SchakelError(Exception):
    """Root of the family. Every member has a code and a sentence in Dutch and in English."""

    default_code: ClassVar[str] = "fout"
    default_nl: ClassVar[str] = "Er ging iets mis."
    default_en: ClassVar[str] = "Something went wrong."

    def __init__(
        self,
        *,
        code: str | None = None,
        detail_nl: str | None = None,
        detail_en: str | None = None,
        causes: Sequence[Cause] = (),
    ) -> None:
        self.code = code or self.default_code
        self.detail_nl = detail_nl or self.default_nl
        self.detail_en = detail_en or self.default_en
        self.causes = tuple(causes)
        super().__init__(f"{self.code}: {self.detail_en}")


class InvalidInput(SchakelError):
    """The request cannot be accepted as it is. Nothing of it was stored."""

    default_code = "ongeldige-invoer"
    default_nl = "De invoer klopt niet."
    default_en = "The input is not valid."


class InvalidValue(InvalidInput):
    """One value is not of the form that its kind asks for. Never repeats the value."""

    default_code = "ongeldige-waarde"
    default_nl = "Een waarde heeft niet de juiste vorm."
    default_en = "A value does not have the right form."

    @classmethod
    def of(cls, kind: str, detail_nl: str, detail_en: str, pointer: str = "") -> Self:
        """The error with one cause; `kind` is the name of the type that was expected."""
        cause = Cause(pointer=pointer, code=kind, detail_nl=detail_nl, detail_en=detail_en)
        return cls(detail_nl=detail_nl, detail_en=detail_en, causes=(cause,))


class UnknownMessageType(InvalidInput):
    """The message type is not in the catalogue, which is closed."""

    default_code = "berichttype-onbekend"
    default_nl = "Dit berichttype bestaat niet."
    default_en = "This message type does not exist."


class UnsupportedVersion(InvalidInput):
    """A format or schema version that this node or hub does not speak."""

    default_code = "versie-onbekend"
    default_nl = "Deze versie wordt niet ondersteund."
    default_en = "This version is not supported."


class PayloadTooLarge(InvalidInput):
    """Larger than the limit of the door it came through."""

    default_code = "te-groot"
    default_nl = "Het bericht is te groot."
    default_en = "The message is too large."


class NotAuthenticated(SchakelError):
    """Who is asking could not be established."""

    default_code = "niet-aangemeld"
    default_nl = "Wie u bent is niet vastgesteld."
    default_en = "It is not established who you are."


class Refused(SchakelError):
    """Policy refuses. Says which rule, which article, and what the asker can do next."""

    default_code = "geweigerd"
    default_nl = "Dit mag niet."
    default_en = "This is not allowed."

    def __init__(
        self,
        *,
        rule: str,
        article: str,
        next_step_nl: str = "",
        next_step_en: str = "",
        code: str | None = None,
        detail_nl: str | None = None,
        detail_en: str | None = None,
        causes: Sequence[Cause] = (),
    ) -> None:
        super().__init__(code=code, detail_nl=detail_nl, detail_en=detail_en, causes=causes)
        self.rule = rule
        self.article = article
        self.next_step_nl = next_step_nl
        self.next_step_en = next_step_en


class NotFound(SchakelError):
    """Unknown or invisible: deliberately the same error, so that it tells nothing."""

    default_code = "niet-gevonden"
    default_nl = "Niet gevonden."
    default_en = "Not found."


class Conflict(SchakelError):
    """The request contradicts something that was accepted before."""

    default_code = "conflict"
    default_nl = "Dit botst met wat al is vastgelegd."
    default_en = "This conflicts with what is already on record."


class PlanStale(Conflict):
    """What was sent is no longer what policy allows.

    `plan` is the new disclosure plan; nothing was stored.
    """

    default_code = "plan-verouderd"
    default_nl = "Het verzendplan is verouderd. Maak het bericht opnieuw met het nieuwe plan."
    default_en = "The disclosure plan is stale. Build the message again from the new plan."

    def __init__(
        self,
        *,
        plan: Mapping[str, Any],
        code: str | None = None,
        detail_nl: str | None = None,
        detail_en: str | None = None,
        causes: Sequence[Cause] = (),
    ) -> None:
        super().__init__(code=code, detail_nl=detail_nl, detail_en=detail_en, causes=causes)
        self.plan = dict(plan)


class _RetryLater(SchakelError):
    def __init__(
        self,
        *,
        retry_after_s: int,
        code: str | None = None,
        detail_nl: str | None = None,
        detail_en: str | None = None,
        causes: Sequence[Cause] = (),
    ) -> None:
        super().__init__(code=code, detail_nl=detail_nl, detail_en=detail_en, causes=causes)
        self.retry_after_s = retry_after_s


class TooManyRequests(_RetryLater):
    """The asker's allowance is used up for `retry_after_s` seconds."""

    default_code = "te-veel-verzoeken"
    default_nl = "Te veel verzoeken. Probeer het later opnieuw."
    default_en = "Too many requests. Try again later."


class Unavailable(_RetryLater):
    """A part that is needed does not answer. Nothing was done; try again after `retry_after_s` seconds."""

    default_code = "niet-beschikbaar"
    default_nl = "Dit lukt nu niet. Probeer het later opnieuw."
    default_en = "This cannot be done now. Try again later."


class CatalogueError(Exception):
    """The catalogue contradicts itself. Raised while loading, so that nothing starts on half a catalogue."""
