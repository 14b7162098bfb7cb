"""The policy against the domain files: data row by row, order of the steps, texts, and verdicts on generated cases."""

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.policies.rego_casebook import question, verdict
from tests.policies.rego_casebook_test import domain
from tests.policies.rego_engine import POLICIES, decide, evaluate
from tests.policies.rego_reference import Reference
from tests.policies.rego_rules import syntax

__all__ = ["domain"]

GENERATED = 4000


@pytest.fixture(scope="module")
def model(domain: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((domain / "model.json").read_text())
    return read


def data(name: str) -> Any:
    return json.loads((POLICIES / "data" / "schakel" / name / "data.json").read_text())


def test_the_matrix_row_by_row(domain: Path) -> None:
    with (domain / "matrix.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    roles = data("roles")
    found = [
        {
            "purpose": purpose,
            "role": role,
            "agency": roles[role]["agency"],
            "category": category,
            "decision": row["decision"],
            "mask": row.get("mask", ""),
            "condition": row.get("condition", ""),
            "else_decision": row.get("else_decision", ""),
            "else_mask": row.get("else_mask", ""),
            "reason": row["reason"]["en"],
            "legal_ref": row["article"],
            "legal_status": row["status"],
        }
        for purpose, by_role in data("matrix").items()
        for role, rows in by_role.items()
        for category, row in rows.items()
    ]
    place = lambda row: (row["purpose"], row["role"], row["category"])  # noqa: E731
    assert sorted(found, key=place) == sorted(expected, key=place)


def test_every_row_has_a_reason_in_dutch() -> None:
    reasons = {
        (row["reason"]["nl"], row["reason"]["en"])
        for by_role in data("matrix").values()
        for rows in by_role.values()
        for row in rows.values()
    }
    assert not {en for nl, en in reasons if not nl or (nl == en and nl != "Client")}


def test_purposes_roles_states_and_reading_order(model: dict[str, Any]) -> None:
    purposes, roles = data("purposes"), data("roles")
    assert {p: (v["label"], v["states"], set(v["roles"])) for p, v in purposes.items()} == {
        p: (v["label"], v["states"], set(v["roles"])) for p, v in model["purposes"].items()
    }
    assert {r: (v["agency"], v["agencies"], v["perpetrator_side"], v["label"]) for r, v in roles.items()} == {
        r: (v["agency"], v["agencies"], v["perpetrator_side"], v["label"]) for r, v in model["roles"].items()
    }
    assert data("reading_order") == model["read_order"]
    assert set(data("states")["states"]) == {each["id"] for each in model["states"]}
    assert set(data("categories")) == {each["id"] for each in model["categories"]}


def test_messages(model: dict[str, Any]) -> None:
    same = [
        *(
            "senders",
            "recipients",
            "purposes",
            "purposes_last",
            "states",
            "post_state",
            "opens",
            "owner_after",
        ),
        *("owner_desk", "pilot_senders", "reads_as", "recipient_requires", "requires"),
    ]
    found = data("messages")
    assert set(found) == {each["name"] for each in model["messages"]}
    for message in model["messages"]:
        row = found[message["name"]]
        assert {key: row[key] for key in same} == {key: message[key] for key in same}
        assert row["article"] == message["basis"]
        assert row["fields"] == [
            {key: field[key] for key in ("name", "category", "kind")} for field in message["fields"]
        ]


def test_transitions(model: dict[str, Any]) -> None:
    expected = {
        each["action"]: (each["id"], each["from_states"], each["roles"], each["basis"], each["pilot_roles"])
        for each in model["transitions"]
        if each["action"]
    }
    found = data("transitions")["actions"]
    assert expected == {
        action: (row["id"], row["from"], row["roles"], row["article"], row.get("pilot"))
        for action, row in found.items()
    }
    targets = {each["action"]: each["to_state"] for each in model["transitions"] if each["action"]}
    assert {action: row["to"] for action, row in found.items()} == targets | {"schorsing_opheffen": "vorige"}


def test_order_of_the_steps(model: dict[str, Any]) -> None:
    steps, order = data("steps"), model["evaluation"]["order"]
    for kind in ("lezen", "doorverstrekken", "verzenden"):
        merged = steps[kind]["subject"] | steps[kind]["category"]
        assert sorted(merged, key=merged.__getitem__) == [step for step in order[kind] if step in merged]
        assert set(merged) == {step for step in order[kind] if step in model["evaluation"]["steps"]}
    assert list(steps["ontvanger"]["category"]) == model["evaluation"]["recipient_guards"]
    assert steps["leesdoel"] == model["evaluation"]["reading_purpose_guards"]
    assert steps["bericht"] == [*order["verzenden"][:3], "vereisten"]


def test_texts_and_articles_of_the_rules(model: dict[str, Any]) -> None:
    said = {
        custom["rule_id"]: (custom["message_nl"], custom["message_en"], custom["citation"])
        for module in syntax().values()
        for rule in module["rules"]
        for custom in (each.get("custom", {}) for each in rule.get("annotations", []))
        if "next_step_nl" in custom
    }
    expected = {each["id"]: (each["nl"], each["en"], each["article"]) for each in model["rules"]}
    assert {rule: said[rule] for rule in expected} == expected
    own = set(said) - set(expected)
    assert own
    assert all(rule.startswith(("P_", "A_")) or rule == "access" for rule in own)


def test_obligations(model: dict[str, Any]) -> None:
    found = {name: row["parameters"] for name, row in data("obligation_parameters").items()}
    ours = {"O_TOETSING_ACHTERAF": {"binnen_uren": 24}, "O_BEWAREN_TOT": {"jaren": 5, "vanaf": "sluiting"}}
    assert found == {each["id"]: each["parameters"] for each in model["obligations"]} | ours


def test_context_keys(model: dict[str, Any]) -> None:
    ours = {"pleger_meerderjarig", "reden_vermeld", "kopie_bij_organisatie", "pilot_eerste_termijn"}
    given_elsewhere = {"ontvanger_rol", "ontvanger_doel", "ontvanger_oin"}
    context = data("context")
    known = {key for kind in ("bool", "enum", "number", "text") for key in context[kind]}
    assert known == {each["key"] for each in model["context"]["keys"]} - given_elsewhere | ours
    for name in ("sending", "disclosure", "transition", "access"):
        schema = json.loads((POLICIES / "schemas" / f"{name}_input.json").read_text())
        assert set(schema["properties"]["context"]["properties"]) == known


def test_every_row_with_its_condition_true_false_and_missing(domain: Path, model: dict[str, Any]) -> None:
    reference = Reference.read(domain, model)
    actors, expected = [], []
    for (purpose, role, category), row in reference.rows.items():
        actor = {"purpose": purpose, "role": role, "side": "neutraal", "category": category}
        condition = row["condition"]
        key = model["conditions"][condition]["context"] if condition else ""
        chosen = (row["decision"], row["mask"] or None, "matrix")
        other = (row["else_decision"], row["else_mask"] or None, "matrix")
        for value in (True, False) if condition else (None,):
            owner = value is True and condition == "C_EIGEN"
            context = {key: value} if condition and condition != "C_EIGEN" else {}
            actors.append(actor | {"owner": owner, "context": context})
            expected.append(other if value is False else chosen)
        if condition and condition != "C_EIGEN":
            actors.append(actor | {"owner": False, "context": {}})
            expected.append(("deny", None, "P_feit_ontbreekt"))
    query = (
        "[[v.decision, v.mask, v.rule] | some a in input.actors; v := data.schakel.verdict.on(a, a.category)]"
    )
    found = [tuple(each) for each in evaluate(query, {"actors": actors})]
    assert len(found) == len(expected) > 4824
    assert [pair for pair in zip(actors, found, expected, strict=True) if pair[1] != pair[2]] == []


def test_every_pair_that_is_not_in_the_matrix_is_denied(domain: Path, model: dict[str, Any]) -> None:
    reference = Reference.read(domain, model)
    categories = [each["id"] for each in model["categories"]]
    absent = [
        {
            "purpose": purpose,
            "role": role,
            "side": "neutraal",
            "owner": True,
            "context": {},
            "category": category,
        }
        for purpose in model["purposes"]
        for role in model["roles"]
        for category in categories
        if (purpose, role, category) not in reference.rows
    ]
    query = (
        '{v.rule | some a in input.actors; v := data.schakel.verdict.on(a, a.category); v.decision == "deny"}'
    )
    assert evaluate(
        f"count({query.replace('{v.rule', '[v.rule').replace('}', ']')})", {"actors": absent}
    ) == len(absent)
    assert evaluate(query, {"actors": absent}) == ["G00_default"]


def _generated(model: dict[str, Any], seed: int) -> list[dict[str, Any]]:
    """Cases near the line: mostly plausible, so that the late steps are reached, with a few facts turned."""
    chance = random.Random(seed)  # noqa: S311
    keys = model["context"]["keys"]
    states = [each["id"] for each in model["states"]]
    actions = [f"verzenden:{each['name']}" for each in model["messages"]] * 3
    actions += [f"besluiten:{each['action']}" for each in model["transitions"] if each["action"]] * 4
    actions += ["lezen"] * 60 + ["doorverstrekken"] * 40
    return [_case(model, keys, states, chance.choice(actions), chance) for _ in range(GENERATED)]


def _turned(key: dict[str, Any], chance: random.Random) -> Any:
    kind = key["type"]
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "number":
        return chance.choice([0, 1, 3, 4, 5, 6, 10, 17, 18, 19, 28, 29, 90, 91])
    if kind.startswith("enum"):
        return chance.choice(kind[5:].split("/"))
    return "spoed" if kind == "text" else key["default"]


def _case(
    model: dict[str, Any], keys: list[dict[str, Any]], states: list[str], action: str, chance: random.Random
) -> dict[str, Any]:
    kind, _, name = action.partition(":")
    purpose = chance.choice(
        [*model["purposes"], "onbekend"] if chance.random() < 0.1 else list(model["purposes"])
    )
    roles, likely = list(model["roles"]), model["purposes"].get(purpose, {"roles": [], "states": states})
    senders, receivers, fitting = likely["roles"], roles, likely["states"]
    categories = [each["id"] for each in model["categories"]]
    if kind == "verzenden":
        message = next(each for each in model["messages"] if each["name"] == name)
        senders, receivers, fitting = message["senders"], message["recipients"], message["states"]
        categories = sorted({field["category"] for field in message["fields"]}) * 9 + categories
    elif kind == "besluiten":
        act = next(each for each in model["transitions"] if each["action"] == name)
        senders, fitting = act["roles"], [s for s in act["from_states"] if s in states]

    def pick(usual: list[str]) -> str:
        likely_one = usual and usual != ["*"] and chance.random() < 0.92
        return str(chance.choice(usual if likely_one else roles))

    role, receiver = pick(senders), pick(receivers)
    context = {each["key"]: each["default"] for each in keys}
    for key in chance.sample(keys, chance.randint(0, 9)):
        context[key["key"]] = _turned(key, chance)
    oins = [f"0000009900000000{number}000" for number in range(1, 4)]
    context["ontvanger_oin"] = chance.choice(oins)
    if kind in {"verzenden", "doorverstrekken"} and chance.random() < 0.9:
        context["ontvanger_rol"] = receiver
        context["eigenaar_akkoord"] = chance.random() < 0.9
        context["ontvanger_doel"] = chance.choice(model["read_order"][receiver])
    agency = model["roles"][role]["agency"] if chance.random() < 0.97 else "om"
    return {
        "action": action,
        "subject": {"oin": chance.choice(oins), "agency": agency, "role": role},
        "purpose": purpose,
        "resource": {
            "case_state": chance.choice(fitting if fitting and chance.random() < 0.93 else states),
            "data_category": chance.choice(categories),
            "owner": chance.choice(oins),
        },
        "context": context,
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_cases_are_judged_as_the_domain_says(
    domain: Path, model: dict[str, Any], seed: int
) -> None:
    reference = Reference.read(domain, model)
    cases = _generated(model, seed)
    asked = [question(case, model) for case in cases]
    wrong, seen = [], set()
    for package in ("sending", "disclosure", "transition"):
        chosen = [
            (case, given) for case, (where, given) in zip(cases, asked, strict=True) if where == package
        ]
        for (case, _), answer in zip(chosen, decide(package, [given for _, given in chosen]), strict=True):
            expected = reference.judge(case)
            seen.add(expected[2])
            if verdict(package, answer) != expected:
                wrong.append((case, verdict(package, answer), expected))
    assert wrong == []
    assert len(seen) >= 40, f"too few rules reached: {sorted(seen)}"
