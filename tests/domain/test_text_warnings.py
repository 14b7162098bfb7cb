"""Free text that holds what belongs in a field of its own is pointed out; nothing is blocked and no value repeated."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.catalogue import catalogue
from gateway.domain.text_warnings import passes_eleven_check, text_warnings
from gateway.local.simulate.contents import make_content
from gateway.local.simulate.people import seeded

ADVICE = catalogue().message("weegteam.advies")
# The test numbers of the authorities: they pass the check and were never given to anybody.
NOBODY = "111222333"


def codes(text: str) -> list[str]:
    return [warning.code for warning in text_warnings(ADVICE, {"motivering": text})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"zijn nummer is {NOBODY}.", ["bsn"]),
        ("zijn nummer is 1112.22.333", ["bsn"]),
        ("zijn nummer is 111 222 333", ["bsn"]),
        ("zaaknummer 111222334", []),
        ("000000000", []),
        (f"kenmerk 7{NOBODY}", []),
        ("woont op 1234 AB", ["postcode"]),
        ("woont op 1234AB,", ["postcode"]),
        ("in 2024 ZO GOED ALS", ["postcode"]),  # a false alarm costs a look
        ("artikel 1234 SS", []),
        ("0000XX", []),
        ("woont in de Voorbeeldstraat 12", ["adres"]),
        ("de Verzonnenlaan is lang", []),
        ("liep de straat op om 12 uur", []),
        ("bel 06 12 34 56 78", ["telefoon"]),
        ("bel 06-12345678", ["telefoon"]),
        ("bel +31 6 12345678", ["telefoon"]),
        ("bel 0031612345678 nu", ["telefoon"]),
        ("bel 112", []),
        ("om 09.30 en 10.45 uur", []),
        ("zij is in de vrouwenopvang in Voorbeeldstad", ["opvang"]),
        ("zij slaapt in het Blijfhuis 't Verzinsel", []),  # a name without a capital is not found
        ("zij slaapt in het Blijfhuis 'Verzinsel'", ["opvang"]),
        ("haar schuiladres: Huis Verzonnen", ["opvang"]),
        ("zij zit in een Blijf-van-mijn-lijfhuis te Voorbeelddorp", ["opvang"]),
        ("zij is naar de opvang gebracht", []),
        ("de opvang. Zij belt morgen", []),
        ("de kinderopvangtoeslag van Testje", []),
        ("Voorbeeldweg 3, 1234 AB, 0612345678", ["postcode", "adres", "telefoon"]),
    ],
)
def test_what_a_text_seems_to_hold(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zij verblijft bij huize verzonnen linde", True),
        ("Stichting Huize Verzonnen Linde belde", True),
        ("de opvang Huize Verzonnen Linde belde", True),
        ("huize verzonnen lindelaan", False),
        ("huize", False),
    ],
)
def test_a_shelter_that_is_known_is_found_by_its_name_once(text: str, found: bool) -> None:
    shelters = ["Stichting Huize Verzonnen Linde", "Stichting "]
    warnings = text_warnings(ADVICE, {"motivering": text}, shelters)
    assert [warning.code for warning in warnings] == (["opvang"] if found else [])
    assert "Linde" not in f"{warnings}"


def test_a_warning_names_the_place_and_never_the_value() -> None:
    (warning,) = text_warnings(ADVICE, {"motivering": NOBODY, "alternatief": "niets"})
    assert warning.pointer == "/inhoud/motivering"
    assert NOBODY not in f"{warning}"


def test_texts_within_lists_and_structures_are_read_and_fields_of_their_own_are_not() -> None:
    report = catalogue().message("melding.zorg")
    content = make_content(report, seeded(1), full=True)
    content["melder"] = {**content["melder"], "functie": f"buurvrouw {NOBODY}"}
    content["bsn"] = NOBODY
    assert [(w.pointer, w.code) for w in text_warnings(report, content)] == [
        ("/inhoud/melder/functie", "bsn")
    ]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_invented_contents_give_no_warning(seed: int) -> None:
    for kind in catalogue().messages:
        assert text_warnings(kind, make_content(kind, seeded(seed), full=True)) == ()


@given(number=st.integers(1, 10**8 - 1))
def test_one_wrong_digit_never_passes(number: int) -> None:
    """The last digit is weighed by one, so of ten numbers at most one passes."""
    found = [digit for digit in range(10) if passes_eleven_check(f"{number:08d}{digit}")]
    assert len(found) <= 1


@pytest.mark.parametrize("piece", ["1 ", "0-", "A", "1234 ", "Aa'-", "+31 ", "opvang de ", "blijf van "])
def test_no_text_takes_long(piece: str) -> None:
    started = time.perf_counter()
    codes(piece * (5000 // len(piece)))
    assert time.perf_counter() - started < 1
