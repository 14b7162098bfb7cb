"""The name of one state of the policies: a number that only rises, and a digest of what is in it.

`12-3f2a9c1b04d7`: the twelfth revision, and the first twelve hexadecimal digits of the SHA-256 over its files.
The number orders; the digest keeps two different bundles from ever carrying one name.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

_FORM: Final = re.compile(r"(0|[1-9][0-9]{0,8})-([0-9a-f]{12})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Revision:
    """Ordered by number. Two revisions with one number and another digest are a forgery or a mistake."""

    number: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when `text` is not the name of a revision."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError("a revision is written as number, hyphen, twelve hexadecimal digits")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number}-{self.digest}"
