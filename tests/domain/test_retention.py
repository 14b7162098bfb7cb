"""Five years on the clock in the Netherlands, never a day too long."""

from datetime import UTC, datetime

import pytest

from gateway.domain.case_facts import CaseFacts, FactEntry
from gateway.domain.identifiers import MessageId, Oin, StateId
from gateway.domain.retention import kept_until, runs_on


@pytest.mark.parametrize(
    ("closed", "until"),
    [
        (datetime(2026, 3, 1, 1, 10, tzinfo=UTC), datetime(2031, 3, 1, 1, 10, tzinfo=UTC)),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), datetime(2031, 6, 30, 22, 30, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), datetime(2033, 2, 28, 12, 0, tzinfo=UTC)),
    ],
)
def test_kept_for_five_years(closed: datetime, until: datetime) -> None:
    assert kept_until(closed) == until


def case_of(*messages: tuple[str, dict[str, object]]) -> CaseFacts:
    entries = tuple(
        FactEntry(
            message_id=MessageId(f"m-{place}"),
            message=message,
            sender=Oin("00000099000000001000"),
            facts=facts,
        )
        for place, (message, facts) in enumerate(messages)
    )
    return CaseFacts(state=StateId("gesloten"), entries=entries)


ASKED: tuple[str, dict[str, object]] = ("vovo.ingediend", {})
APPEALED: tuple[str, dict[str, object]] = ("vovo.ingediend", {"beroep_ingesteld": True})


def ruled(kind: str) -> tuple[str, dict[str, object]]:
    return "rechter.uitspraak", {"soort": kind, "uitkomst": "ongegrond"}


@pytest.mark.parametrize(
    ("messages", "running"),
    [
        ([], None),
        ([ASKED], "beroep"),
        ([ASKED, ruled("vovo")], None),
        ([APPEALED, ruled("vovo")], "beroep"),
        ([APPEALED, ruled("vovo"), ruled("beroep")], None),
        ([APPEALED, ruled("hoger_beroep")], None),
        ([ASKED, ruled("vovo"), ASKED], "beroep"),
        ([("overtreding.melding", {"stand": "vastgesteld"})], "overtreding"),
        (
            [
                ("overtreding.melding", {"stand": "vastgesteld"}),
                ("overtreding.melding", {"stand": "afgedaan"}),
            ],
            None,
        ),
    ],
)
def test_an_appeal_or_a_breach_runs_until_it_is_ended(
    messages: list[tuple[str, dict[str, object]]], running: str | None
) -> None:
    assert runs_on(case_of(*messages), datetime(2031, 3, 1, tzinfo=UTC)) == running
