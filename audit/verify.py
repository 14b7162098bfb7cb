"""Verifies an export offline: everything that the file claims, against keys and checkpoints that the auditor
brings.

Steps, in the order of the file:
(1) every line is of the format, canonical, and stands where it may;
(2) the header names the log and the key that the auditor asked about;
(3) every checkpoint is signed by the log; every signature is by a known key; witnesses' cosignatures verify;
(4) the leaves are all there, once, in order; salt and body give the hash that stands beside them;
(5) the leaves give the root of every signed checkpoint, also of those that the auditor got elsewhere;
(6) the numbers of each person follow on each other; every leaf without content was erased on the record.
"""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from audit.check_heads import HeadCheck, Trust
from audit.check_leaves import LeafCheck
from audit.errors import ExportMalformed, UnknownVersion
from audit.export import CheckpointLine, Header, LeafLine, Line, read_export
from audit.outcome import Check, Defect, Outcome

_Read = tuple[int, Line | ExportMalformed]


def verify_export(stream: BinaryIO, trust: Trust) -> Outcome:
    """The outcome over the whole export; it never stops at the first defect. `Outcome.sound` is the
    verdict."""
    outcome = Outcome()
    lines = read_export(stream)
    header = _header(lines, outcome)
    if header is None:
        return outcome
    heads = HeadCheck(header=header, trust=trust, outcome=outcome)
    heads.identity()  # (2)
    first_leaf = _take_checkpoints(lines, heads)  # (3)
    heads.take_outside()
    heads.finish()
    leaves = LeafCheck(header=header, heads=heads.heads, outside=heads.outside, outcome=outcome)
    read = 1 + heads.seen + _take_leaves(chain(first_leaf, lines), leaves)  # (4)
    leaves.finish()  # (5) (6)
    outcome.looked[Check.FORM] = f"gelezen: {read}"
    return outcome


def _header(lines: Iterator[_Read], outcome: Outcome) -> Header | None:
    number, line = next(lines, (1, None))
    if isinstance(line, Header):
        return line
    if isinstance(line, ExportMalformed):
        _malformed(number, line, outcome)
    else:
        text = "het bestand begint niet met de kop van een logboek"
        outcome.found(Check.FORM, Defect.MISPLACED, text, line=number)
    return None


def _take_checkpoints(lines: Iterator[_Read], heads: HeadCheck) -> list[_Read]:
    """Takes the checkpoints; what is returned is the first line after them, for the leaves."""
    for number, line in lines:
        if isinstance(line, CheckpointLine):
            heads.take(number, line.note)
        elif isinstance(line, ExportMalformed):
            _malformed(number, line, heads.outcome)
        else:
            return [(number, line)]
    return []


def _take_leaves(lines: Iterator[_Read], leaves: LeafCheck) -> int:
    count = 0
    for number, line in lines:
        count += 1
        if isinstance(line, LeafLine):
            leaves.take(number, line)
        elif isinstance(line, ExportMalformed):
            _malformed(number, line, leaves.outcome, leaf=leaves.expected)
            leaves.unreadable()
        else:
            text = "na het eerste blad horen alleen bladen te staan"
            leaves.outcome.found(Check.FORM, Defect.MISPLACED, text, line=number)
    return count


def _malformed(number: int, error: ExportMalformed, outcome: Outcome, *, leaf: int | None = None) -> None:
    defect = Defect.UNKNOWN_VERSION if isinstance(error.__cause__, UnknownVersion) else Defect.UNREADABLE
    outcome.found(Check.FORM, defect, str(error.__cause__), line=number, leaf=leaf)
