"""The offline verifier: sound logs pass, and every broken one is named with its place."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.check_heads import Trust
from audit.checkpoint import open_checkpoint
from audit.cli import main
from audit.export import Scope
from audit.note import NoteSignature
from audit.outcome import MAX_SHOWN
from audit.verify import verify_export
from audit.witness import with_cosignatures
from tests.audit.makers import (
    ORIGIN,
    about,
    defects,
    event,
    head,
    leaf,
    log_of,
    log_signer,
    small_bodies,
    small_log,
    trust,
    verified,
    witness_signer,
)
from tests.audit.vectors.build import FOLDER, files, leaves

SOUND = small_log().export()

# What the verifier says of each broken log: defect and place, and nothing besides. A fault in one place can have
# consequences in another (a record cut off with the end of the log explains no erasure any more); those stand here too.
EXPECTED = {
    "body_byte_changed": ["blad-veranderd (regel 7, blad 0)"],
    "salt_byte_changed": ["blad-veranderd (regel 9, blad 2)"],
    "leaf_hash_changed": ["blad-veranderd (regel 9, blad 2)", "wortel-klopt-niet (blad 1, checkpoint 3)"],
    "erased_leaf_hash_changed": ["wortel-klopt-niet (blad 3, checkpoint 7)"],
    "leaf_rewritten_with_its_hash": ["wortel-klopt-niet (blad 3, checkpoint 7)"],
    "leaf_removed": ["blad-ontbreekt (blad 5)", "aantal-klopt-niet (regel 1)"],
    "leaves_reordered": ["volgorde-veranderd (regel 13, blad 5)"],
    "leaves_swapped_with_their_indexes": ["wortel-klopt-niet (blad 3, checkpoint 7)"],
    "index_twice": ["dubbele-index (regel 13, blad 5)", "aantal-klopt-niet (regel 1)"],
    "leaf_added_after_the_last_checkpoint": ["niet-ondertekend (blad 12)", "aantal-klopt-niet (regel 1)"],
    "content_dropped_without_record": ["inhoud-verdwenen (blad 6)"],
    "erasure_record_dropped": ["inhoud-verdwenen (blad 4)", "inhoud-verdwenen (blad 9)"],
    "unknown_body_version": ["onbekende-versie (regel 9, blad 2)"],
    "unknown_file_version": ["onbekende-versie (regel 1)"],
    "unknown_format": ["onleesbare-regel (regel 1)"],
    "unknown_member": [
        "onleesbare-regel (regel 7)",
        "blad-ontbreekt (blad 0)",
        "aantal-klopt-niet (regel 1)",
    ],
    "repeated_member": ["onleesbare-regel (regel 9, blad 2)"],
    "not_canonical": ["onleesbare-regel (regel 7)", "blad-ontbreekt (blad 0)", "aantal-klopt-niet (regel 1)"],
    "truncated": [
        "afgekapt (blad 9, checkpoint 12)",
        "aantal-klopt-niet (regel 1)",
        "inhoud-verdwenen (blad 4)",
    ],
    "truncated_and_recounted": ["afgekapt (blad 9, checkpoint 12)", "inhoud-verdwenen (blad 4)"],
    "last_line_cut": ["onleesbare-regel (regel 18, blad 11)"],
    "header_missing": ["regel-op-verkeerde-plaats (regel 1)"],
    "no_checkpoint": ["geen-checkpoint", "getuige-zonder-handtekening", "niet-ondertekend (blad 0)"],
    "checkpoint_text_changed": ["handtekening-ongeldig (regel 4, checkpoint 6)"],
    "log_signature_changed": ["handtekening-ongeldig (regel 4, checkpoint 7)"],
    "cosignature_changed": ["handtekening-ongeldig (regel 4, checkpoint 7)"],
    "signature_by_unlisted_witness": ["handtekening-onbekend (regel 4, checkpoint 7)"],
    "checkpoints_out_of_order": ["checkpoints-volgorde (regel 3, checkpoint 1)"],
    "checkpoint_after_leaves": ["regel-op-verkeerde-plaats (regel 18)"],
    "fork_between_checkpoints": ["splitsing (checkpoint 7)"],
    "fork_at_one_size": ["splitsing (regel 7, checkpoint 12)"],
    "wrong_origin": [
        "handtekening-onbekend (regel 4, checkpoint 7)",
        "verkeerde-oorsprong (regel 4, checkpoint 7)",
    ],
    "wrong_key": [
        "verkeerde-sleutel (regel 1)",
        "handtekening-ongeldig (regel 2, checkpoint 1)",
        "handtekening-ongeldig (regel 3, checkpoint 3)",
        "handtekening-ongeldig (regel 4, checkpoint 7)",
        "handtekening-ongeldig (regel 5, checkpoint 8)",
        "handtekening-ongeldig (regel 6, checkpoint 12)",
        "getuige-zonder-handtekening",
        "niet-ondertekend (blad 0)",
    ],
    "rolled_back": ["ouder-dan-bekend (checkpoint 12)"],
    "person_number_skipped": ["volgnummer-klopt-niet (regel 8, blad 5)"],
    "person_number_repeated": ["volgnummer-klopt-niet (regel 8, blad 5)"],
}
# These break what only a checkpoint from elsewhere shows.
NEEDS_OUTSIDE = {"rolled_back"}


@pytest.mark.parametrize("name", sorted(files()))
def test_the_files_are_what_the_generator_makes(name: str) -> None:
    message = (
        "the format changed; if that is meant: python -m tests.audit.vectors.build, and read the difference"
    )
    assert (FOLDER / name).read_bytes() == files()[name], message


def test_no_vector_is_left_over() -> None:
    kept = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert kept == {*files(), "build.py"}


def test_every_broken_log_has_an_expectation() -> None:
    assert {path.stem for path in (FOLDER / "broken").iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_broken_log_is_refused_and_the_place_is_named(name: str) -> None:
    heads = [(FOLDER / "checkpoint.12").read_text()] if name in NEEDS_OUTSIDE else []
    assert defects((FOLDER / "broken" / f"{name}.jsonl").read_bytes(), *heads) == EXPECTED[name]


def test_a_rollback_shows_only_against_a_checkpoint_from_elsewhere() -> None:
    assert defects((FOLDER / "broken" / "rolled_back.jsonl").read_bytes()) == []


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 12])
def test_every_staged_checkpoint_belongs_to_the_golden_log(size: int) -> None:
    assert defects(SOUND, (FOLDER / f"checkpoint.{size}").read_text()) == []


def test_a_checkpoint_of_another_history_held_elsewhere_shows_the_fork() -> None:
    told = [*leaves()[:2], leaf(2, event(2, None)), *leaves()[3:]]
    assert defects(SOUND, head(told, 7).to_text()) == [
        "splitsing (checkpoint 7)",
        "wortel-klopt-niet (checkpoint 7)",
    ]
    assert defects(SOUND, head(told, 5).to_text()) == ["wortel-klopt-niet (checkpoint 5)"]


def test_a_checkpoint_held_elsewhere_must_be_of_this_log() -> None:
    other = head(leaves(), 7, origin="ander.voorbeeld.invalid").to_text()
    assert defects(SOUND, other) == ["handtekening-ongeldig"]


@settings(max_examples=300)
@given(at=st.integers(0, len(SOUND) - 1), bit=st.integers(0, 7))
def test_any_bit_changed_anywhere_is_noticed(at: int, bit: int) -> None:
    changed = bytearray(SOUND)
    changed[at] ^= 1 << bit
    assert not verified(bytes(changed)).sound


@settings(max_examples=150)
@given(at=st.integers(0, len(SOUND) - 1))
def test_any_byte_removed_or_doubled_is_noticed(at: int) -> None:
    assert not verified(SOUND[:at] + SOUND[at + 1 :]).sound
    assert not verified(SOUND[: at + 1] + SOUND[at:]).sound


@given(st.integers(0, len(SOUND) - 1))
def test_a_log_cut_off_anywhere_is_noticed(end: int) -> None:
    assert not verified(SOUND[:end]).sound


@given(st.permutations(range(1, 18)))
def test_lines_in_any_other_order_are_noticed(order: list[int]) -> None:
    lines = SOUND.splitlines(keepends=True)
    shuffled = lines[0] + b"".join(lines[at] for at in order)
    assert verified(shuffled).sound == (shuffled == SOUND)


@given(st.binary(max_size=400))
def test_anything_at_all_can_be_given_and_is_refused(data: bytes) -> None:
    assert not verified(data).sound


def test_an_endless_line_is_not_read_to_its_end() -> None:
    assert defects(SOUND + b"x" * 1_000_000) == [
        "onleesbare-regel (regel 19, blad 12)",
        "niet-ondertekend (blad 12)",
        "aantal-klopt-niet (regel 1)",
    ]


def test_an_index_from_nowhere_does_not_fill_the_memory() -> None:
    log = small_log()
    far = replace(log.leaves[11], index=2**53 - 1)
    outcome = verified(replace(log, leaves=(*log.leaves[:11], far)).export())
    assert outcome.findings[0].defect == "blad-ontbreekt"
    assert outcome.to_text().count("blad-ontbreekt") == MAX_SHOWN


def test_an_empty_log_with_its_checkpoint_is_sound() -> None:
    assert defects(log_of([]).export()) == []


def test_a_part_of_a_log_says_how_many_leaves_it_does_not_show() -> None:
    log = log_of(small_bodies(), erased=(2, 5, 6))
    part = replace(log, header=replace(log.header, scope=Scope.PART))
    outcome = verified(part.export())
    assert outcome.sound
    assert any("3 bladen zijn gewist of u niet getoond" in warning for warning in outcome.warnings)
    assert defects(log.export()) == [f"inhoud-verdwenen (blad {at})" for at in (2, 5, 6)]


def test_erasure_excuses_as_many_missing_numbers_as_there_are_erased_leaves_and_no_more() -> None:
    bodies = [event(0, about(p=1)), event(1, about(p=2)), event(2, about(p=4))]
    log = log_of(bodies, erased=(1,))
    part = replace(log, header=replace(log.header, scope=Scope.PART))
    assert defects(part.export()) == ["volgnummer-klopt-niet (regel 5, blad 2)"]


def test_without_a_key_the_outcome_says_what_that_means() -> None:
    outcome = verify_export(BytesIO(SOUND), Trust())
    assert outcome.sound
    assert "de sleutel komt uit het bestand zelf" in outcome.to_text()


def test_a_self_consistent_forgery_passes_only_without_a_key_of_ones_own() -> None:
    forgery = (FOLDER / "broken" / "wrong_key.jsonl").read_bytes()
    assert verify_export(BytesIO(forgery), Trust()).sound
    assert not verify_export(BytesIO(forgery), trust()).sound


def test_who_vouches_is_told_with_size_and_time() -> None:
    text = verified(SOUND).to_text()
    assert (
        "getuige.voorbeeld.invalid/vt (door u opgegeven): tot en met 12 bladen, op 2026-03-02T10:00:00+00:00"
        in text
    )


def test_the_name_of_a_witness_with_another_key_counts_for_nothing() -> None:
    brought = replace(
        witness_signer("iemand.voorbeeld.invalid").verifier, name=witness_signer().verifier.name
    )
    outcome = verify_export(BytesIO(SOUND), Trust(log_key=log_signer().verifier, witnesses=(brought,)))
    assert [finding.defect for finding in outcome.findings] == ["getuige-zonder-handtekening"]


def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as an auditor has it: the package audit and nothing of the gateway within reach."""
    program = (
        "import sys\n"
        "class Closed:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('gateway', 'adapters', 'rfc8785'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Closed())\n"
        "from audit.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, *map(str, args)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_verifies_a_sound_log_and_needs_nothing_of_the_gateway() -> None:
    done = run(
        "verify", FOLDER / "log.jsonl", "--key", FOLDER / "log.key", "--witness-key", FOLDER / "witness.key"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\nUITKOMST: het logboek klopt.\n")


def test_the_command_takes_the_key_as_text_and_a_checkpoint_from_elsewhere() -> None:
    key = log_signer().verifier.to_text()
    done = run(
        "verify",
        FOLDER / "broken" / "rolled_back.jsonl",
        "--key",
        key,
        "--checkpoint",
        FOLDER / "checkpoint.12",
    )
    assert done.returncode == 1
    assert "ouder-dan-bekend (checkpoint 12)" in done.stdout


def test_python_m_audit_is_the_same_command(tmp_path: Path) -> None:
    broken = tmp_path / "log.jsonl"
    broken.write_bytes(SOUND.replace(b'"rol":"hovj"', b'"rol":"hovk"', 1))
    command = [sys.executable, "-m", "audit", "verify", str(broken)]
    done = subprocess.run(
        command, cwd=FOLDER.parents[2], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1
    assert "blad-veranderd (regel 7, blad 0)" in done.stdout


@pytest.mark.parametrize(
    "args",
    [
        ["verify", "er-is-geen-bestand"],
        ["verify", str(FOLDER / "log.jsonl"), "--key", "naam+00000000+AQ=="],
        ["verify", str(FOLDER / "log.jsonl"), "--key", "er-is-geen-sleutel"],
        ["check-proof", str(FOLDER / "leaf_6.tlog-proof")],
    ],
)
def test_a_question_that_cannot_be_answered_has_its_own_status(
    args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args) == 2
    assert capsys.readouterr().err.startswith("Dit gaat niet: ")


def test_a_command_that_does_not_exist_has_the_status_of_a_wrong_question() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["zomaar"])
    assert stopped.value.code == 2


def test_a_witness_with_an_impossible_clock_does_not_stop_the_verifier() -> None:
    signed = open_checkpoint(small_log().checkpoints[-1], log_signer().verifier)
    at_s = 2**63 - 1
    message = f"cosignature/v1\ntime {at_s}\n{signed.note.text}".encode()
    line = NoteSignature(
        name=witness_signer().verifier.name,
        key_id=witness_signer().verifier.key_id,
        blob=at_s.to_bytes(8, "big") + witness_signer().sign(message),
    )
    notes = (*small_log().checkpoints[:-1], with_cosignatures(signed, [line]).to_text())
    outcome = verified(replace(small_log(), checkpoints=notes).export())
    assert outcome.sound
    assert "tot en met 12 bladen, op seconde 9223372036854775807" in outcome.to_text()


def test_a_file_cannot_steer_the_terminal_of_the_auditor() -> None:
    hostile = SOUND.replace(b'"index":2', b'"index":2,"inhoud\\u001b[2J":1', 1)
    text = verified(hostile).to_text()
    assert "\x1b" not in text
    renamed = SOUND.replace(ORIGIN.encode(), b"\xc2\x9b2J" + ORIGIN.encode())
    assert not verified(renamed).sound
    assert "\x9b" not in verified(renamed).to_text()
