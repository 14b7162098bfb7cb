"""The registers of a case that decisions rest on: which agreements and consents exist, about what, and who gives them.

One declarative table (registers.json) from domain.md 1.1, 6.2 and 6.4, held against the catalogue. Where the domain
does not say who may give one, the strictest reading holds:

- an agreement about disclosure names one recipient in one role, one category and the purposes, and covers nothing else;
- consent and the release by a physician are recorded by the agency whose data they are, and open no data of another;
- "the physician" is the vertrouwensarts of Veilig Thuis, the only role that is a physician: medical data of a care
  provider stay closed under this ground;
- "the OM" is the officer of justice, not the secretary of the parket; "the municipality" that hires the probation
  service is the burgemeester; "the shelter" speaks for the victim too;
- a decision under Wpg 19 or 20 counts only when the police stated it and the authority over them (the officer of
  justice or the burgemeester) stated the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from gateway.domain.catalogue import catalogue
from gateway.domain.catalogue.record import Record
from gateway.domain.catalogue.vocabulary import check_known
from gateway.domain.errors import CatalogueError
from gateway.domain.identifiers import CategoryId, RoleId

MANDATE_GIVER: Final = RoleId("burgemeester")
MANDATE_HOLDER: Final = RoleId("politie_hovj")
"""Wth 3(1): the burgemeester may give the mandate to an officer who is hulpofficier van justitie, and nobody else."""
DECISIONS: Final = ("opleggen", "niet_opleggen")
"""What the burgemeester can have decided before the HOvJ signs; `opleggen` covers announcing it by word of mouth."""
DECISION_OF_ACT: Final[Mapping[str, str]] = MappingProxyType(
    {"opleggen": "opleggen", "opleggen_mondeling": "opleggen", "niet_opleggen": "niet_opleggen"}
)


class About(StrEnum):
    """What a statement is about, and so which members it has."""

    DISCLOSURE = "verstrekking"
    DECISION = "besluit"
    COMMISSION = "opdracht"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who must state it. With `own_data` it counts only for data of the agency that states it."""

    roles: tuple[RoleId, ...]
    own_data: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementKind:
    """One kind of agreement or consent, by the context key of the policy that it makes true. Every party must have
    stated it; `categories` are those that it can open."""

    kind: str
    about: About
    parties: tuple[Party, ...]
    categories: tuple[CategoryId, ...]
    article: str

    @property
    def roles(self) -> frozenset[RoleId]:
        """Every role that may state it, for one party or another."""
        return frozenset(role for party in self.parties for role in party.roles)


@cache
def statement_kinds() -> Mapping[str, StatementKind]:
    """Every kind by its context key, read once. Raises: CatalogueError."""
    text = (files("gateway.domain") / "registers.json").read_text(encoding="utf-8")
    with Record(json.loads(text), "registers.json") as record:
        kinds = [_kind(row) for row in record.records("statements")]
    return MappingProxyType({kind.kind: kind for kind in kinds})


def _kind(row: Record) -> StatementKind:
    with row:
        kind = StatementKind(
            kind=row.text("kind"),
            about=About(row.text("about")),
            parties=tuple(_party(each) for each in row.records("parties")),
            categories=tuple(map(CategoryId, row.texts("categories"))),
            article=row.text("article"),
        )
    check_known(kind.roles, catalogue().roles, kind.kind)
    check_known(kind.categories, catalogue().categories, kind.kind)
    if not kind.parties or not all(party.roles for party in kind.parties):
        raise CatalogueError(f"{kind.kind}: nobody may state it")
    if bool(kind.categories) is not (kind.about is About.DISCLOSURE):
        raise CatalogueError(f"{kind.kind}: categories are for what opens data, and only for that")
    return kind


def _party(row: Record) -> Party:
    with row:
        return Party(roles=tuple(map(RoleId, row.texts("roles"))), own_data=row.flag("own_data"))
