"""Evidence of one leaf and the record of one person: what they prove, and what they refuse."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cli import main
from audit.errors import AuditError, BodyInvalid, ProofInvalid, SignatureInvalid, UnknownVersion
from audit.proof import Evidence
from audit.report import PersonReport, build_report, lines
from audit.sequence import SequenceCheck, next_numbers
from tests.audit.makers import (
    about,
    event,
    head,
    leaf,
    log_of,
    log_signer,
    small_bodies,
    small_log,
    witness_signer,
)
from tests.audit.vectors.build import FOLDER, evidence, leaves

KEY = log_signer().verifier
WITNESS = witness_signer().verifier
PROOF = (FOLDER / "leaf_6.tlog-proof").read_text()
REPORT = (FOLDER / "person.json").read_bytes()


def test_the_golden_proof_is_read_and_verifies() -> None:
    read = Evidence.parse(PROOF)
    assert read == evidence(6)
    signed, vouching = read.verify(KEY, witnesses=[WITNESS], quorum=1)
    assert (signed.checkpoint.size, [one.witness for one in vouching]) == (12, [WITNESS])


def test_a_proof_is_laid_out_as_the_standard_says() -> None:
    rows = PROOF.split("\n")
    assert rows[0] == "c2sp.org/tlog-proof@v1"
    assert rows[1].startswith("extra ")
    assert rows[2] == "index 6"
    assert rows[3 + len(evidence(6).path)] == ""
    assert PROOF.endswith(head(leaves(), 12).to_text())


@settings(max_examples=300)
@given(at=st.integers(0, len(PROOF.encode()) - 1), bit=st.integers(0, 7))
def test_any_bit_of_a_proof_changed_breaks_it(at: int, bit: int) -> None:
    raw = bytearray(PROOF.encode())
    raw[at] ^= 1 << bit
    with pytest.raises((AuditError, UnicodeDecodeError)):
        Evidence.parse(raw.decode()).verify(KEY, witnesses=[WITNESS], quorum=1)


@pytest.mark.parametrize("other", [index for index in range(12) if index != 6])
def test_the_path_of_another_leaf_does_not_prove_this_one(other: int) -> None:
    with pytest.raises(ProofInvalid):
        replace(evidence(6), path=evidence(other).path).verify(KEY)
    with pytest.raises(ProofInvalid):
        replace(evidence(6), index=other).verify(KEY)


def test_a_proof_against_a_checkpoint_of_another_size_is_refused() -> None:
    with pytest.raises(ProofInvalid):
        replace(evidence(6), checkpoint=head(leaves(), 8).to_text()).verify(KEY)


def test_a_proof_by_another_key_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        evidence(6).verify(log_signer(seed="forger").verifier)


def test_too_few_witnesses_is_not_enough() -> None:
    with pytest.raises(ProofInvalid, match="1 getuigen ondertekenden mee, 2 zijn nodig"):
        evidence(6).verify(KEY, witnesses=[WITNESS], quorum=2)


def test_the_golden_report_is_complete() -> None:
    verdict = PersonReport.from_bytes(REPORT).verify(KEY, witnesses=[WITNESS])
    assert [(number, index) for number, index, _ in verdict.events] == [
        (1, 1),
        (2, 2),
        (3, 5),
        (4, 8),
        (5, 11),
    ]
    assert (verdict.missing, verdict.closed, verdict.complete) == ((), True, True)


@settings(max_examples=200)
@given(at=st.integers(0, len(REPORT) - 1), bit=st.integers(0, 7))
def test_any_bit_of_a_report_changed_is_noticed(at: int, bit: int) -> None:
    """The person's id is not signed by itself; another id leaves events that are not about him."""
    raw = bytearray(REPORT)
    raw[at] ^= 1 << bit
    with pytest.raises((AuditError, UnicodeDecodeError)):
        PersonReport.from_bytes(bytes(raw)).verify(KEY, witnesses=[WITNESS], quorum=1)


@pytest.mark.parametrize("left_out", range(4))
def test_an_event_left_out_of_a_report_shows_as_a_missing_number(left_out: int) -> None:
    report = PersonReport.from_bytes(REPORT)
    events = tuple(one for at, one in enumerate(report.events) if at != left_out)
    verdict = replace(report, events=events).verify(KEY)
    assert (verdict.missing, verdict.complete) == ((left_out + 1,), False)


def test_a_report_without_its_closing_event_says_that_later_ones_may_be_missing() -> None:
    report = PersonReport.from_bytes(REPORT)
    verdict = replace(report, events=report.events[:-1]).verify(KEY)
    assert (verdict.missing, verdict.closed, verdict.complete) == ((), False, False)


def test_an_empty_report_proves_nothing() -> None:
    assert not replace(PersonReport.from_bytes(REPORT), events=()).verify(KEY).complete


def test_an_event_about_somebody_else_has_no_place_in_a_report() -> None:
    report = PersonReport.from_bytes(REPORT)
    with pytest.raises(ProofInvalid, match="blad 6 gaat niet over"):
        replace(report, events=(*report.events, evidence(6))).verify(KEY)


def test_events_out_of_order_are_refused() -> None:
    report = PersonReport.from_bytes(REPORT)
    with pytest.raises(ProofInvalid, match="niet op volgorde"):
        replace(report, events=report.events[::-1]).verify(KEY)


def test_an_erased_event_shows_as_a_missing_number() -> None:
    log = log_of(small_bodies(), erased=(4, 5))
    verdict = build_report("p-een", log.leaves, head(leaves(), 12)).verify(KEY)
    assert verdict.missing == (3,)


def test_no_report_is_made_of_leaves_that_are_not_those_of_the_checkpoint() -> None:
    told = [*leaves()[:2], leaf(2, event(2, None)), *leaves()[3:]]
    with pytest.raises(ProofInvalid, match="niet die van het checkpoint"):
        build_report("p-een", small_log().leaves, head(told, 12))


def test_a_report_of_another_version_or_kind_is_refused_as_such() -> None:
    with pytest.raises(UnknownVersion):
        PersonReport.from_bytes(REPORT.replace(b'"versie":1}\n', b'"versie":2}\n'))
    with pytest.raises(BodyInvalid, match="/formaat"):
        PersonReport.from_bytes(REPORT.replace(b"schakel-overzicht", b"schakel-overzichu"))


def test_what_a_person_reads_names_no_staff_and_nobody_else() -> None:
    shown = "\n".join(lines(PersonReport.from_bytes(REPORT).verify(KEY)))
    assert "doel screening, grond art. 16 Wpg" in shown
    assert "aan 00000099000000002000 (wijkagent)" in shown
    assert "p-7f3a" not in shown
    assert "p-twee" not in shown


def test_report_and_check_report_agree_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, key = tmp_path / "person.json", str(FOLDER / "log.key")
    made = main(["report", str(FOLDER / "log.jsonl"), "--key", key, "--person", "p-een", "--out", str(out)])
    assert (made, out.read_bytes()) == (0, REPORT)
    assert main(["check-report", str(out), "--key", key]) == 0
    assert capsys.readouterr().out.count("UITKOMST: het overzicht is volledig tot en met de afsluiting.") == 2


def test_no_report_is_made_of_a_broken_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, broken = tmp_path / "person.json", FOLDER / "broken" / "leaf_removed.jsonl"
    assert main(["report", str(broken), "--person", "p-een", "--out", str(out)]) == 1
    assert not out.exists()
    assert "er wordt niets uit afgeleid" in capsys.readouterr().out


def test_a_report_with_a_hole_has_the_status_of_something_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = PersonReport.from_bytes(REPORT)
    holed = tmp_path / "person.json"
    holed.write_bytes(replace(report, events=report.events[1:]).to_bytes())
    assert main(["check-report", str(holed), "--key", KEY.to_text()]) == 1
    assert "ontbrekende volgnummers: 1" in capsys.readouterr().out


def test_check_proof_shows_the_leaf_that_it_proves(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["check-proof", str(FOLDER / "leaf_6.tlog-proof"), "--key", KEY.to_text()]
    assert main([*args, "--witness-key", str(FOLDER / "witness.key"), "--quorum", "1"]) == 0
    shown = capsys.readouterr().out.splitlines()
    body = next(line for line in shown if line.startswith("inhoud  ")).removeprefix("inhoud  ")
    assert json.loads(body) == leaves()[6].body
    assert main([*args, "--quorum", "1"]) == 1


def test_numbers_follow_on_the_last_of_each_person() -> None:
    assert next_numbers(["p", "q", "r"], {"p": 4, "q": 1}) == (5, 2, 1)


@given(st.lists(st.lists(st.sampled_from("pqr"), unique=True, max_size=3), max_size=30), st.data())
def test_numbers_given_in_order_are_sound_and_one_event_less_is_noticed(
    events: list[list[str]], data: st.DataObject
) -> None:
    last: dict[str, int] = {}
    numbered = []
    for persons in events:
        numbers = next_numbers(persons, last)
        last |= dict(zip(persons, numbers, strict=True))
        numbered.append(about(**dict(zip(persons, numbers, strict=True))))
    check = SequenceCheck()
    assert [check.events(one) for one in numbered] == [[] for _ in numbered]
    followed = [
        at
        for at, one in enumerate(events)
        if any(person in later for person in one for later in events[at + 1 :])
    ]
    if followed:
        left_out = data.draw(st.sampled_from(followed))
        check = SequenceCheck()
        problems = [
            problem for at, one in enumerate(numbered) if at != left_out for problem in check.events(one)
        ]
        assert problems
