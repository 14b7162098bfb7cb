"""The table of deadlines: every deadline of the handbook, and nothing that the catalogue does not know."""

import copy
import json
from importlib.resources import files
from typing import Any

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.deadlines import Kind, deadlines, rules_of
from gateway.domain.deadlines.length import Stated
from gateway.domain.deadlines.table import clock_deadlines, read_deadlines
from gateway.domain.errors import CatalogueError
from tests.domain.conformance import handbook

OF_COPIES = ["A0", "A1", "A2", "A3", "B1"]


@pytest.fixture
def document() -> Any:
    return json.loads((files("gateway.domain.deadlines") / "deadlines.json").read_text(encoding="utf-8"))


def test_every_deadline_of_the_handbook_stands_in_the_table_word_for_word() -> None:
    theirs = {row["id"]: row for row in handbook("model.json")["deadlines"]}
    assert [each for each in deadlines() if each not in OF_COPIES] == list(theirs)
    for id_, row in theirs.items():
        ours = deadlines()[id_]
        words = ours.handbook
        assert {
            "id": ours.id,
            "name": ours.name,
            "kind": ours.kind.value,
            "basis": ours.basis,
            "status": ours.status,
            "length": words.length,
            "start": words.start,
            "stop": words.stop,
            "owner": words.owner,
            "behaviour": words.behaviour,
        } == row


def test_the_rules_use_the_start_and_stop_fields_that_the_handbook_names() -> None:
    for deadline, rules in clock_deadlines():
        if deadline.id in OF_COPIES:
            continue
        starts = {f"{rule.trigger.message}.{rule.at}" for rule in rules.starts}
        assert starts == set(deadline.handbook.start.split(", ")), deadline.id
        moments = {f"{rule.trigger.message}.{name}" for rule in rules.stops for name in rule.at}
        moments |= {
            f"{rule.trigger.message}.{rule.due.fact}"
            for rule in rules.changes
            if isinstance(rule.due, Stated)
        }
        own_end = {f"{rule.trigger.message}.eindigt_op" for rule in rules.starts}
        assert set(deadline.handbook.stop.split(", ")) <= moments | own_end, deadline.id


def test_every_clock_has_an_alarm_an_owner_and_something_to_do() -> None:
    for deadline, rules in clock_deadlines():
        assert rules.steps, deadline.id
        assert rules.task_nl.endswith("."), deadline.id
        assert rules.owner.roles or rules.owner.party or rules.owner.fact, deadline.id
        assert rules.due is not None or deadline.id == "D08"


def test_only_the_end_of_a_ban_makes_the_hub_act() -> None:
    assert {deadline.id: rules.act for deadline, rules in clock_deadlines() if rules.act} == {
        "D01": "aflopen",
        "D02": "aflopen",
    }


def test_constants_and_retention_have_no_clock() -> None:
    assert {row.id for row in deadlines().values() if row.kind is not Kind.CLOCK} == {
        *("D03", "D16", "D24", "D25", "D26", "D27", "D28")
    }
    with pytest.raises(KeyError, match="D03"):
        rules_of("D03")


def _rules(document: Any, deadline: str) -> Any:
    return next(row["rules"] for row in document["deadlines"] if row["id"] == deadline)


@pytest.mark.parametrize(
    ("deadline", "change", "message"),
    [
        ("D04", lambda rules: rules["starts"][0].update(at="plaats"), "unknown"),
        ("D04", lambda rules: rules["starts"][0].update(at="mondeling_aangezegd"), "is no time"),
        ("D04", lambda rules: rules["owner"].update(roles=["wethouder"]), "unknown"),
        ("D04", lambda rules: rules.update(due={"fortnights": 1}), "one unit"),
        ("D04", lambda rules: rules.update(tie="sometimes"), "sometimes"),
        ("D04", lambda rules: rules.update(colour="red"), "unknown keys"),
        ("D04", lambda rules: rules["steps"].append(rules["steps"][0]), "two steps have one name"),
        (
            "D09",
            lambda rules: rules["stops"][0]["on"]["when"].update(soort=["weggooien"]),
            "never has the value",
        ),
        ("D29", lambda rules: rules["stops"][0].pop("subject_fact"), "match on the subject"),
        ("D29", lambda rules: rules["steps"][1].update(every={"days": 1}), "minutes or hours"),
        ("D23", lambda rules: rules["steps"][0].update({"from": "opened"}), "begins anew"),
        ("D07", lambda rules: rules.update(by_hand=False), "told by hand"),
        ("D01", lambda rules: rules.update(act="verdwijnen"), "unknown"),
        ("D02", lambda rules: rules.update(follows="D99"), "unknown"),
    ],
)
def test_a_table_that_contradicts_the_catalogue_or_itself_does_not_load(
    document: Any, deadline: str, change: Any, message: str
) -> None:
    broken = copy.deepcopy(document)
    change(_rules(broken, deadline))
    with pytest.raises(CatalogueError, match=message):
        read_deadlines(broken, catalogue())


def test_a_clock_without_rules_does_not_load(document: Any) -> None:
    document["deadlines"][0]["rules"] = None
    with pytest.raises(CatalogueError, match="a clock has rules"):
        read_deadlines(document, catalogue())


def test_an_id_stands_in_the_table_once(document: Any) -> None:
    document["deadlines"].append(document["deadlines"][0])
    with pytest.raises(CatalogueError, match="twice"):
        read_deadlines(document, catalogue())
