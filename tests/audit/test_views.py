"""The views on the log: Logboek Dataverwerkingen and the access log."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.access_log import access_log
from audit.body import Body
from audit.cli import main
from audit.errors import BodyInvalid
from audit.events import EventTag
from audit.ldv import ProcessingRegister, event_lines, logbook
from tests.audit.makers import MUNICIPALITY, ORIGIN, POLICE, about, event, small_bodies
from tests.audit.vectors.build import FOLDER
from tests.reference import reference

ACTIVITY = "https://schakel.example/v1/verwerkingsactiviteiten/screening/versies/1"
REGISTER = ProcessingRegister(
    origin=ORIGIN,
    activities={"screening": ACTIVITY},
    subject_id_type="https://schakel.example/v1/id-typen/zaakpseudoniem",
    processor="https://politie.voorbeeld.invalid/systeem",
    service="schakel-hub",
)
EVENTS = list(enumerate(small_bodies()))
STAFF = "p-7f3a"


def told(*events: tuple[int, Body]) -> list[dict[str, Any]]:
    return [line.to_json() for line in logbook(events or EVENTS, POLICE, REGISTER)]


def test_an_event_about_one_person_is_one_line_as_the_standard_writes_it() -> None:
    (line,) = told((1, event(1, about(p_een=1))))
    assert len(line.pop("span_id")) == 16
    assert line == {
        "trace_id": f"{2:032x}",
        "status": "Ok",
        "name": "kopie verstrekt van screening.gepland.kennisgeving",
        "start_time": 1772442060000,
        "end_time": 1772442060000,
        "resource": {"attributes": {"service.name": "schakel-hub"}},
        "attributes": {
            "dpl.core.processing_activity_id": ACTIVITY,
            "dpl.core.data_subject_id": "pseudo:p-een",
            "dpl.core.data_subject_id_type": "https://schakel.example/v1/id-typen/zaakpseudoniem",
            "dpl.core.foreign_operation.processor": "https://politie.voorbeeld.invalid/systeem",
        },
    }


def test_several_persons_are_a_child_action_each_below_the_event() -> None:
    parent, *children = told((2, event(2, about(p_een=2, p_twee=1))))
    assert "dpl.core.data_subject_id" not in parent["attributes"]
    assert "parent_span_id" not in parent
    assert [child["parent_span_id"] for child in children] == [parent["span_id"]] * 2
    assert [child["attributes"]["dpl.core.data_subject_id"] for child in children] == [
        "pseudo:p-een",
        "pseudo:p-twee",
    ]
    assert len({line["span_id"] for line in (parent, *children)}) == 3
    assert len({line["trace_id"] for line in (parent, *children)}) == 1


def test_an_event_about_nobody_is_no_processing_of_personal_data() -> None:
    assert told((0, event(0, None))) == []


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (EventTag.COPY_PROVIDED, "Ok"),
        (EventTag.READING_REFUSED, "Unset"),
        (EventTag.SUBMISSION_REFUSED, "Unset"),
        (EventTag.DECISION_UNAVAILABLE, "Error"),
    ],
)
def test_a_refusal_is_not_an_error_and_a_silent_decision_point_is(what: EventTag, status: str) -> None:
    assert [line["status"] for line in told((1, event(1, about(p_een=1), what)))] == [status]


def test_no_line_holds_anything_about_staff_or_the_decision() -> None:
    text = json.dumps(told())
    for secret in (STAFF, "hovj", "wijkagent", "P_matrix", "b-1"):
        assert f'"{secret}"' not in text


def test_a_logbook_is_of_one_controller_and_of_no_other() -> None:
    assert list(logbook(EVENTS, MUNICIPALITY, REGISTER)) == []


def test_a_purpose_that_the_register_lacks_gives_no_line() -> None:
    with pytest.raises(BodyInvalid, match="het register kent geen verwerking"):
        event_lines(1, event(1, about(p_een=1)), replace(REGISTER, activities={}))


def test_the_same_event_gives_the_same_spans_and_another_log_gives_others() -> None:
    assert told() == told()
    other = logbook(EVENTS, POLICE, replace(REGISTER, origin="ander.voorbeeld.invalid"))
    assert {line["span_id"] for line in told()}.isdisjoint({line.span_id for line in other})


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_times_are_whole_milliseconds_never_rounded_up(at: datetime) -> None:
    (line,) = event_lines(1, replace(event(1, about(p_een=1)), at=at), REGISTER)
    assert line.start_time == line.end_time == int(at.timestamp()) * 1000 + at.microsecond // 1000


def test_every_line_fits_the_published_schema() -> None:
    schema = json.loads(reference("conformance/ldv/attributes.schema.json").read_text())
    closed = schema | {"additionalProperties": False}
    assert told()
    for line in told():
        jsonschema.Draft202012Validator(closed).validate(line["attributes"])


def test_the_access_log_tells_accesses_and_refusals_in_the_order_of_the_log() -> None:
    assert [(line.leaf, line.what) for line in access_log(EVENTS)] == [
        (1, "bericht:kopie:verstrekt"),
        (2, "bericht:kopie:verstrekt"),
        (3, "lezen:kopie:geweigerd"),
        (4, "bericht:kopie:verstrekt"),
        (5, "bericht:ontvangst:geopend"),
        (6, "bericht:kopie:verstrekt"),
        (10, "bericht:kopie:verstrekt"),
    ]


def test_an_access_line_says_who_what_to_whom_and_why_and_no_data_subject() -> None:
    (line,) = access_log([(3, event(3, about(p_twee=2), EventTag.READING_REFUSED))])
    assert line.to_json() == {
        "blad": 3,
        "tijdstip": "2026-03-02T09:03:00.000Z",
        "wat": "lezen:kopie:geweigerd",
        "oin": POLICE,
        "rol": "hovj",
        "persoon": STAFF,
        "aan": MUNICIPALITY,
        "zaak_id": "z-0001",
        "bericht": "screening.gepland.kennisgeving",
        "doel": "screening",
        "regel": "P_matrix",
    }


def test_an_organisation_sees_what_it_did_and_what_it_got_and_nothing_else() -> None:
    assert len(list(access_log(EVENTS, oin=MUNICIPALITY))) == 7
    assert list(access_log(EVENTS, oin="00000099000000003000")) == []


def test_both_views_come_out_of_a_verified_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register = tmp_path / "register.json"
    members = {
        "oorsprong": ORIGIN,
        "verwerkingen": {"screening": ACTIVITY},
        "persoon_id_type": REGISTER.subject_id_type,
        "verwerker": REGISTER.processor,
        "dienst": REGISTER.service,
    }
    register.write_text(json.dumps(members))
    log = str(FOLDER / "log.jsonl")
    assert main(["ldv", log, "--controller", POLICE, "--register", str(register)]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == [line for line in told() if line["trace_id"] != f"{5:032x}"]  # Leaf 4 was erased.
    assert main(["access", log, "--oin", MUNICIPALITY]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    register.write_text("{}")
    assert main(["ldv", log, "--controller", POLICE, "--register", str(register)]) == 2


def test_nothing_is_derived_from_a_broken_export(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["access", str(FOLDER / "broken" / "body_byte_changed.jsonl")]) == 1
    assert "tijdstip" not in capsys.readouterr().out
