"""Field names and values as a person reads them in Dutch: times on the Dutch clock, `ja` and `nee`, no underscores.

Shortens and hides nothing: what the copy holds is what is written. Masked values have fewer members than their type,
and are written with the members that they have.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.domain.catalogue import Kind, TypeSpec, catalogue
from gateway.domain.clock import LOCAL, parse_date, parse_time
from gateway.domain.errors import InvalidValue
from gateway.domain.identifiers import RoleId

_SPELLED: Final = {
    "509hh": "509hh",
    "24x7": "24x7",
    "bsn": "BSN",
    "corv": "CORV",
    "hovj": "HOvJ",
    "nr": "nummer",
    "om": "OM",
    "pv": "pv",
    "ref": "verwijzing",
    "rihg": "RiHG",
    "uhg": "uithuisgeplaatste",
    "vt": "Veilig Thuis",
    "zsm": "ZSM",
}


def label_of(name: str) -> str:
    """`bsn_pleger` becomes `BSN pleger`."""
    words = _words(name)
    return words[:1].upper() + words[1:]


def _words(name: str) -> str:
    return " ".join(_SPELLED.get(word, word) for word in name.split("_"))


def text_of(value: Any, spec: TypeSpec | None = None) -> str:
    """The value as text. `spec` is its type in the catalogue; a masked value that no longer fits it stays as it is."""
    match value:
        case bool():
            return "ja" if value else "nee"
        case str():
            return _string(value, spec)
        case Mapping():
            return "; ".join(
                f"{_words(name)}: {text_of(member, _member(spec, name))}" for name, member in value.items()
            )
        case Sequence():
            item = spec.item if spec is not None and spec.kind is Kind.LIST else None
            return ", ".join(text_of(each, item) for each in value) if value else "geen"
    return str(value)


def _member(spec: TypeSpec | None, name: str) -> TypeSpec | None:
    known = spec is not None and any(member.name == name for member in spec.members)
    return spec.member(name).spec if spec is not None and known else None


def _string(value: str, spec: TypeSpec | None) -> str:
    kind = spec.kind if spec is not None else None
    try:
        match kind:
            case Kind.DATETIME:
                return f"{parse_time(value).astimezone(LOCAL):%d-%m-%Y %H:%M:%S} uur"
            case Kind.DATE:
                return f"{parse_date(value):%d-%m-%Y}"
            case Kind.ENUM:
                return _code(value)
    except InvalidValue:
        return value  # a mask left another form than the type has; shown as it came
    return value


def _code(value: str) -> str:
    role = catalogue().roles.get(RoleId(value))
    return role.label if role is not None else value.replace("_", " ")
