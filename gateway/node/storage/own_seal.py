"""Content at rest: sealed to the node's own key, so that the file alone shows nothing.

A JWE like that of a copy (ECDH-ES+A256KW, A256GCM); its protected header names what it belongs to, so that a sealed
value cannot be moved to another row. Old keys keep opening what was sealed with them.
"""

from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.registry import HeaderParameter

from gateway.protocol.canonical import canonical, malformed
from gateway.protocol.keys import OpeningKey
from gateway.protocol.wire import load_json

BELONGS_TO: Final = "schakel_hoort_bij"

_registry = jwe.JWERegistry(
    header_registry={BELONGS_TO: HeaderParameter("what the value belongs to", "str", required=True)},
    algorithms=["ECDH-ES+A256KW", "A256GCM"],
)
_registry.max_ciphertext_length = 16 * 1024 * 1024


class OwnSeal:
    """Seals with the first of the node's keys, opens with any of them."""

    def __init__(self, keys: Mapping[str, OpeningKey]) -> None:
        """`keys` by kid, newest first. Raises ValueError without one."""
        if not keys:
            raise ValueError("a node needs an opening key")
        self._keys = dict(keys)
        self._newest = next(iter(self._keys.values()))

    def seal(self, value: Any, *, belongs_to: str) -> str:
        """`value` is anything that JSON can hold."""
        key = self._newest
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": key.kid, BELONGS_TO: belongs_to}
        return jwe.encrypt_compact(header, canonical(value), key.key, registry=_registry)

    def open(self, sealed: str, *, belongs_to: str) -> Any:
        """The value. Raises InvalidInput when it was sealed for something else, or with a key that is gone."""
        try:
            opened = jwe.decrypt_compact(sealed, self._key_of, registry=_registry)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise malformed("eigen-zegel", type(error).__name__) from error
        if opened.headers().get(BELONGS_TO) != belongs_to:
            raise malformed("eigen-zegel", "hoort bij iets anders")
        return load_json(opened.plaintext or b"")

    def _key_of(self, recipient: Any) -> Key:
        return self._keys[str(recipient.headers()["kid"])].key
