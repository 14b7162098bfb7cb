"""The catalogue loads closed, agrees with the handbook, and refuses files that contradict each other."""

import json
from importlib.resources import files
from typing import Any

import pytest

from gateway.domain.case import CaseState
from gateway.domain.catalogue import START, Kind, catalogue, catalogue_rows
from gateway.domain.catalogue.loading import build_catalogue
from gateway.domain.catalogue.type_spec import parse_type
from gateway.domain.catalogue.vocabulary import read_structures, read_vocabulary
from gateway.domain.errors import CatalogueError, UnknownMessageType
from gateway.domain.urgency import Urgency, urgency_of
from tests.domain.conformance import handbook

FOLDER = files("gateway.domain.catalogue")


def document(slug: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / "types" / f"{slug}.json").read_text(encoding="utf-8"))
    return loaded


def load(*documents: dict[str, Any], slug: str = "uhg-contactgegevens") -> None:
    words = read_vocabulary(
        *(
            json.loads((FOLDER / name).read_text(encoding="utf-8"))
            for name in ("vocabulary.json", "rules.json")
        )
    )
    structures = read_structures(json.loads((FOLDER / "structures.json").read_text(encoding="utf-8")))
    build_catalogue(words, structures, {f"{slug}.json": each for each in documents})


def test_holds_47_types_443_fields_and_113_facts() -> None:
    fields = [field for message in catalogue().messages for field in message.fields]
    assert (len(catalogue().messages), len(fields), sum(f.is_fact for f in fields)) == (47, 443, 113)


def test_one_table_maps_slug_event_type_and_schema() -> None:
    message = catalogue().by_slug["huisverbod-niet-opgelegd"]
    assert message is catalogue().message("huisverbod.niet_opgelegd")
    assert message.event_type == "nl.huisverboden.huisverbod-niet-opgelegd.v1"
    assert message.schema_uri == "https://schakel.example/v1/schemas/huisverbod-niet-opgelegd/1.0.0"


def test_unknown_type_is_an_error_of_its_own() -> None:
    with pytest.raises(UnknownMessageType, match="berichttype-onbekend"):
        catalogue().message("huisverbod.verzonnen")


def test_rows_are_plain_json_one_per_type() -> None:
    rows = json.loads(json.dumps(catalogue_rows()))
    assert [row["bericht"] for row in rows] == [message.name for message in catalogue().messages]
    assert sum(len(row["velden"]) for row in rows) == 443


def test_case_states_of_code_and_catalogue_are_the_same() -> None:
    assert [str(state) for state in CaseState] == list(catalogue().states)
    assert START not in catalogue().states


def test_every_person_reads_dutch() -> None:
    words = catalogue()
    labels = [
        *words.agencies.values(),
        *(role.label for role in words.roles.values()),
        *(category.label for category in words.categories.values()),
        *(label.nl for table in (words.masks, words.purposes) for label in table.values()),
        *(state.nl for state in words.states.values()),
        *(message.title for message in words.messages),
    ]
    assert [label for label in labels if not label.strip()] == []


BREAKS: dict[str, tuple[tuple[str | int, ...], Any, str]] = {
    "unknown key": (("kleur",), "rood", "unknown keys"),
    "unknown key in a field": (("fields", 0, "kleur"), "rood", "unknown keys"),
    "field without a category": (("fields", 0, "category"), "", "unknown"),
    "unknown category": (("fields", 0, "category"), "roddel", "unknown"),
    "unknown type": (("fields", 0, "type"), "Roman", "unknown type"),
    "free text without a length": (("fields", 0, "type"), "text", "unknown type"),
    "fact without a use": (("fields", 1, "fact"), "omdat het kan", "needs a clock"),
    "fact that names a person": (("fields", 0, "fact"), "D04 stop", "cannot travel in clear"),
    "unknown sender": (("senders", 0), "buurman", "unknown"),
    "unknown purpose": (("purposes", 0), "nieuwsgierigheid", "unknown"),
    "unknown state": (("states",), ["dronken"], "unknown"),
    "unknown set of states": (("states",), "overal", "unknown state set"),
    "unknown reply": (("replies",), ["roddel.bericht"], "unknown"),
    "unknown act": (("acts",), [{"action": "wegkijken"}], "unknown"),
    "act on a field that the hub cannot see": (
        ("acts",),
        [{"action": "intrekken", "when": {"detentie": True}}],
        "acts look at facts",
    ),
    "rule on a field that does not exist": (
        ("rules",),
        [{"rule": "required_if", "fields": ["geest"], "field": "detentie", "equals": True}],
        "unknown",
    ),
    "rule on a value that never occurs": (
        ("rules",),
        [{"rule": "required_if", "fields": ["wijziging"], "field": "detentie", "equals": "misschien"}],
        "never has the value",
    ),
    "no urgency": (("urgency", "most_urgent"), "U9", "is no urgency"),
    "title missing": (("title",), 3, "not a str"),
    "reader who is no recipient": (("reads_as",), {"om_ovj_zsm": ["zsm"]}, "recipients"),
}


@pytest.mark.parametrize("defect", BREAKS)
def test_a_catalogue_file_with_a_defect_does_not_load(defect: str) -> None:
    path, value, complaint = BREAKS[defect]
    broken = document("uhg-contactgegevens")
    at: Any = broken
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(CatalogueError, match=complaint):
        load(broken)


def test_a_type_in_the_file_of_another_type_does_not_load() -> None:
    with pytest.raises(CatalogueError, match="belongs in uhg-contactgegevens"):
        load(document("uhg-contactgegevens"), slug="uhg-anders")


def test_a_field_that_stands_twice_does_not_load() -> None:
    broken = document("uhg-contactgegevens")
    broken["fields"].append(broken["fields"][0])
    with pytest.raises(CatalogueError, match="stands twice"):
        load(broken)


def test_a_type_text_is_read_inside_out() -> None:
    spec = parse_type("list[enum{ja,nee}]", structures={}, named_codes={})
    assert (spec.kind, spec.mask_kind) == (Kind.LIST, "list[code]")
    assert spec.item is not None
    assert spec.item.codes == ("ja", "nee")


def test_an_enum_with_a_double_code_is_no_type() -> None:
    with pytest.raises(CatalogueError, match="empty or double"):
        parse_type("enum{ja,ja}", structures={}, named_codes={})


@pytest.mark.parametrize(
    ("message", "facts", "expected"),
    [
        ("screening.gepland.kennisgeving", {"spoedeisendheid": "nu"}, Urgency.U0),
        ("screening.gepland.kennisgeving", {"spoedeisendheid": "vandaag"}, Urgency.U1),
        ("screening.gepland.kennisgeving", {}, Urgency.U0),
        ("screening.gepland.kennisgeving", {"spoedeisendheid": 1}, Urgency.U0),
        ("melding.zorg", {"kinderen_aanwezig": True}, Urgency.U1),
        ("monitoring.signaal", {}, Urgency.U0),
        ("melding.terugkoppeling", {}, Urgency.U3),
    ],
)
def test_urgency_follows_from_facts_and_doubt_makes_it_more_urgent(
    message: str, facts: dict[str, object], expected: Urgency
) -> None:
    assert urgency_of(catalogue().message(message), facts) is expected


def test_a_receipt_is_as_urgent_as_what_it_answers() -> None:
    receipt = catalogue().message("systeem.ontvangst")
    assert urgency_of(receipt, {}, answers=Urgency.U2) is Urgency.U2
    assert urgency_of(receipt, {}) is Urgency.U0


def test_messages_are_those_of_the_handbook() -> None:
    theirs = {
        message["name"]: {
            key: message[key]
            for key in ("senders", "recipients", "purposes", "purposes_last", "states", "post_state", "opens")
        }
        | {
            "fields": [
                (f["name"], f["type"], f["kind"], f["category"], f["required"]) for f in message["fields"]
            ]
        }
        | {"facts": {f["name"]: f["hub_reason"] for f in message["fields"] if f.get("hub")}}
        | {"owner": message["owner_after"], "desk": message["owner_desk"], "reads": message["reads_as"]}
        | {"replies": message["reply_messages"], "urgency": message["urgency"], "basis": message["basis"]}
        | {"pilot": message["pilot_senders"]}
        for message in handbook("model.json")["messages"]
    }
    ours = {
        message.name: {
            "senders": list(message.senders),
            "recipients": list(message.recipients),
            "purposes": list(message.purposes),
            "purposes_last": list(message.purposes_last),
            "states": list(message.states),
            "post_state": message.post_state,
            "opens": list(message.opens),
            "fields": [(f.name, f.type, f.kind, f.category, f.required) for f in message.fields],
            "facts": {f.name: f.fact_reason for f in message.fields if f.is_fact},
            "owner": list(message.owner_after),
            "desk": list(message.owner_desk),
            "reads": {role: list(purposes) for role, purposes in message.reads_as.items()},
            "replies": list(message.reply_types),
            "urgency": message.urgency.text,
            "basis": message.basis,
            "pilot": message.pilot_senders
            and {"key": message.pilot_senders.key, "roles": list(message.pilot_senders.roles)},
        }
        for message in catalogue().messages
    }
    assert ours == theirs


def test_vocabulary_is_that_of_the_handbook() -> None:
    theirs, ours = handbook("model.json"), catalogue()
    assert {r: list(role.agencies) for r, role in ours.roles.items()} == {
        r: role["agencies"] for r, role in theirs["roles"].items()
    }
    assert {r for r, role in ours.roles.items() if role.always_perpetrator_side} == {
        r for r, role in theirs["roles"].items() if role["perpetrator_side"]
    }
    assert [(c.id, c.sensitivity) for c in ours.categories.values()] == [
        (c["id"], c["sensitivity"]) for c in theirs["categories"]
    ]
    assert [set(ours.masks), set(ours.purposes), set(ours.conditions)] == [
        set(theirs["masks"]),
        set(theirs["purposes"]),
        set(theirs["conditions"]),
    ]
    assert {name: list(states) for name, states in ours.state_sets.items()} == theirs["state_sets"]
    texts = {rule["id"]: (rule["nl"], rule["en"], rule["article"]) for rule in theirs["rules"]}
    assert {
        rule: (ours.rules[rule].nl, ours.rules[rule].en, ours.rules[rule].article)
        for rule in ours.rules
        if rule in texts
    } == texts


def test_transitions_are_those_of_the_handbook() -> None:
    words = {"the state before the suspension": "vorige"}
    theirs = {
        t["action"]: (
            t["id"],
            t["from_states"],
            words.get(t["to_state"], t["to_state"]),
            t["roles"],
            t["basis"],
        )
        for t in handbook("model.json")["transitions"]
        if t["action"]
    }
    ours = {
        t.action: (t.id, list(t.from_states), t.to_state, list(t.roles), t.basis)
        for t in catalogue().transitions.values()
    }
    assert ours == theirs


def test_every_act_of_the_handbook_is_recorded_by_the_message_it_names() -> None:
    theirs = {
        (t["recorded_by"], t["action"])
        for t in handbook("model.json")["transitions"]
        if t["action"] and t["recorded_by"]
    }
    assert {(m.name, act.action) for m in catalogue().messages for act in m.acts} == theirs


def test_structures_are_those_of_the_handbook() -> None:
    theirs = {
        name: {
            key: parse_type(text, structures=catalogue().structures, named_codes={}).mask_kind
            for key, text in members.items()
        }
        for name, members in handbook("model.json")["types"].items()
    }
    ours = {
        name: {member.name: member.spec.mask_kind for member in structure.members}
        for name, structure in catalogue().structures.items()
    }
    assert ours == theirs
