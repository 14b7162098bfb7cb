"""The demo, as `make demo` runs it: it ends well, leaves nothing behind, and says so when something is wrong."""

import json
import shutil
from pathlib import Path

import pytest

from tests.journeys.runs import ROOT, Run
from tests.servers import wait_until

pytestmark = pytest.mark.real

PROCESSES = 10  # NATS, OPA, the hub, six nodes, the pretend agencies; beside the one that holds them


def test_the_demo_goes_as_expected_and_leaves_no_process_behind(tmp_path: Path) -> None:
    run = Run()
    with run.started("demo", "--keep", tmp_path / "kept") as process:
        wait_until(lambda: len(run.processes()) == PROCESSES + 1, "start of every process of the demo", 120)
        shown, _ = process.communicate(timeout=300)
    assert process.returncode == 0, shown
    assert "Alles ging zoals verwacht" in shown
    for seen in (
        "Antwoorden aan de officier",
        "Vrijlating gemeld aan",
        "Wie heeft welke informatie",
        "de digest van de opgemaakte beschikking",
    ):
        assert seen in shown
    for told in (
        "Wie er werd gebeld",
        "piket-wijkagent",
        "piket-achterwacht",
        "pieper: SIMULATIE",
        "op de bellijst",
    ):
        assert told in shown
    for stand in ("uitgebleven", "te_laat", "geweigerd", "niets te delen"):
        assert stand in shown
    for rule in (
        "T_geen_mandaat",
        "S_ontvanger",
        "G05_rol_mag_doel_niet_inroepen",
        "S_afzender_niet_bevoegd",
    ):
        assert rule in shown
    assert run.processes() == {}


@pytest.mark.parametrize(
    ("place", "mask", "said"),
    [
        (
            ("screening", "politie_wijkagent", "vt_veiligheidsbeoordeling"),
            "M_UITKOMST",
            "de wijkagent ziet onderbouwing_gevaar niet",
        ),
        (
            ("zsm", "om_ovj_zsm", "vt_veiligheidsbeoordeling"),
            "M_SAM",
            "die niemand goedkeurde",
        ),
    ],
    ids=["screening", "zsm"],
)
def test_the_demo_is_surprised_by_a_policy_that_shows_more_and_says_what_it_expected(
    tmp_path: Path, place: tuple[str, str, str], mask: str, said: str
) -> None:
    """The same program with one row of the matrix changed: somebody may read what Veilig Thuis thinks of the danger."""
    program = _copy_of_the_program(tmp_path)
    matrix = program / "policies" / "data" / "schakel" / "matrix" / "data.json"
    rows = json.loads(matrix.read_text("utf-8"))
    purpose, role, category = place
    row = rows[purpose][role][category]
    assert (row["decision"], row.pop("mask")) == ("mask", mask)
    row["decision"] = "allow"
    matrix.write_text(json.dumps(rows), "utf-8")
    run = Run(program)
    status, shown = run.schakel("demo", "--keep", tmp_path / "kept")
    assert status == 1, shown
    assert "Onverwacht" in shown
    assert said in shown
    assert "Alles ging zoals verwacht" not in shown
    assert run.processes() == {}


def _copy_of_the_program(folder: Path) -> Path:
    program = folder / "program"
    for part in ("gateway", "adapters", "audit", "policies"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("node_modules"))
    return program
