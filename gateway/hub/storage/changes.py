"""What is handed to the writer: one change of the hub's memory, which commits whole or not at all.

A change says which facts it was decided on (`reads`), so that the writer can tell under lock whether one moved; what
it changes of them (`touches`); and how its rows follow from the delivery numbers that only the writer can give.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from audit.leaf import Leaf
from gateway.domain.errors import Unavailable
from gateway.hub.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Lane:
    """The deliveries of one case to one recipient, which are numbered from 1 without gaps."""

    case_id: str
    oin: str
    role: str


Numbers = Mapping[Lane, int]
"""The number that a delivery in each lane gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """New values for one row. With `growing` the row changes only if its value of that column is smaller than the
    new one, so that a late event never takes back an earlier one. With `unset` it changes only while that column is
    empty: the first word counts."""

    row: type[Row]
    key: Mapping[str, str | int]
    values: Mapping[str, object]
    growing: str | None = None
    unset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One row less. Nothing happens when it is gone already."""

    row: type[Row]
    key: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything that one change writes, besides its leaves. `answer` is given back to whoever asked, after the
    commit."""

    answer: str = ""
    inserts: tuple[Row, ...] = ()
    revisions: tuple[Revision, ...] = ()
    removals: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item of the writer.

    `key` is the idempotency key: when it is not known whether a commit happened, the leaf that carries it tells.
    `judge` is pure; it runs under the locks and must be quick.
    """

    key: str
    judge: Callable[[Numbers], Judgement]
    leaves: tuple[Leaf, ...] = ()
    reads: Mapping[str, int] = field(default_factory=dict)
    touches: frozenset[str] = frozenset()
    lanes: tuple[Lane, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the first leaf of a committed change stands, with its proof to the head after its transaction."""

    leaf_index: int
    leaf_hash: bytes
    tree_size: int
    path: tuple[bytes, ...]
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A committed change: where it stands in the log (None: it has no leaf), and the answer of its judge.

    `answer` is None when the commit was found in the log after a doubt; what was judged is then on record only.
    """

    placement: Placement | None
    answer: str | None


class Moved(Exception):
    """A fact that the decision used has changed since; decide again."""


class Clash(Exception):
    """A row that must be unique is there already: somebody else did this, or the same thing, first."""


class StorageUnavailable(Unavailable):
    """The database does not answer, is full, or too much waits for it. Nothing is known to be done."""

    default_code = "opslag-onbereikbaar"
    default_nl = "De opslag is niet bereikbaar. Probeer het later opnieuw."
    default_en = "The storage cannot be reached. Try again later."


def case_scope(case_id: str) -> str:
    """Scope of a case: its state, facts and assignments."""
    return f"zaak:{case_id}"


def agency_scope(oin: str) -> str:
    """Scope of an agency: its duty roster and mandates."""
    return f"organisatie:{oin}"
