"""Builds the golden log, its staged checkpoints, and the broken logs, each named by what is wrong with it.

`python -m tests.audit.vectors.build` writes the files again; a change in them is a change of format, and is to be read
as one. Keys and salts are derived from their names (`tests.audit.makers`): test keys that everybody knows.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from audit.checkpoint import open_checkpoint
from audit.export import LeafLine
from audit.leaf import Leaf
from audit.note import SignedNote
from audit.proof import Evidence
from audit.report import build_report
from audit.tree import inclusion_proof
from audit.witness import cosign, with_cosignatures
from tests.audit.makers import (
    ERASED,
    ERASURE_RECORD,
    ORIGIN,
    START,
    Log,
    about,
    append,
    event,
    head,
    leaf,
    log_of,
    log_signer,
    small_bodies,
    small_log,
    witness_signer,
)

FOLDER = Path(__file__).parent
STAGES = (1, 2, 3, 4, 7, 8, 12)


def leaves() -> list[Leaf]:
    return [leaf(index, body) for index, body in enumerate(small_bodies())]


def files() -> dict[str, bytes]:
    """Every vector by its path below this folder."""
    built = {
        "log.jsonl": small_log().export(),
        "log.key": f"{log_signer().verifier.to_text()}\n".encode(),
        "witness.key": f"{witness_signer().verifier.to_text()}\n".encode(),
        "leaf_6.tlog-proof": evidence(6).to_text().encode(),
        "person.json": build_report("p-een", small_log().leaves, head(leaves(), 12)).to_bytes(),
    }
    built |= {f"checkpoint.{size}": head(leaves(), size).to_text().encode() for size in STAGES}
    return built | {f"broken/{name}.jsonl": broken() for name, broken in BROKEN.items()}


def evidence(index: int) -> Evidence:
    appended = append(leaves())
    nodes = {(0, row.leaf_index): row.hash for row in appended.leaves}
    nodes |= {(row.level, row.node_index): row.hash for row in appended.nodes}
    path = inclusion_proof(index, 12, lambda *node: nodes[node])
    return Evidence(leaf=leaves()[index], index=index, path=path, checkpoint=head(leaves(), 12).to_text())


def _edit(old: str, new: str) -> Callable[[], bytes]:
    """The sound export with the first `old` replaced: what somebody with an editor does."""

    def broken() -> bytes:
        text = small_log().export().decode()
        assert old in text, f"{old} is not in the sound log"
        return text.replace(old, new, 1).encode()

    return broken


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[], bytes]:
    return lambda: b"".join(change(small_log().export().splitlines(keepends=True)))


def _leaves(change: Callable[[list[LeafLine]], list[LeafLine]]) -> Callable[[], bytes]:
    def broken() -> bytes:
        log = small_log()
        return replace(log, leaves=tuple(change(list(log.leaves)))).export()

    return broken


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def _flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def _swap_contents(lines: list[LeafLine]) -> list[LeafLine]:
    """Two leaves trade places and take each other's index: every line is right, the order is not."""
    lines[5], lines[6] = replace(lines[6], index=5), replace(lines[5], index=6)
    return lines


def _rewrite(lines: list[LeafLine]) -> list[LeafLine]:
    """Another event with a matching hash: what the operator of the database can do."""
    lines[6] = LeafLine.of(6, leaf(6, replace(small_bodies()[6], what="bericht:kopie:vervallen")))
    return lines


def _unknown_version(lines: list[LeafLine]) -> list[LeafLine]:
    body = lines[2].body or {}
    lines[2] = replace(lines[2], body=body | {"versie": 2})
    return lines


def _note_of(log: Log, at: int) -> SignedNote:
    return SignedNote.parse(log.checkpoints[at])


def _with_note(log: Log, at: int, note: str) -> bytes:
    notes = list(log.checkpoints)
    notes[at] = note
    return replace(log, checkpoints=tuple(notes)).export()


def _signature_changed(line: int) -> bytes:
    """A byte inside one signature of the checkpoint of 7: line 0 is the log's, line 1 the witness's."""
    log = small_log()
    note = _note_of(log, 2)
    signatures = list(note.signatures)
    blob = signatures[line].blob
    signatures[line] = replace(signatures[line], blob=blob[:-1] + bytes([blob[-1] ^ 1]))
    return _with_note(log, 2, replace(note, signatures=tuple(signatures)).to_text())


def _other_history() -> list[Leaf]:
    """The same log, except that leaf 2 tells something else."""
    told = leaves()
    told[2] = leaf(2, event(2, about(p_een=2, p_twee=1), "bericht:kopie:vervallen"))
    return told


def _fork() -> bytes:
    """The operator signed 7 leaves of another history for somebody, and went on with this one."""
    return _with_note(small_log(), 2, head(_other_history(), 7).to_text())


def _fork_same_size() -> bytes:
    log = small_log()
    notes = [*log.checkpoints, head(_other_history(), 12).to_text()]
    return replace(log, checkpoints=tuple(notes)).export()


def _foreign_checkpoint() -> bytes:
    origin = "ander.voorbeeld.invalid/logboek"
    return _with_note(small_log(), 2, head(leaves(), 7, origin=origin).to_text())


def _wrong_key() -> bytes:
    """Another key under the same name, in the header as well: consistent with itself, but not with the auditor's."""
    signer = log_signer(seed="somebody else")
    log = small_log()
    notes = tuple(head(leaves(), size, signer=signer).to_text() for size in (1, 3, 7, 8, 12))
    return replace(log, header=replace(log.header, log_key=signer.verifier), checkpoints=notes).export()


def _unlisted_signature() -> bytes:
    log = small_log()
    signed = open_checkpoint(log.checkpoints[2], log_signer().verifier)
    stranger = cosign(signed, witness_signer("onbekend.voorbeeld.invalid"), now=START)
    return _with_note(log, 2, with_cosignatures(signed, [stranger]).to_text())


def _truncated(header_too: bool) -> bytes:  # two named cases below
    log = small_log()
    header = replace(log.header, size=9) if header_too else log.header
    return replace(log, header=header, leaves=log.leaves[:9]).export()


def _rolled_back() -> bytes:
    """Cut back to an older checkpoint everywhere: only a checkpoint from elsewhere shows it."""
    log = log_of(small_bodies()[:8], sizes=(1, 3, 7))
    return log.export()


def _renumbered(number: int) -> bytes:
    """A dishonest log that signs what it wrote: the third event about p-een carries another number."""
    bodies = small_bodies()
    bodies[5] = replace(bodies[5], about=about(p_een=number))
    return log_of(bodies[:6]).export()


BROKEN: dict[str, Callable[[], bytes]] = {
    "body_byte_changed": _edit('"rol":"hovj"', '"rol":"hovk"'),
    "salt_byte_changed": _edit(_b64(leaves()[2].salt), _b64(_flip(leaves()[2].salt))),
    "leaf_hash_changed": _edit(_b64(leaves()[2].hash), _b64(_flip(leaves()[2].hash))),
    "erased_leaf_hash_changed": _edit(_b64(leaves()[ERASED].hash), _b64(_flip(leaves()[ERASED].hash))),
    "leaf_rewritten_with_its_hash": _leaves(_rewrite),
    "leaf_removed": _leaves(lambda lines: lines[:5] + lines[6:]),
    "leaves_reordered": _leaves(lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]]),
    "leaves_swapped_with_their_indexes": _leaves(_swap_contents),
    "index_twice": _leaves(lambda lines: lines[:6] + lines[5:]),
    "leaf_added_after_the_last_checkpoint": _leaves(
        lambda lines: [*lines, LeafLine.of(12, leaf(12, event(12, None)))]
    ),
    "content_dropped_without_record": _leaves(
        lambda lines: [*lines[:6], LeafLine(index=6, hash=lines[6].hash), *lines[7:]]
    ),
    "erasure_record_dropped": _leaves(
        lambda lines: [
            *lines[:ERASURE_RECORD],
            LeafLine(index=ERASURE_RECORD, hash=lines[ERASURE_RECORD].hash),
            *lines[ERASURE_RECORD + 1 :],
        ]
    ),
    "unknown_body_version": _leaves(_unknown_version),
    "unknown_file_version": _edit('"versie":1}', '"versie":2}'),
    "unknown_format": _edit("schakel-logboek", "schakel-logboel"),
    "unknown_member": _edit('"regel":"blad"', '"regel":"blad","zomaar":1'),
    "repeated_member": _edit('"index":2,', '"index":2,"index":2,'),
    "not_canonical": _edit('{"hash"', '{ "hash"'),
    "truncated": lambda: _truncated(header_too=False),
    "truncated_and_recounted": lambda: _truncated(header_too=True),
    "last_line_cut": lambda: small_log().export()[:-10],
    "header_missing": _lines(lambda lines: lines[1:]),
    "no_checkpoint": lambda: replace(small_log(), checkpoints=()).export(),
    "checkpoint_text_changed": _edit(f"{ORIGIN}\\n7\\n", f"{ORIGIN}\\n6\\n"),
    "log_signature_changed": lambda: _signature_changed(0),
    "cosignature_changed": lambda: _signature_changed(1),
    "signature_by_unlisted_witness": _unlisted_signature,
    "checkpoints_out_of_order": _lines(lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
    "checkpoint_after_leaves": _lines(lambda lines: [lines[0], *lines[2:], lines[1]]),
    "fork_between_checkpoints": _fork,
    "fork_at_one_size": _fork_same_size,
    "wrong_origin": _foreign_checkpoint,
    "wrong_key": _wrong_key,
    "rolled_back": _rolled_back,
    "person_number_skipped": lambda: _renumbered(4),
    "person_number_repeated": lambda: _renumbered(2),
}


def main() -> None:
    for path in FOLDER.glob("broken/*"):
        path.unlink()
    (FOLDER / "broken").mkdir(exist_ok=True)
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
