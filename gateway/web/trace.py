"""The trace id of a request: taken over from W3C Trace Context when it is well formed, else drawn here.

Source: W3C Trace Context 3.2.2 (version 00). The id is the only thing of a request that a log line and a
problem share.
"""

import re
import secrets

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_ALL_ZERO = re.compile(r"0+")


def trace_id_of(traceparent: str | None) -> str:
    """32 lower-case hex digits; a malformed or all-zero header is replaced, as the standard asks."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or _ALL_ZERO.fullmatch(found[1]) or _ALL_ZERO.fullmatch(found[2]):
        return secrets.token_hex(16)
    return found[1]
