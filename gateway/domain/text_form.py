"""The written form of plain values, once as a check and once as a pattern for JSON Schema.

The patterns are in the common subset of ECMA-262 and Python, and only sketch dates and times: the days of a month are
judged by `format`, as gateway.domain.clock judges them.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.domain.catalogue.type_spec import Kind

_LINES: Final = "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\ud800-\\udfff]"
_ONE_LINE: Final = "[\\u0000-\\u001f\\u007f\\ud800-\\udfff]"
_FORBIDDEN: Final = {True: re.compile(_LINES), False: re.compile(_ONE_LINE)}
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_END: Final = "(?!\\n)$"

FORMS: Final[Mapping[Kind, Mapping[str, Any]]] = {
    Kind.DATE: {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}" + _END, "format": "date"},
    Kind.DATETIME: {
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?"
        "(Z|[+-][0-9]{2}:[0-9]{2})" + _END,
        "format": "date-time",
    },
    Kind.UUID: {"pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}" + _END},
    Kind.OIN: {"pattern": "^[0-9]{20}" + _END},
    Kind.SHA256: {"pattern": "^[0-9a-f]{64}" + _END},
    Kind.STAFF_REF: {"pattern": "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}" + _END},
}
"""Keywords of JSON Schema for a kind, beside `type: string`. The end is written so that no line break slips past it."""


def fits_sha256(text: str) -> bool:
    """64 hexadecimal digits in lower case: the form of every digest in a signed object."""
    return _SHA256.fullmatch(text) is not None


def has_forbidden_character(text: str, *, lines: bool) -> bool:
    """Whether it holds a control character or a lone surrogate. `lines` allows tab and line breaks."""
    return _FORBIDDEN[lines].search(text) is not None


def forbidden_pattern(*, lines: bool) -> str:
    """The same as a pattern that must not match."""
    return _LINES if lines else _ONE_LINE
