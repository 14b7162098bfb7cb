"""`schakel policy ...` as a person or a script runs it: what it prints, and its exit status."""

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gateway.hub.policy.activation import PolicyFolder
from gateway.hub.policy.casebook_file import case_of_options
from gateway.hub.policy.commands import INVALID, NOT_ASKED, OK, UNEXPECTED, add_commands
from gateway.hub.policy.matrix import COLUMNS
from tests.policies.policy_makers import new_key
from tests.policies.test_bundle import POLICIES, built, real_opa
from tests.reference import reference
from tests.servers import program

KENNISGEVING: dict[str, Any] = {
    "id": "Z1",
    "title": "VT stuurt de HOvJ een kennisgeving",
    "subject": {
        "agency": "veilig_thuis",
        "oin": "00000099000000002000",
        "role": "vt_procescoordinator",
    },
    "purpose": "screening",
    "action": "verzenden:screening.gepland.kennisgeving",
    "resource": {
        "case_state": "screening_gepland",
        "data_category": "vt_veiligheidsbeoordeling",
        "owner": "00000099000000002000",
    },
    "context": {"ontvanger_rol": "politie_hovj"},
    "expect": "allow",
    "rule": "matrix",
}
MELDER = KENNISGEVING | {
    "id": "Z2",
    "resource": KENNISGEVING["resource"] | {"data_category": "melder_identiteit"},
    "context": {},
    "expect": "deny",
    "rule": "S_categorie_niet_in_schema",
}
WEGING = {
    "id": "Z3",
    "subject": {"agency": "politie", "oin": "00000099000000001000", "role": "politie_hovj"},
    "purpose": "screening",
    "action": "besluiten:screening_starten",
    "resource": KENNISGEVING["resource"] | {"data_category": "identificerend"},
    "context": {"dienst": True},
    "expect": "allow",
    "rule": "transition",
}


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str


Schakel = Callable[..., Ran]


@pytest.fixture
def schakel(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Schakel:
    """Runs `schakel policy` with these arguments in this process, with the prepared OPA."""
    monkeypatch.delenv("SCHAKEL_OPA", raising=False)

    def run(*arguments: str | Path) -> Ran:
        parser = argparse.ArgumentParser()
        add_commands(parser.add_subparsers(), find_program=program)
        given = parser.parse_args(["policy", *map(str, arguments)])
        status: int = given.run(given)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


def casebook(folder: Path, *cases: dict[str, Any]) -> Path:
    path = folder / "zaken.json"
    path.write_text(json.dumps(cases), "utf-8")
    return path


@pytest.mark.real
def test_every_case_of_the_handbook_is_decided_as_it_says(schakel: Schakel) -> None:
    ran = schakel("casebook", reference("domain/cases.json"))
    assert ran.status == OK, ran.out
    assert "131 zaken, 131 zoals verwacht, 0 anders" in ran.out


@pytest.mark.real
def test_json_prints_the_verdicts_and_nothing_else(schakel: Schakel, tmp_path: Path) -> None:
    ran = schakel("casebook", casebook(tmp_path, KENNISGEVING, MELDER, WEGING), "--json")
    said = json.loads(ran.out)
    assert (ran.status, ran.err) == (OK, "")
    assert [list(each) for each in said] == [["id", "verdict", "mask", "rule", "reason"]] * 3
    assert [(each["id"], each["verdict"], each["mask"], each["rule"]) for each in said] == [
        ("Z1", "allow", None, "matrix"),
        ("Z2", "deny", None, "S_categorie_niet_in_schema"),
        ("Z3", "allow", None, "transition"),
    ]
    assert all(each["reason"] for each in said)


@pytest.mark.real
@pytest.mark.parametrize(
    ("expectation", "said"),
    [
        ({"expect": "deny"}, "oordeel allow in plaats van deny"),
        ({"mask": "M_SAM"}, "masker geen in plaats van M_SAM"),
        ({"rule": "send"}, "regel matrix in plaats van send"),
    ],
)
def test_an_expectation_that_fails_is_exit_status_1(
    schakel: Schakel, tmp_path: Path, expectation: dict[str, str], said: str
) -> None:
    ran = schakel("casebook", casebook(tmp_path, KENNISGEVING | expectation, MELDER))
    assert ran.status == UNEXPECTED
    assert said in ran.out
    assert "2 zaken, 1 zoals verwacht, 1 anders" in ran.out


@pytest.mark.parametrize(
    ("change", "said"),
    {
        "unknown_context_key": ({"context": {"strafzak": True}}, "unknown context key strafzak"),
        "running_system_only_key": ({"context": {"reden_vermeld": True}}, "unknown context key"),
        "wrong_type": ({"context": {"strafzaak": "ja"}}, "strafzaak must be bool"),
        "not_in_the_list": ({"context": {"kant": "midden"}}, "kant must be enum"),
        "negative_number": ({"context": {"dagen": -1}}, "dagen must be number"),
        "unknown_member": ({"expekt": "deny"}, "/0/expekt"),
        "no_action": ({"action": "kijken"}, "/0/action"),
        "no_verdict": ({"expect": "maybe"}, "/0/expect"),
        "no_oin": ({"subject": {"agency": "politie", "oin": "1", "role": "politie_hovj"}}, "/0/subject/oin"),
    }.values(),
)
def test_an_invalid_case_is_exit_status_2_and_nothing_is_asked(
    schakel: Schakel, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    ran = schakel("casebook", casebook(tmp_path, KENNISGEVING | change), "--json")
    assert (ran.status, ran.out) == (INVALID, "")
    assert said in ran.err


def test_two_cases_with_one_id_and_no_json_are_exit_status_2(schakel: Schakel, tmp_path: Path) -> None:
    twice = schakel("casebook", casebook(tmp_path, KENNISGEVING, KENNISGEVING))
    assert (twice.status, "occurs twice" in twice.err) == (INVALID, True)
    (tmp_path / "zaken.json").write_text("[{", "utf-8")
    assert schakel("casebook", tmp_path / "zaken.json").status == INVALID
    assert schakel("casebook", tmp_path / "nergens.json").status == INVALID


def test_an_address_where_nobody_answers_is_exit_status_3(schakel: Schakel, tmp_path: Path) -> None:
    ran = schakel("casebook", casebook(tmp_path, KENNISGEVING), "--opa", "127.0.0.1:1", "--json")
    assert (ran.status, ran.out) == (NOT_ASKED, "")
    assert "127.0.0.1:1" in ran.err


@pytest.mark.parametrize(("named", "status"), [((), NOT_ASKED), (("--policies", POLICIES), OK)])
@pytest.mark.real
def test_an_exchange_that_runs_is_asked_unless_rules_are_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    named: Any,
    status: int,
) -> None:
    """Nobody answers at its address, so that an answer can only come from elsewhere."""
    monkeypatch.delenv("SCHAKEL_OPA", raising=False)
    folders: list[Path] = []

    def runs(folder: Path) -> str:
        folders.append(folder)
        return "127.0.0.1:1"

    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(), find_program=program, find_running=runs)
    words = ["casebook", casebook(tmp_path, KENNISGEVING), "--exchange", tmp_path, *named]
    given = parser.parse_args(["policy", *map(str, words)])
    assert given.run(given) == status
    assert folders == ([] if named else [tmp_path])
    assert ("127.0.0.1:1" in capsys.readouterr().err) is not bool(named)


@pytest.mark.real
def test_the_running_policy_is_asked_when_its_address_is_in_the_environment(
    schakel: Schakel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    path, bundle = built(tmp_path, key, number=41)
    server, port = real_opa(tmp_path, path, key)
    server.start()
    try:
        monkeypatch.setenv("SCHAKEL_OPA", f"127.0.0.1:{port}")
        ran = schakel("casebook", casebook(tmp_path, KENNISGEVING))
        assert (ran.status, f"revisie {bundle.revision}" in ran.out) == (OK, True)
    finally:
        server.stop()


@pytest.mark.real
def test_explain_names_the_single_changes_that_turn_the_verdict(schakel: Schakel, tmp_path: Path) -> None:
    refused = KENNISGEVING | {"resource": KENNISGEVING["resource"] | {"case_state": "weging"}}
    ran = schakel("explain", casebook(tmp_path, refused), "Z1")
    assert ran.status == OK
    assert "Regel:    S_toestand" in ran.out
    opening, closing = ran.out.split("Dit zou het openen:")[1].split("Dit zou het sluiten:")
    assert "toestand: weging -> screening_gepland, screening: mag (matrix)" in opening
    assert "geen enkele verandering" in closing


@pytest.mark.real
def test_explain_takes_a_question_from_its_options(schakel: Schakel) -> None:
    asked = ["explain", "--role", "casemanager_gemeente", "--purpose", "uitvoering", "--action", "lezen"]
    ran = schakel(*asked, "--state", "opgelegd", "--category", "hulpverlening_status")
    assert "Oordeel:  mag gemaskeerd (M_JN)" in ran.out
    assert "toestemming_betrokkene: nee -> ja: mag gemaskeerd (M_SAM) (matrix)" in ran.out


@pytest.mark.parametrize("receives", ["00000099000000000002", "00000099000000000003", "00000099000000009901"])
def test_explain_never_takes_the_recipient_for_the_owner(receives: str) -> None:
    """Else a row for one's own data would look open to anybody."""
    case = case_of_options(
        argparse.Namespace(
            role="rechtbank_griffie",
            agency=None,
            purpose="rechtsbescherming",
            action="lezen",
            state="opgelegd",
            category="huisverbod_besluit",
            own=False,
            fact=[f"ontvanger_oin={receives}"],
        )
    )
    assert case.resource.owner not in {receives, case.subject.oin}


def test_explain_without_a_known_case_is_exit_status_2(schakel: Schakel, tmp_path: Path) -> None:
    assert schakel("explain", casebook(tmp_path, KENNISGEVING), "Z9").status == INVALID
    assert schakel("explain", "--role", "politie_hovj").status == INVALID


def test_the_csv_has_the_rows_of_the_handbook(schakel: Schakel) -> None:
    said = list(csv.DictReader(io.StringIO(schakel("matrix", "--csv").out)))
    with reference("domain/matrix.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert list(said[0]) == list(written[0]) == list(COLUMNS)

    def order(row: dict[str, str]) -> tuple[str, ...]:
        return row["purpose"], row["role"], row["category"]

    assert sorted(said, key=order) == sorted(written, key=order)


def test_the_overview_counts_the_rows_per_purpose_and_role(schakel: Schakel) -> None:
    lines = schakel("matrix").out.splitlines()
    rows = len(schakel("matrix", "--csv").out.splitlines()) - 1
    assert lines[-1] == f"{rows} rijen. Wat er niet in staat, is geweigerd."
    assert sum(int(number) for line in lines[1:-1] for number in line.split()[2:5]) == rows


def test_a_place_without_opa_is_exit_status_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(), find_program=lambda name: tmp_path / name)
    given = parser.parse_args(["policy", "casebook", str(casebook(tmp_path, KENNISGEVING))])
    assert given.run(given) == NOT_ASKED
    assert "OPA is niet te gebruiken" in capsys.readouterr().err


@pytest.mark.real
def test_policies_that_opa_refuses_are_exit_status_3_with_its_words(schakel: Schakel, tmp_path: Path) -> None:
    broken = tmp_path / "kapot"
    shutil.copytree(POLICIES, broken)
    (broken / "sending/sending.rego").write_text("package schakel.sending\n\ndecision := {\n", "utf-8")
    ran = schakel("casebook", casebook(tmp_path, KENNISGEVING), "--policies", broken)
    assert ran.status == NOT_ASKED
    assert "rego_parse_error" in ran.err


class Page(HTMLParser):
    """Counts what a screen reader goes by."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.unscoped = 0
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        given = dict(attrs)
        self.unscoped += tag == "th" and "scope" not in given
        if tag == "html":
            self.language = given.get("lang") or ""


def test_the_page_shows_every_row_to_who_listens_to_it(schakel: Schakel, tmp_path: Path) -> None:
    rows = len(schakel("matrix", "--csv").out.splitlines()) - 1
    ran = schakel("matrix", "--html", tmp_path / "matrix.html")
    page = Page((tmp_path / "matrix.html").read_text("utf-8"))
    assert (ran.status, page.language, page.unscoped) == (OK, "nl", 0)
    assert page.counts["h1"] == page.counts["main"] == 1
    assert page.counts["table"] == page.counts["caption"] == page.counts["details"]
    assert page.counts["tr"] == rows + page.counts["table"]
    assert "script" not in page.counts


def test_without_policies_there_is_no_matrix(schakel: Schakel, tmp_path: Path) -> None:
    ran = schakel("matrix", "--policies", tmp_path)
    assert (ran.status, ran.out) == (INVALID, "")


@pytest.mark.real
def test_diff_shows_what_one_changed_row_opens(schakel: Schakel, tmp_path: Path) -> None:
    changed = tmp_path / "nieuw"
    shutil.copytree(POLICIES, changed)
    matrix = changed / "data/schakel/matrix/data.json"
    data = json.loads(matrix.read_text("utf-8"))
    data["screening"]["politie_hovj"]["vt_veiligheidsbeoordeling"] |= {"decision": "deny"}
    matrix.write_text(json.dumps(data), "utf-8")
    cases = casebook(tmp_path, KENNISGEVING, MELDER)
    same = schakel("diff", POLICIES, POLICIES, "--no-grid", "--casebook", cases)
    assert (same.status, same.out) == (OK, "0 oordelen anders, op 2 vragen\n")
    ran = schakel("diff", changed, POLICIES, "--no-grid", "--casebook", cases, "--json")
    said = json.loads(ran.out)
    assert (ran.status, len(said)) == (UNEXPECTED, 3), "the three fields of the assessment"
    assert {
        (each["question"], each["opens"], each["old"]["verdict"], each["new"]["verdict"]) for each in said
    } == {("Z1", True, "deny", "allow")}


@pytest.mark.real
def test_diff_asks_recorded_questions_again_and_takes_a_bundle(schakel: Schakel, tmp_path: Path) -> None:
    bundle, _ = built(tmp_path, new_key())
    given = json.loads((POLICIES / "examples/sending.kennisgeving.input.json").read_text("utf-8"))
    recorded = tmp_path / "vragen.jsonl"
    line = {"package": "schakel.sending", "input": given, "decision_id": "x"}
    recorded.write_text(json.dumps(line) + "\n", "utf-8")
    ran = schakel("diff", bundle, POLICIES, "--no-grid", "--recorded", recorded)
    assert (ran.status, ran.out) == (OK, "0 oordelen anders, op 1 vragen\n")
    recorded.write_text(json.dumps(line | {"input": given | {"extra": 1}}) + "\n", "utf-8")
    wrong = schakel("diff", bundle, POLICIES, "--no-grid", "--recorded", recorded)
    assert (wrong.status, ":1:" in wrong.err) == (INVALID, True)


@pytest.mark.real
def test_bench_measures_and_says_whether_the_bar_is_met(schakel: Schakel) -> None:
    ran = schakel("bench", "--questions", "20", "--at-once", "4")
    assert "25 velden, 4 ontvangers" in ran.out
    assert ran.status == (UNEXPECTED if "niet gehaald" in ran.out else OK)


def test_build_and_activate_by_two_people(schakel: Schakel, tmp_path: Path) -> None:
    people = [new_key(), new_key()]
    folder = tmp_path / "beleid"
    activators = folder / "sleutels" / "activeerders"
    activators.mkdir(parents=True)
    builder = new_key()
    for name, key in (("bundel", builder), ("a", people[0]), ("b", people[1])):
        (tmp_path / f"{name}.key").write_bytes(key.key.as_pem(private=True))
        place = folder / "sleutels" if name == "bundel" else activators
        (place / f"{name}.pem").write_bytes(key.public_pem())
    build = ["build", "--folder", folder, "--key", tmp_path / "bundel.key"]
    first = schakel(*build).out.strip()
    assert first.startswith("1-")
    assert schakel(*build).out.startswith("2-")
    by = ["--folder", folder, "--key", tmp_path / "a.key", "--key"]
    alone = schakel("activate", first, *by, tmp_path / "a.key")
    assert (alone.status, "two different activators" in alone.err) == (INVALID, True)
    assert schakel("activate", first, *by, tmp_path / "b.key").status == OK
    assert str(PolicyFolder.at(folder).current()) == first
    second, akkoord = "2-" + first.partition("-")[2], tmp_path / "akkoord.json"
    at = ["--folder", folder, "--key"]
    assert schakel("approve", second, *at, tmp_path / "a.key", "--out", akkoord).status == OK
    assert schakel("activate", second, *at, tmp_path / "a.key", "--approval", akkoord).status == INVALID
    assert schakel("activate", second, *at, tmp_path / "b.key", "--approval", akkoord).status == OK
    assert str(PolicyFolder.at(folder).current()) == second
    assert schakel("activate", "0-werkmap", *by, tmp_path / "b.key").status == INVALID


def test_help_comes_without_loading_what_the_commands_need() -> None:
    code = (
        "import sys, argparse\n"
        "from gateway.hub.policy.commands import add_commands\n"
        "add_commands(argparse.ArgumentParser().add_subparsers())\n"
        "heavy = {'aiohttp', 'pydantic', 'opa_client', 'joserfc', 'cryptography'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
