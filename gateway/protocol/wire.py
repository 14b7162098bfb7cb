"""The base of every object on the wire: closed, strict, frozen, and turned into bytes in one way only."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from gateway.domain.clock import parse_time
from gateway.domain.errors import Cause, InvalidInput, InvalidValue
from gateway.protocol.canonical import canonical

MAX_JSON_BYTES = 12 * 1024 * 1024  # nine copies of 256 KiB, sealed and encoded, with their signatures


def _instant(text: str) -> str:
    try:
        parse_time(text)
    except InvalidValue as error:
        raise ValueError(error.detail_en) from error
    return text


Instant = Annotated[str, AfterValidator(_instant)]
Uuid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
OinText = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}[0-9A-Z]{12}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Compact = Annotated[
    str, StringConstraints(min_length=1, max_length=1024 * 1024, pattern=r"^[A-Za-z0-9_.-]+$")
]
Kant = Literal["slachtoffer", "pleger", "neutraal"]
RecordedKant = Literal["slachtoffer", "pleger", "neutraal", "onbekend"]  # onbekend: nobody stated one
FactValue = bool | int | str | list[str] | list[int]
Facts = dict[str, FactValue]


def causes_of(error: ValidationError) -> tuple[Cause, ...]:
    return tuple(
        Cause(
            pointer="/" + "/".join(str(part) for part in item["loc"]),
            code=item["type"],
            detail_nl=f"Dit onderdeel is niet geldig ({item['type']}).",
            detail_en=item["msg"],
        )
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    )


class Signed(BaseModel):
    """An object that is signed or hashed. Unknown members, wrong types and unknown versions are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def parse(cls, value: Any) -> Self:
        """The object from decoded JSON. Raises InvalidInput with every cause and its JSON pointer."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise InvalidInput(causes=causes_of(error)) from error

    @classmethod
    def parse_bytes(cls, data: bytes) -> Self:
        """As `parse`, from JSON bytes. Raises InvalidInput also for what is no JSON or too deep."""
        return cls.parse(load_json(data))

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)

    def canonical(self) -> bytes:
        """The RFC 8785 bytes, which are the ones that are signed."""
        return canonical(self.to_json())


class Body(Signed):
    """A body of one of the two doors: as Signed, with camelCase member names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True
    )


class OinRole(Signed):
    """An agency in one role, the address of a copy."""

    oin: OinText
    rol: ShortText


def load_json(data: bytes) -> Any:
    """JSON from bytes. Raises InvalidInput for text that is too long, too deep, repeats a member, or is no JSON."""
    if len(data) > MAX_JSON_BYTES:
        raise _no_json("te groot", "too large")
    try:
        return json.loads(data, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _no_json("geen geldige JSON", "no valid JSON") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _no_json(nl: str, en: str) -> InvalidInput:
    cause = Cause(pointer="", code="json", detail_nl=f"De tekst is {nl}.", detail_en=f"The text is {en}.")
    return InvalidInput(causes=(cause,))
