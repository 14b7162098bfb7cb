"""From Pydantic's list of errors to one InvalidInput with every cause, in two languages, without any value.

Pydantic's own message may quote what was sent, so only its type and the limits in its context are used.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.errors import Cause, InvalidInput

# Pydantic error type -> (our code, Dutch, English). `{}` is filled from the error's context, which holds
# limits only.
_TEXTS: Mapping[str, tuple[str, str, str]] = {
    "missing": ("verplicht", "Dit veld is verplicht.", "This field is required."),
    "extra_forbidden": ("onbekend_veld", "Dit veld bestaat niet.", "This field does not exist."),
    "json_invalid": ("json", "De inhoud is geen geldige JSON.", "The body is not valid JSON."),
    "string_too_long": ("te_lang", "Hoogstens {max_length} tekens.", "At most {max_length} characters."),
    "string_too_short": ("te_kort", "Minstens {min_length} tekens.", "At least {min_length} characters."),
    "too_long": ("te_lang", "Hoogstens {max_length} waarden.", "At most {max_length} values."),
    "too_short": ("te_kort", "Minstens {min_length} waarden.", "At least {min_length} values."),
    "timezone_aware": ("tijdzone", "De tijdzone ontbreekt.", "The time zone is missing."),
    "enum": ("waarde", "Deze waarde staat niet in de lijst.", "This value is not in the list."),
    "literal_error": ("waarde", "Deze waarde staat niet in de lijst.", "This value is not in the list."),
    "string_pattern_mismatch": (
        "waarde",
        "De waarde heeft niet de juiste vorm.",
        "The value has the wrong form.",
    ),
}
_ENDINGS: Mapping[str, tuple[str, str, str]] = {
    "_type": ("type", "De waarde heeft niet het juiste type.", "The value has the wrong type."),
    "_parsing": ("type", "De waarde heeft niet het juiste type.", "The value has the wrong type."),
}
_OTHER = ("waarde", "Deze waarde is niet geldig.", "This value is not valid.")


def invalid_input(errors: Sequence[Mapping[str, Any]]) -> InvalidInput:
    """One error with all causes, in the order in which validation met them.

    A cause in the body has a JSON pointer; one elsewhere is named `/query/<name>`, `/path/<name>` or
    `/header/<name>`.
    """
    return InvalidInput(
        detail_nl="De invoer voldoet niet aan het schema.",
        detail_en="The input does not meet the schema.",
        causes=tuple(_cause(error) for error in errors),
    )


def _cause(error: Mapping[str, Any]) -> Cause:
    kind = str(error["type"])
    ending = next((text for end, text in _ENDINGS.items() if kind.endswith(end)), _OTHER)
    code, dutch, english = _TEXTS.get(kind, ending)
    limits = {name: value for name, value in error.get("ctx", {}).items() if isinstance(value, int)}
    return Cause(
        pointer=_pointer(error["loc"], kind),
        code=code,
        detail_nl=dutch.format(**limits),
        detail_en=english.format(**limits),
    )


def _pointer(location: Sequence[str | int], kind: str) -> str:
    """RFC 6901. Unparsable JSON has no location inside the body, so it points at the whole."""
    place, *rest = location
    if kind == "json_invalid":
        rest = []
    steps = rest if place == "body" else [place, *rest]
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
