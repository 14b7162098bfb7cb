"""The leaves of an export: are all there, in order and unchanged, do they give the signed roots, and is every
hole explained?

Reads each leaf once; memory grows with the number of persons and of erased leaves, not with the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.body import Body, Erasure, parse_body
from audit.canonical import dump
from audit.checkpoint import Checkpoint
from audit.errors import BodyInvalid, UnknownVersion
from audit.export import Header, LeafLine, Scope
from audit.leaf import stored_leaf_hash
from audit.outcome import Check, Defect, Outcome
from audit.sequence import SequenceCheck
from audit.tree import EMPTY_ROOT, Frontier

_MAX_GAP = (
    10_000  # A missing stretch is reported leaf by leaf, but an index from nowhere must not fill the memory.
)


@dataclass(slots=True)
class LeafCheck:
    """Takes the leaves one by one, after the checkpoints. `heads` are the roots that the leaves must give, by
    size."""

    header: Header
    heads: Mapping[int, Checkpoint]
    outside: Sequence[Checkpoint]
    outcome: Outcome
    frontier: Frontier = field(default_factory=Frontier)
    roots: dict[int, bytes] = field(default_factory=dict)  # at the sizes that somebody signed
    expected: int = 0
    broken_at: int | None = None  # from this leaf on the tree cannot be built
    read: int = 0
    skipped: set[int] = field(default_factory=set)
    bodiless: set[int] = field(default_factory=set)
    recorded: dict[int, int] = field(default_factory=dict)  # erased leaf -> the leaf that records it
    sequences: SequenceCheck = field(default_factory=SequenceCheck)

    def __post_init__(self) -> None:
        self._note_root()

    def take(self, line: int, leaf: LeafLine) -> None:
        """One leaf of the file."""
        self.read += 1
        in_order = self._place(line, leaf.index)
        if self.broken_at is None:
            self.frontier = self.frontier.append(leaf.hash)
            self._note_root()
        if leaf.salt is None or leaf.body is None:
            self.bodiless.add(leaf.index)
            self.sequences.erased_leaf()
            return
        body = self._content(line, leaf, leaf.salt)
        if body is None or not in_order:
            self.sequences.unreadable_leaf()
        else:
            self._follow(line, leaf.index, body)

    def unreadable(self) -> None:
        """A line that should have been a leaf. It counts as the next one, but the tree ends here."""
        self._break(self.expected)
        self.expected += 1
        self.read += 1
        self.sequences.unreadable_leaf()

    def finish(self) -> None:
        """Judges what only the whole can show."""
        self._finish_order()
        self._finish_tree()
        self._finish_outside()
        self._finish_erasures()
        looked = self.outcome.looked
        looked[Check.CONTENT] = f"nagerekend: {self.read - len(self.bodiless)}"
        looked[Check.NUMBERS] = f"personen gevolgd van hun eerste nummer af: {len(self.sequences.persons)}"

    def _note_root(self) -> None:
        size = self.frontier.size
        if size in self.heads or any(head.size == size for head in self.outside):
            self.roots[size] = self.frontier.root()

    def _break(self, at: int) -> None:
        if self.broken_at is None:
            self.broken_at = at

    def _place(self, line: int, index: int) -> bool:
        """Whether the leaf comes after all that were read; the tree goes on only when it is also the next one."""
        if index == self.expected:
            self.expected += 1
            return True
        self._break(min(index, self.expected))
        if index > self.expected:
            self.skipped.update(range(self.expected, min(index, self.expected + _MAX_GAP)))
            self.expected = index + 1
            self.sequences.unreadable_leaf()
            return True
        if index in self.skipped:
            self.skipped.discard(index)
            defect, text = Defect.LEAF_MOVED, f"staat na blad {self.expected - 1}"
        else:
            defect, text = Defect.LEAF_REPEATED, "komt een tweede keer voor"
        self.outcome.found(Check.ORDER, defect, text, line=line, leaf=index)
        return False

    def _content(self, line: int, leaf: LeafLine, salt: bytes) -> Body | None:
        try:
            same = stored_leaf_hash(salt, dump(leaf.body)) == leaf.hash
            body = parse_body(leaf.body)
        except UnknownVersion as exc:
            self.outcome.found(Check.CONTENT, Defect.UNKNOWN_VERSION, str(exc), line=line, leaf=leaf.index)
            return None
        except BodyInvalid as exc:
            self.outcome.found(Check.CONTENT, Defect.BODY_INVALID, str(exc), line=line, leaf=leaf.index)
            return None
        if not same:
            text = "zout en inhoud geven een andere hash dan er staat"
            self.outcome.found(Check.CONTENT, Defect.LEAF_CHANGED, text, line=line, leaf=leaf.index)
        return body

    def _follow(self, line: int, index: int, body: Body) -> None:
        if body.about is not None:
            for problem in self.sequences.events(body.about):
                self.outcome.found(Check.NUMBERS, Defect.NUMBER_WRONG, problem, line=line, leaf=index)
        if isinstance(body.log, Erasure):
            self.recorded.update(dict.fromkeys(body.log.indexes, index))

    def _finish_order(self) -> None:
        for index in sorted(self.skipped):
            text = f"de bladen lopen door tot {self.expected - 1}, maar dit blad is er niet"
            self.outcome.found(Check.ORDER, Defect.LEAF_MISSING, text, leaf=index)
        largest = max(self.heads, default=0)
        if self.expected < largest:
            text = f"ondertekend zijn {largest} bladen, het bestand houdt op na {self.expected}"
            self.outcome.found(Check.ORDER, Defect.TRUNCATED, text, leaf=self.expected, size=largest)
        if self.expected > largest:
            text = f"de bladen vanaf {largest} vallen onder geen enkel geldig checkpoint"
            self.outcome.found(Check.ORDER, Defect.NOT_SIGNED, text, leaf=largest)
        if self.header.size != self.read:
            text = f"de kop noemt {self.header.size} bladen, het bestand heeft er {self.read}"
            self.outcome.found(Check.ORDER, Defect.WRONG_COUNT, text, line=1)
        self.outcome.looked[Check.ORDER] = (
            f"bladen gelezen: {self.read}, waarvan zonder inhoud: {len(self.bodiless)}"
        )

    def _finish_tree(self) -> None:
        good = [size for size in self.heads if self.roots.get(size) == self.heads[size].root]
        bad = sorted(size for size in self.heads if size in self.roots and size not in good)
        for size in bad:
            if size < max(good, default=0):
                text = f"geldig ondertekend, maar geen begin van het logboek van {max(good)} bladen"
                self.outcome.found(Check.TREE, Defect.FORK, text, size=size)
        after = [size for size in bad if size > max(good, default=0)]
        if after:
            start, first = max(good, default=0), after[0]
            text = (
                f"de bladen geven een andere wortel dan ondertekend is. Tot en met {start} bladen klopt het: "
                f"de verandering zit in de bladen {start} tot en met {first - 1}"
            )
            self.outcome.found(Check.TREE, Defect.ROOT_DIFFERS, text, leaf=start, size=first)
        judged = f"wortels nagerekend en goed: {len(good)} van {len(self.heads)}"
        ended = "" if self.broken_at is None else f"; vanaf blad {self.broken_at} is de boom niet te bouwen"
        self.outcome.looked[Check.TREE] = judged + ended

    def _finish_outside(self) -> None:
        for head in self.outside:
            self.outcome.looked[Check.OUTSIDE] = "; ".join(f"{one.size} bladen" for one in self.outside)
            if head.size > self.expected:
                text = (
                    f"u hebt een checkpoint van {head.size} bladen, het bestand houdt op na {self.expected}"
                )
                self.outcome.found(Check.OUTSIDE, Defect.ROLLED_BACK, text, size=head.size)
            elif self.roots.get(head.size, EMPTY_ROOT if head.size == 0 else None) != head.root:
                text = "de bladen van het bestand geven niet de wortel die u hebt"
                self.outcome.found(Check.OUTSIDE, Defect.ROOT_DIFFERS, text, size=head.size)

    def _finish_erasures(self) -> None:
        if self.header.scope is Scope.PART:
            text = f"{len(self.bodiless)} bladen zijn gewist of u niet getoond; alleen hun plaats en hash zijn bewezen."
            self.outcome.warnings.append(text)
            return
        for index in sorted(self.bodiless):
            if self.recorded.get(index, -1) <= index:
                text = "zout en inhoud ontbreken, en geen later blad legt vast dat ze gewist zijn"
                self.outcome.found(Check.ERASURES, Defect.ERASURE_UNRECORDED, text, leaf=index)
        kept = sorted(self.recorded.keys() - self.bodiless)
        if kept:
            shown = ", ".join(map(str, kept[:10]))
            self.outcome.warnings.append(
                f"van deze bladen is wissing vastgelegd, maar de inhoud staat er nog: {shown}."
            )
        recorded = len(self.bodiless & self.recorded.keys())
        looked = f"zonder inhoud: {len(self.bodiless)}, waarvan het wissen is vastgelegd: {recorded}"
        self.outcome.looked[Check.ERASURES] = looked
