"""Warns whoever writes free text that it seems to hold what belongs in a field of its own, where it can be masked.

A number that passes the check of a BSN, a postcode, a street with a number, a telephone number, a shelter by its name:
in a text no mask finds them. It is advice to the writer alone: it blocks nothing, names the place and never the value,
and is neither kept nor sent. What people write otherwise it does not see (docs/guarantees.md).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.domain.catalogue import Kind, MessageType, TypeSpec

_NINE_DIGITS: Final = re.compile(r"(?<![\d+])\d(?:[ .]?\d){8}(?!\d)", re.ASCII)
_LEGAL_FORM: Final = re.compile(r"^(?:stichting|vereniging) ", re.IGNORECASE)
_ELEVEN: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWarning:
    """What a text seems to hold. `pointer` is a JSON pointer to the text."""

    pointer: str
    code: str
    detail_nl: str
    detail_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """A form of writing, and what is said about it."""

    code: str
    pattern: re.Pattern[str]
    detail_nl: str
    detail_en: str


_SHELTER_NL: Final = (
    "Deze tekst lijkt te noemen in welke opvang iemand is. Waar iemand verblijft, hoort in geen enkele tekst."
)
_SHELTER_EN: Final = (
    "This text seems to tell in which shelter somebody is. Where somebody stays belongs in no text at all."
)

_SIGNS: Final = (
    _Sign(
        code="postcode",
        pattern=re.compile(r"(?<!\w)[1-9][0-9]{3} ?(?!SA|SD|SS)[A-Z]{2}(?!\w)"),
        detail_nl="Deze tekst lijkt een postcode te bevatten. Zet een adres in het veld voor het adres.",
        detail_en="This text seems to hold a postcode. Put an address in the field for the address.",
    ),
    _Sign(
        code="adres",
        pattern=re.compile(
            r"(?<!\w)[A-Z][\w'-]{0,40}"
            r"(?:straat|laan|weg|plein|gracht|kade|dijk|hof|singel|steeg|park|pad|dreef|plantsoen|markt)"
            r" {1,3}[0-9]{1,5}(?![0-9])"
        ),
        detail_nl="Deze tekst lijkt een adres te bevatten. Zet een adres in het veld voor het adres.",
        detail_en="This text seems to hold an address. Put an address in the field for the address.",
    ),
    _Sign(
        code="telefoon",
        pattern=re.compile(r"(?<![\w+])(?:(?:\+|00)31 ?(?:\(0\))?|0)[ -]?[1-9](?:[ -]?[0-9]){8}(?![0-9])"),
        detail_nl="Deze tekst lijkt een telefoonnummer te bevatten. Zet het in zijn eigen veld, of laat het weg.",
        detail_en="This text seems to hold a telephone number. Put it in a field of its own, or leave it out.",
    ),
    _Sign(
        code="opvang",
        pattern=re.compile(
            r"(?<!\w)(?:(?i:(?:vrouwen|nood|crisis|maatschappelijke )?opvang(?:huis|locatie|adres)?|safe ?house"
            r"|blijfhuis|blijf[ -]van[ -]mijn[ -]lijf(?:[ -]?huis)?|schuil(?:huis|adres|plaats|plek)))"
            r"(?: (?i:in|te|van|de|het|op|bij|aan|heet|genaamd)){0,3}:? [\"'\u2018\u201c]?[A-Z]\w"
        ),
        detail_nl=_SHELTER_NL,
        detail_en=_SHELTER_EN,
    ),
)
_BSN: Final = (
    "bsn",
    "Deze tekst lijkt een BSN te bevatten. Zet het in het veld voor het BSN, of laat het weg.",
    "This text seems to hold a BSN. Put it in the field for the BSN, or leave it out.",
)


def text_warnings(
    message_type: MessageType, content: Mapping[str, Any], shelters: Iterable[str] = ()
) -> tuple[TextWarning, ...]:
    """What the free texts of a content seem to hold, in the order of the schema. The content fits its schema.

    `shelters` are names of shelters that are known here; they are found in any case, also without their "Stichting".
    """
    signs = (*_SIGNS, *_known_shelters(shelters))
    found: dict[tuple[str, str], TextWarning] = {}
    for field in message_type.fields:
        if field.name in content:
            for warning in _of_value(f"/inhoud/{field.name}", field.spec, content[field.name], signs):
                found.setdefault((warning.pointer, warning.code), warning)
    return tuple(found.values())


def _known_shelters(names: Iterable[str]) -> Iterator[_Sign]:
    known = {_LEGAL_FORM.sub("", name).strip() for name in names} - {""}
    if known:
        words = "|".join(re.escape(name) for name in sorted(known))
        yield _Sign(
            code="opvang",
            pattern=re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE),
            detail_nl=_SHELTER_NL,
            detail_en=_SHELTER_EN,
        )


def passes_eleven_check(digits: str) -> bool:
    """Whether nine digits are those of a BSN. Source: Besluit burgerservicenummer, the "elfproef"."""
    return any(digit != "0" for digit in digits) and not (
        sum(weight * int(digit) for weight, digit in zip(_ELEVEN, digits, strict=True)) % 11
    )


def _of_value(pointer: str, spec: TypeSpec, value: Any, signs: Sequence[_Sign]) -> Iterator[TextWarning]:
    match spec.kind:
        case Kind.TEXT:
            yield from _of_text(pointer, value, signs)
        case Kind.LIST if spec.item is not None:
            for index, item in enumerate(value):
                yield from _of_value(f"{pointer}/{index}", spec.item, item, signs)
        case Kind.STRUCT:
            for member in spec.members:
                if member.name in value:
                    yield from _of_value(f"{pointer}/{member.name}", member.spec, value[member.name], signs)


def _of_text(pointer: str, text: str, signs: Sequence[_Sign]) -> Iterator[TextWarning]:
    numbers = (re.sub(r"[ .]", "", found) for found in _NINE_DIGITS.findall(text))
    if any(passes_eleven_check(number) for number in numbers):
        code, nl, en = _BSN
        yield TextWarning(pointer=pointer, code=code, detail_nl=nl, detail_en=en)
    for sign in signs:
        if sign.pattern.search(text):
            yield TextWarning(
                pointer=pointer, code=sign.code, detail_nl=sign.detail_nl, detail_en=sign.detail_en
            )
