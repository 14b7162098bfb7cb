"""Rosters from files: every mistake by its line, nothing of a name, and one moment or none for a time on the wall."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import InvalidInput
from gateway.node.rosters.csv_file import read_csv
from gateway.node.rosters.ical_file import read_icalendar
from gateway.node.rosters.line import Duty

HEAD = "rol;medewerker;van;tot;volgorde;kanaal;adres\n"
GOOD = "politie_hovj;pol-0007;2026-03-01 08:00;2026-03-01 20:00;1;mail;piket-hovj@politie.example\n"
EXPECTED = Duty(
    line=2,
    role="politie_hovj",
    staff="pol-0007",
    starts_at="2026-03-01T07:00:00.000Z",
    ends_at="2026-03-01T19:00:00.000Z",
    rank=0,
    channel="mail",
    address="piket-hovj@politie.example",
)
EVENT = """BEGIN:VEVENT
UID:1@rooster.example
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Amsterdam:20260301T080000
DTEND;TZID=Europe/Amsterdam:20260301T200000
CATEGORIES:politie_hovj
SUMMARY:pol-0007
PRIORITY:1
ATTENDEE;CN=Jan Verzonnen:mailto:jan@verzonnen.example
X-SCHAKEL-KANAAL:mail
X-SCHAKEL-ADRES:piket-hovj@politie.example
END:VEVENT
"""


def calendar(*events: str) -> str:
    body = "".join(events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Verzonnen//Rooster//NL\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def mistakes(error: InvalidInput) -> list[tuple[int, str]]:
    """Line and kind of every mistake, in order."""
    return [(int(cause.pointer.rpartition("/")[2]), cause.code) for cause in error.causes]


def test_both_formats_give_the_same_duty() -> None:
    assert read_csv(HEAD + GOOD) == [EXPECTED]
    (duty,) = read_icalendar(calendar(EVENT))
    assert (duty.role, duty.staff, duty.starts_at, duty.ends_at, duty.rank, duty.channel, duty.address) == (
        EXPECTED.role,
        EXPECTED.staff,
        EXPECTED.starts_at,
        EXPECTED.ends_at,
        EXPECTED.rank,
        EXPECTED.channel,
        EXPECTED.address,
    )
    assert duty.line == 4


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEAD + GOOD,
        (HEAD + GOOD).replace(";", ","),
        "medewerker;rol;tot;van\npol-0007;politie_hovj;2026-03-01T20:00:00+01:00;2026-03-01T08:00:00+01:00\n",
        (HEAD + GOOD).replace("\n", "\r\n"),
    ],
    ids=["mark", "comma", "other-order", "windows"],
)
def test_csv_as_programs_write_it(text: str) -> None:
    (duty,) = read_csv(text)
    assert (duty.role, duty.starts_at, duty.ends_at) == ("politie_hovj", EXPECTED.starts_at, EXPECTED.ends_at)


def test_every_mistake_of_a_csv_is_told_at_once() -> None:
    text = HEAD + (
        "politie_hovj;;2026-03-01 08:00;2026-03-01 20:00;1;;\n"
        "politie_hovj;pol-1;gisteren;morgen;x;;\n"
        "politie_hovj;pol-1;2026-03-29 02:30;2026-10-25 02:30;1;;\n"
        "te;weinig\n"
    )
    with pytest.raises(InvalidInput) as caught:
        read_csv(text)
    assert mistakes(caught.value) == [
        (2, "medewerker"),
        (3, "van"),
        (3, "tot"),
        (3, "volgorde"),
        (4, "van"),
        (4, "tot"),
        (5, "velden"),
    ]
    assert "gisteren" not in str([cause.detail_nl for cause in caught.value.causes])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, "rol"), (1, "medewerker"), (1, "van"), (1, "tot")]),
        (HEAD, [(1, "leeg")]),
        ("rol;medewerker;van;tot;naam\n", [(1, "kolommen")]),
        ("rol;rol;medewerker;van;tot\n", [(1, "kolommen")]),
        (HEAD + 'politie_hovj;"open', [(1, "csv")]),
    ],
)
def test_a_csv_that_is_none(text: str, found: list[tuple[int, str]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_csv(text)
    assert mistakes(caught.value) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("PRIORITY:1\n", "PRIORITY:1\nRRULE:FREQ=DAILY;COUNT=3\n"), [(4, "herhaling")]),
        (("SUMMARY:pol-0007\n", ""), [(4, "medewerker")]),
        (("CATEGORIES:politie_hovj\n", "CATEGORIES:politie_hovj,piket\n"), [(4, "rol")]),
        ((";TZID=Europe/Amsterdam:20260301T080000", ";VALUE=DATE:20260301"), [(4, "dtstart")]),
        (("DTEND;TZID=Europe/Amsterdam:20260301T200000\n", ""), [(4, "dtend")]),
        (("DTEND;TZID=Europe/Amsterdam:20260301T200000", "DTEND:20261025T023000"), [(4, "dtend")]),
        (("SUMMARY:pol-0007\n", "SUMMARY:pol-0007\nSTATUS:CANCELLED\n"), [(1, "leeg")]),
    ],
)
def test_mistakes_in_a_calendar(change: tuple[str, str], found: list[tuple[int, str]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_icalendar(calendar(EVENT.replace(*change)))
    assert mistakes(caught.value) == found


def without(line: str) -> str:
    """The event without that line."""
    return EVENT.replace(line, "")


def test_both_events_of_a_calendar_are_told_of() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_icalendar(
            calendar(EVENT.replace("SUMMARY:pol-0007\n", ""), EVENT.replace("CATEGORIES:politie_hovj\n", ""))
        )
    assert mistakes(caught.value) == [(4, "medewerker"), (15, "rol")]


def lines_told(read: Callable[[str], list[Duty]], text: str) -> int:
    """How many duties or mistakes came of it; anything else but InvalidInput fails the test."""
    try:
        return len(read(text))
    except InvalidInput as error:
        return len(error.causes)


@given(st.text(max_size=300))
def test_any_text_is_a_roster_or_a_told_mistake(text: str) -> None:
    for read, prefix in ((read_csv, ""), (read_csv, HEAD), (read_icalendar, "")):
        assert lines_told(read, prefix + text) > 0


@given(st.text(alphabet="BEGINDVTCALR:;=\r\n0123456789T-XSUMY", max_size=200))
def test_any_event_is_a_duty_or_a_told_mistake(text: str) -> None:
    assert lines_told(read_icalendar, calendar(f"BEGIN:VEVENT\n{text}\nEND:VEVENT\n")) > 0
