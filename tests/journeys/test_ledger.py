"""Control: the ledger sees a loss, a repetition, a disorder and an invention; else its silence says nothing."""

from typing import Any

import pytest

from tests.journeys.ledger import Findings, Ledger, Promise


def delivered(number: int, *, copy: str | None = None) -> dict[str, Any]:
    return {"kopieId": copy or f"k{number}", "berichtId": f"b{number}", "zaakId": "z1", "rol": "r"}


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger()
    for number in (1, 2, 3):
        made.trying(f"b{number}")
        made.promised(
            Promise(message_id=f"b{number}", case_id="z1", number=number, roles=("r",), urgent=number == 3)
        )
    return made


def test_kept_promises_leave_nothing_to_say(ledger: Ledger) -> None:
    other_case = {"kopieId": "x", "berichtId": "y", "zaakId": "z2", "rol": "r"}
    assert not ledger.findings([delivered(3), delivered(1), other_case, delivered(2)])


def test_a_lost_message_is_named(ledger: Ledger) -> None:
    assert ledger.findings([delivered(1), delivered(3)]) == Findings(lost=(("b2", "r"),))


def test_a_copy_handed_over_twice_is_named(ledger: Ledger) -> None:
    found = ledger.findings([delivered(1), delivered(2), delivered(2), delivered(3)])
    assert found.twice == ("b2", "k2")


def test_a_message_in_two_copies_for_one_role_is_named(ledger: Ledger) -> None:
    found = ledger.findings([delivered(1), delivered(2), delivered(2, copy="k2b"), delivered(3)])
    assert found.twice == ("b2",)


def test_a_disorder_is_named_with_the_numbers(ledger: Ledger) -> None:
    assert ledger.findings([delivered(2), delivered(1), delivered(3)]).out_of_order == ("z1 r: [2, 1]",)


def test_a_message_that_nobody_sent_is_named(ledger: Ledger) -> None:
    found = ledger.findings([delivered(1), delivered(2), delivered(3), delivered(4)])
    assert found == Findings(unasked=("b4",))
