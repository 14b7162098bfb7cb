"""Invented households: the people, the address and the numbers that the contents of one case agree on.

Everybody here is visibly invented. No number can be a person's: a BSN-like number never passes the 11-check, and the
postcode does not exist.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from gateway.local.registry_file import VOORBEELDSTAD

_NAMES: Final = (
    "Alfa",
    "Beta",
    "Gamma",
    "Delta",
    "Epsilon",
    "Zeta",
    "Eta",
    "Theta",
    "Iota",
    "Kappa",
    "Lambda",
)
_BIRTHDAYS: Final = date(1970, 1, 1)
_BSN_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Who lives at one invented address. Persons are values of the structured type `Persoon`."""

    suspect: dict[str, Any]
    stays: dict[str, Any]
    children: tuple[dict[str, Any], ...]
    details: tuple[dict[str, Any], ...]
    address: dict[str, Any]
    bsn: str

    @property
    def involved(self) -> list[dict[str, Any]]:
        """Everybody but the suspect."""
        return [self.stays, *self.children]


def seeded(seed: int | str) -> Random:
    """A source that draws the same from the same seed, in every process. For invented data only."""
    return Random(seed)  # noqa: S311 - not for secrets: the same seed must give the same cases


def make_household(
    rng: Random, *, today: date, municipality: str = VOORBEELDSTAD, children: int | None = None
) -> Household:
    """One household; as many `children` as named, else none to three. The same `rng` gives the same people."""
    count = rng.choice((0, 1, 1, 2, 3)) if children is None else children
    born = [today - timedelta(days=rng.randint(1, 17 * 365)) for _ in range(count)]
    young = [_person(rng, "kind", day) for day in born]
    return Household(
        suspect=_person(rng, "uithuisgeplaatste", _adult(rng)),
        stays=_person(rng, "achterblijver", _adult(rng)),
        children=tuple(young),
        details=tuple(_details(rng, child, today) for child in young),
        address=_address(rng, municipality),
        bsn=invented_bsn(rng),
    )


def invented_bsn(rng: Random) -> str:
    """Nine digits that fail the 11-check, so that it is nobody's."""
    digits = [9, 9, 9, *(rng.randrange(10) for _ in range(6))]
    if passes_11_check(digits):
        digits[-1] = (digits[-1] + 1) % 10
    return "".join(map(str, digits))


def passes_11_check(digits: Sequence[int]) -> bool:
    """Whether nine digits could be a BSN. Source: Besluit burgerservicenummer, the weights 9 to 2 and -1."""
    return sum(weight * digit for weight, digit in zip(_BSN_WEIGHTS, digits, strict=True)) % 11 == 0


def random_uuid(rng: Random) -> str:
    """A UUID in the form of version 4, drawn from `rng`."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _adult(rng: Random) -> date:
    return _BIRTHDAYS + timedelta(days=rng.randint(0, 12_000))


def _person(rng: Random, role: str, born: date) -> dict[str, Any]:
    kind = "Testkind" if role == "kind" else "Testpersoon"
    return {
        "persoon_id": random_uuid(rng),
        "rol": role,
        "naam": f"{kind} {rng.choice(_NAMES)} {rng.choice(_NAMES)}",
        "geboortedatum": born.isoformat(),
        "geslacht": rng.choice(("man", "vrouw", "x")),
    }


def _details(rng: Random, child: dict[str, Any], today: date) -> dict[str, Any]:
    age = (today - date.fromisoformat(child["geboortedatum"])).days * 100 // 36525
    return {
        "persoon_id": child["persoon_id"],
        "leeftijd": age,
        "gezag": rng.choice(("beide", "moeder", "vader", "voogd", "onbekend")),
        "getuige": rng.random() < 0.5,
        "maatregel": rng.choice(("geen", "geen", "onderzoek", "ots")),
    }


def _address(rng: Random, municipality: str) -> dict[str, Any]:
    return {
        "straat": "Voorbeeldstraat",
        "huisnummer": str(rng.randint(1, 199)),
        "postcode": "0000XX",
        "plaats": "Voorbeeldstad",
        "gemeentecode": municipality,
    }
