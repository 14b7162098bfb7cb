"""Judges the content of a message against its closed schema, and writes that schema as JSON Schema 2020-12.

Both come from the same catalogue; a test lets both judge the same contents. Every mistake is named at once, by JSON
pointer and code, without ever repeating a value:

    type        not of the type of the field (a yes/no is no number; a time has an offset)
    verplicht   a required field or member is missing
    te_lang     text, list or number above its bound
    leeg        an empty text
    teken       a control character, or half a surrogate pair
    waarde      not one of the codes, or not of the form of its type
    S_categorie_niet_in_schema   the schema has no such field

Whether the sender may send it is for the policy, and what its facts mean for the case for the hub.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from gateway.domain.catalogue import FieldRule, Kind, Member, MessageType, TypeSpec, catalogue
from gateway.domain.catalogue.type_spec import LIST_MAX
from gateway.domain.clock import parse_date, parse_time
from gateway.domain.errors import Cause, InvalidInput, InvalidValue
from gateway.domain.identifiers import parse_oin, parse_staff_ref, parse_uuid
from gateway.domain.json_schema import json_schema
from gateway.domain.text_form import fits_sha256, has_forbidden_character

__all__ = ["MAX_CAUSES", "UNKNOWN_FIELD", "check_content", "check_value", "json_schema"]

MAX_CAUSES: Final = 200
"""So many mistakes are named; a content with more is not repaired by reading on."""
UNKNOWN_FIELD: Final = "S_categorie_niet_in_schema"
_NAME_MAX: Final = 100

_PARSERS: Final[Mapping[Kind, Callable[[object], object]]] = {
    Kind.DATE: parse_date,
    Kind.DATETIME: parse_time,
    Kind.UUID: parse_uuid,
    Kind.OIN: parse_oin,
    Kind.STAFF_REF: parse_staff_ref,
}


def check_content(message_type: MessageType, content: object) -> None:
    """Nothing, when the content fits. Raises: InvalidInput with all causes, in the order of the schema."""
    members = tuple(
        Member(name=field.name, spec=field.spec, required=field.required) for field in message_type.fields
    )
    causes = _first(_object("/inhoud", members, content, message_type.rules))
    if causes:
        raise InvalidInput(
            code="inhoud-ongeldig",
            detail_nl="De inhoud past niet bij het berichttype.",
            detail_en="The content does not fit the message type.",
            causes=causes,
        )


def check_value(spec: TypeSpec, value: object, pointer: str) -> tuple[Cause, ...]:
    """What is wrong with one value of a type: empty when nothing is. `pointer` says where it stands."""
    return _first(_value(pointer, spec, value))


def _first(causes: Iterator[Cause]) -> tuple[Cause, ...]:
    return tuple(cause for cause, _ in zip(causes, range(MAX_CAUSES), strict=False))


def _object(
    pointer: str, members: Iterable[Member], value: object, rules: tuple[FieldRule, ...] = ()
) -> Iterator[Cause]:
    if not isinstance(value, dict):
        yield _cause(pointer, "type", "Hier hoort een object.", "An object is expected here.")
        return
    known = {member.name: member for member in members}
    needed = {member.name for member in known.values() if member.required}
    for rule in rules:
        needed |= set(rule.fields) if rule.applies(value) else set()
    for name, member in known.items():
        if name in value:
            yield from _value(f"{pointer}/{name}", member.spec, value[name])
        elif name in needed:
            yield _cause(
                f"{pointer}/{name}", "verplicht", "Dit veld is verplicht.", "This field is required."
            )
    for name in value:
        if name not in known:
            yield _unknown(pointer, name)


def _unknown(pointer: str, name: str) -> Cause:
    """A name that is very long may hold a story, so then only its parent is named."""
    text = catalogue().rule_text(UNKNOWN_FIELD)
    escaped = name.replace("~", "~0").replace("/", "~1")
    return Cause(
        pointer=f"{pointer}/{escaped}" if len(name) <= _NAME_MAX else pointer,
        code=UNKNOWN_FIELD,
        detail_nl=text.nl,
        detail_en=text.en,
        article=text.article,
    )


def _value(pointer: str, spec: TypeSpec, value: object) -> Iterator[Cause]:
    match spec.kind:
        case Kind.STRUCT:
            yield from _object(pointer, spec.members, value)
        case Kind.LIST:
            yield from _list(pointer, spec, value)
        case Kind.BOOL if not isinstance(value, bool):
            yield _cause(pointer, "type", "Hier hoort ja of nee (true of false).", "Expected true or false.")
        case Kind.INT:
            yield from _int(pointer, spec, value)
        case _ if spec.kind is not Kind.BOOL:
            yield from _text(pointer, spec, value)


def _list(pointer: str, spec: TypeSpec, value: object) -> Iterator[Cause]:
    if not isinstance(value, list):
        yield _cause(pointer, "type", "Hier hoort een lijst.", "A list is expected here.")
    elif len(value) > LIST_MAX:
        yield _cause(pointer, "te_lang", f"Ten hoogste {LIST_MAX} regels.", f"At most {LIST_MAX} items.")
    elif spec.item is not None:
        for index, item in enumerate(value):
            yield from _value(f"{pointer}/{index}", spec.item, item)


def _int(pointer: str, spec: TypeSpec, value: object) -> Iterator[Cause]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _cause(pointer, "type", "Hier hoort een geheel getal.", "A whole number is expected here.")
    elif value < 0:
        yield _cause(pointer, "waarde", "Dit getal is nooit negatief.", "This number is never negative.")
    elif spec.maximum is not None and value > spec.maximum:
        yield _cause(pointer, "te_lang", f"Ten hoogste {spec.maximum}.", f"At most {spec.maximum}.")


def _text(pointer: str, spec: TypeSpec, value: object) -> Iterator[Cause]:
    if not isinstance(value, str):
        yield _cause(pointer, "type", "Hier hoort tekst.", "A text is expected here.")
        return
    match spec.kind:
        case Kind.TEXT | Kind.STR:
            yield from _free(pointer, spec, value)
        case Kind.ENUM if value not in spec.codes:
            codes = ", ".join(spec.codes)
            yield _cause(pointer, "waarde", f"Kies uit: {codes}.", f"Choose from: {codes}.")
        case Kind.SHA256 if not fits_sha256(value):
            yield _cause(
                pointer, "waarde", "Een SHA-256 heeft 64 hexadecimale tekens.", "A SHA-256 has 64 hex digits."
            )
        case kind if kind in _PARSERS:
            try:
                _PARSERS[kind](value)
            except InvalidValue as error:
                yield _cause(pointer, "waarde", error.detail_nl, error.detail_en)


def _free(pointer: str, spec: TypeSpec, value: str) -> Iterator[Cause]:
    """Length first: a text of megabytes is refused before anything else looks at it."""
    if spec.max_length is not None and len(value) > spec.max_length:
        most = spec.max_length
        yield _cause(pointer, "te_lang", f"Ten hoogste {most} tekens.", f"At most {most} characters.")
    elif not value:
        yield _cause(pointer, "leeg", "Deze tekst is leeg; laat het veld dan weg.", "This text is empty.")
    elif has_forbidden_character(value, lines=spec.kind is Kind.TEXT):
        yield _cause(pointer, "teken", "Hierin staat een stuurteken.", "It holds a control character.")
    elif spec.pattern is not None and not re.fullmatch(spec.pattern, value, re.ASCII):
        yield _cause(pointer, "waarde", "Dit is geen nummer of code.", "This is no number or code.")


def _cause(pointer: str, code: str, detail_nl: str, detail_en: str) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=detail_nl, detail_en=detail_en)
