"""One agency that goes on in another: a municipality after a herindeling, two organisations after a fusie.

Decides when a succession is proven: the predecessor signs who succeeds it and from when, and the successor signs the
same words to take it on. The operator who issues the registry can publish such a link and cannot make one, because a
wrong link would hand the cases of one agency to another. What follows from a link is decided by the hub.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

from gateway.domain.clock import parse_time
from gateway.protocol.canonical import malformed
from gateway.protocol.keys import VerificationKey
from gateway.protocol.wire import Compact, Instant, OinText, Signed

SUCCEEDED: Final = "schakel-opvolging+jws"
TAKEN_ON: Final = "schakel-opvolging-aanvaard+jws"


class SuccessionStatement(Signed):
    """What predecessor and successor each sign, under a `typ` of their own. `aud` is the OIN of the hub, so that it
    counts in one exchange only."""

    versie: Literal[1] = 1
    aud: OinText
    voorganger: OinText
    opvolger: OinText
    ingaat_op: Instant
    verklaard_op: Instant  # when the predecessor signed; never after it takes effect


class SuccessionEntry(Signed):
    """The link in the registry file, in the entry of the predecessor."""

    oin: OinText  # of the successor
    ingaat_op: Instant
    verklaring: Compact  # the statement, signed by the predecessor
    aanvaarding: Compact  # the same statement, signed by the successor


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """A proven link: from `since` on the successor stands in the place of the predecessor."""

    predecessor: str
    successor: str
    since: datetime
    stated_at: datetime
    statement: str


@dataclass(frozen=True, slots=True)
class Successions:
    """Every link of the registry, by predecessor. Along a line of links the dates rise, so there is no circle."""

    by_predecessor: Mapping[str, Succession]

    @classmethod
    def of(cls, links: list[Succession]) -> "Successions":
        """Raises InvalidInput when a successor is itself succeeded no later than it takes the place."""
        found = {link.predecessor: link for link in links}
        for link in links:
            following = found.get(link.successor)
            if following is not None and following.since <= link.since:
                raise malformed("opvolging", f"{link.predecessor}: de opvolger is dan zelf al opgevolgd")
        return cls(MappingProxyType(found))

    def ended(self, oin: str, at: datetime) -> Succession | None:
        """The link by which the agency was succeeded by then; None while it acts for itself."""
        link = self.by_predecessor.get(oin)
        return link if link is not None and link.since <= at else None

    def heir(self, oin: str, at: datetime) -> str:
        """The agency that stands in the place of this one at that moment: itself, or the end of the line."""
        while (link := self.ended(oin, at)) is not None:
            oin = link.successor
        return oin

    def line(self, oin: str, at: datetime) -> tuple[Succession, ...]:
        """The links by which this agency stands in the place of others at that moment, nearest first."""
        if self.ended(oin, at) is not None:
            return ()
        found: list[Succession] = []
        places = {oin}
        for _ in self.by_predecessor:
            fresh = [
                link
                for link in self.by_predecessor.values()
                if link.successor in places and link.since <= at and link not in found
            ]
            found += fresh
            places |= {link.predecessor for link in fresh}
        return tuple(found)


NO_SUCCESSIONS: Final = Successions(MappingProxyType({}))


def proven(
    entry: SuccessionEntry, *, predecessor: str, hub_oin: str, keys: Mapping[str, VerificationKey]
) -> Succession:
    """The link of this entry. Raises InvalidInput for a successor that is no other participant, a signature that is
    not good, and statements that differ from each other or from the entry."""
    if entry.oin == predecessor or entry.oin not in keys:
        raise malformed("opvolging", f"{predecessor}: de opvolger is geen andere deelnemer")
    words = keys[predecessor].verify(entry.verklaring, typ=SUCCEEDED)
    if keys[entry.oin].verify(entry.aanvaarding, typ=TAKEN_ON) != words:
        raise malformed("opvolging", f"{predecessor}: de opvolger aanvaardt iets anders")
    stated = SuccessionStatement.parse_bytes(words)
    if (stated.aud, stated.voorganger, stated.opvolger) != (hub_oin, predecessor, entry.oin):
        raise malformed("opvolging", f"{predecessor}: verklaring over een ander")
    since, stated_at = parse_time(stated.ingaat_op), parse_time(stated.verklaard_op)
    if since != parse_time(entry.ingaat_op):
        raise malformed("opvolging", f"{predecessor}: een andere dag dan de verklaring noemt")
    if stated_at > since:
        raise malformed("opvolging", f"{predecessor}: verklaard nadat het inging")
    return Succession(
        predecessor=predecessor,
        successor=entry.oin,
        since=since,
        stated_at=stated_at,
        statement=entry.verklaring,
    )
