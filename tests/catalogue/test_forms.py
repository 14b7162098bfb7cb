"""What forms need is there for every field, and a fact that nobody uses or a label that is missing does not pass."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from gateway.domain.catalogue import catalogue, catalogue_rows
from gateway.domain.catalogue.form import Input, read_labels
from gateway.domain.deadlines.table import deadlines
from gateway.domain.errors import CatalogueError

FACTS = [
    (kind.name, field.name, field.fact_reason)
    for kind in catalogue().messages
    for field in kind.fields
    if field.is_fact
]


def all_fields(form: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for field in form:
        found.append(field)
        found += all_fields(field.get("leden", []) + field.get("regel", {}).get("leden", []))
    return found


def label_document() -> dict[str, Any]:
    text = (files("gateway.domain.catalogue") / "labels.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def test_every_field_and_member_has_label_and_input() -> None:
    for row in json.loads(json.dumps(catalogue_rows())):
        form = row["formulier"]
        assert [field["veld"] for field in form] == [field["veld"] for field in row["velden"]]
        assert [field["volgorde"] for field in form] == list(range(1, len(form) + 1))
        for field in all_fields(form):
            assert field["label"]["nl"].strip()
            assert field["label"]["en"].strip()
            assert field["invoer"] in set(Input)
            assert field["invoer"] not in {"keuze", "meerkeuze"} or field["keuzes"]
            assert field["invoer"] not in {"tekstvak", "regel", "getal"} or field["hoogstens"] > 0


def test_the_form_of_an_advice() -> None:
    (row,) = (row for row in catalogue_rows() if row["bericht"] == "weegteam.advies")
    choice, alternative = row["formulier"][1], row["formulier"][6]
    assert (choice["label"], choice["invoer"], choice["keuzes"]) == (
        {"nl": "Advies", "en": "Advice"},
        "keuze",
        ["positief", "negatief", "aanvullen"],
    )
    assert alternative["invoer"] == "tekstvak"
    assert alternative["verplichtAls"] == [{"veld": "advies", "waarde": "negatief", "behalve": False}]
    assert alternative["hulp"]["nl"].endswith("Hoogstens 1000 tekens.")


@pytest.mark.parametrize("defect", ["missing", "unknown", "empty"])
def test_labels_with_a_defect_do_not_load(defect: str) -> None:
    document = label_document()
    match defect:
        case "missing":
            del document["advies"]
        case "unknown":
            document["verzonnen"] = {"nl": "a", "en": "b"}
        case _:
            document["advies"] = {"nl": " ", "en": "Advice"}
    with pytest.raises(CatalogueError, match=r"labels\.json"):
        read_labels(document)


@pytest.mark.parametrize(("kind", "field", "reason"), FACTS)
def test_a_fact_names_users_that_exist(kind: str, field: str, reason: str) -> None:
    """A clock, transition, guard or condition that is named as the reason must be one that there is."""
    words = catalogue()
    known = {
        *deadlines(),
        *(transition.id for transition in words.transitions.values()),
        *(rule.partition("_")[0] for rule in words.rules if rule.startswith("G")),
        *words.conditions,
        *words.rules,
    }
    named = re.findall(r"\b(?:[DTG][0-9]{2}|[CST]_\w+)\b", reason)
    assert set(named) <= known, (kind, field, set(named) - known)


def test_one_table_maps_slug_event_type_subject_and_schema() -> None:
    for row, kind in zip(catalogue_rows(), catalogue().messages, strict=True):
        assert row["slug"] == kind.name.replace(".", "-").replace("_", "-")
        assert row["cloudevent"] == f"nl.huisverboden.{row['slug']}.v1"
        assert row["onderwerp"] == f"schakel.v1.inbox.<oin>.<urgentie>.{row['slug']}"
        assert row["schema"] == f"https://schakel.example/v1/schemas/{row['slug']}/1.0.0"
    for column in ("slug", "cloudevent", "onderwerp", "schema"):
        assert len({row[column] for row in catalogue_rows()}) == 47
