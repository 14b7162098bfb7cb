"""At which addresses a duty may be reached, and how they are kept.

The hub holds no names. An address is that of a duty telephone's service or of a duty's mailbox, never of a person: it
is in a domain that the operator agreed with the agencies, and its first word says which duty it is. That also keeps
an agency from making the hub call any other machine. At rest it is encrypted under a key outside the database, bound
to the row that it stands in; it is decrypted only to send, and never logged.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.domain.errors import InvalidValue

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_HOST: Final = r"(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)"
_DUTY_WORDS: Final = (
    "alarm",
    "balie",
    "bureau",
    "crisis",
    "dienst",
    "huisverbod",
    "meldkamer",
    "piket",
    "rooster",
    "wacht",
    "zsm",
)
_FUNCTION: Final = rf"(?:{'|'.join(_DUTY_WORDS)})[a-z0-9-]{{0,40}}"
_MAIL: Final = re.compile(rf"{_FUNCTION}@{_HOST}", re.ASCII)
_HOOK: Final = re.compile(rf"https://{_HOST}(?::[0-9]{{2,5}})?/(?:[A-Za-z0-9_-]+/)*{_FUNCTION}", re.ASCII)
_LONGEST: Final = 200


class ChannelName(StrEnum):
    """The channels that an address can be of."""

    WEBHOOK = "webhook"
    MAIL = "mail"


def check_address(channel: str, address: str, *, domains: Collection[str], pointer: str = "") -> None:
    """Raises InvalidValue unless it is the address of a duty, in a domain of the operator's list. Never repeats it."""
    form = {ChannelName.MAIL: _MAIL, ChannelName.WEBHOOK: _HOOK}.get(_channel(channel, pointer))
    found = None if form is None or len(address) > _LONGEST else form.fullmatch(address)
    if found is None:
        raise InvalidValue.of(
            "adres",
            f"Geef het adres van een dienst, niet van een persoon: het begint met {', '.join(_DUTY_WORDS)}.",
            f"Give the address of a duty, not of a person: it begins with {', '.join(_DUTY_WORDS)}.",
            pointer,
        )
    host = found["host"]
    if not any(host == domain or host.endswith(f".{domain}") for domain in domains):
        raise InvalidValue.of(
            "adres_domein",
            "Dit domein is niet afgesproken met de beheerder van Schakel.",
            "This domain was not agreed with the operator of Schakel.",
            pointer,
        )


def _channel(name: str, pointer: str) -> ChannelName:
    try:
        return ChannelName(name)
    except ValueError as error:
        raise InvalidValue.of(
            "kanaal", f"Een kanaal is {' of '.join(ChannelName)}.", "A channel is webhook or mail.", pointer
        ) from error


class AddressUnreadable(Exception):
    """A stored address is not of this hub's key or of another row. Says which row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSeal:
    """Keeps addresses under one key of 32 bytes, and knows the domains in which they may be."""

    key: bytes
    domains: frozenset[str]

    def __post_init__(self) -> None:
        if len(self.key) != _KEY_BYTES:
            raise ValueError(f"the key of duty addresses has {_KEY_BYTES} bytes")

    def seal(self, address_id: str, address: str) -> bytes:
        """The address as it is stored in that row."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, address.encode(), address_id.encode())

    def open(self, address_id: str, sealed: bytes) -> str:
        """The address again. Raises AddressUnreadable."""
        try:
            plain = AESGCM(self.key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], address_id.encode()
            )
        except InvalidTag as error:
            raise AddressUnreadable(address_id) from error
        return plain.decode()
