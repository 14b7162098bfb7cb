"""Time, identifiers, errors and verdicts: the small values that everything is made of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.clock import (
    calendar_days,
    earliest_end,
    latest_end,
    parse_date,
    parse_time,
    rfc3339,
)
from gateway.domain.decision import FieldDecision, Obligation, RecipientDecision, Verdict
from gateway.domain.errors import (
    InvalidInput,
    InvalidValue,
    NotFound,
    PlanStale,
    Refused,
    SchakelError,
    Unavailable,
)
from gateway.domain.identifiers import (
    CategoryId,
    MaskId,
    Oin,
    PurposeId,
    RoleId,
    RuleId,
    new_id,
    parse_oin,
    parse_staff_ref,
    parse_uuid,
)

MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2060, 1, 1)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001


@given(MOMENTS)
def test_time_survives_writing_and_reading_to_the_millisecond(moment: datetime) -> None:
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse_time(rfc3339(moment)) == cut


def test_a_naive_time_is_never_written() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        rfc3339(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01t00:00:00z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T00:00:60Z",
        "20260101T000000Z",
        "2026-01-01T00:00:00.1234567Z",
        "0001-01-01T00:00:00+14:00",
        "2026-01-01T00:00:00Z\n",
        "٢٠٢٦-01-01T00:00:00Z",
        1767225600,
        None,
    ],
)
def test_a_time_that_is_no_instant_is_refused_without_repeating_it(text: object) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_time(text)
    assert str(text) not in str(caught.value)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-2-1", "20260201", "2026-02-01\n", 20260201])
def test_a_date_that_is_no_day_is_refused(text: object) -> None:
    with pytest.raises(InvalidValue):
        parse_date(text)


def test_a_ban_of_ten_days_ends_at_the_same_clock_time_across_the_clock_change() -> None:
    start = parse_time("2026-03-24T02:10:00+01:00")
    assert rfc3339(latest_end(start, 10)) == "2026-04-03T00:10:00.000Z"
    assert calendar_days(start, latest_end(start, 10)) == 10
    assert calendar_days(start, start + timedelta(hours=240)) is None


def test_an_end_that_occurs_twice_is_the_later_for_a_ban_and_the_earlier_for_a_duty() -> None:
    start = parse_time("2026-10-15T02:30:00+02:00")
    assert rfc3339(latest_end(start, 10)) == "2026-10-25T01:30:00.000Z"
    assert rfc3339(earliest_end(start, 10)) == "2026-10-25T00:30:00.000Z"


def test_an_end_that_is_skipped_is_the_later_for_a_ban() -> None:
    start = parse_time("2026-03-19T02:30:00+01:00")
    assert rfc3339(latest_end(start, 10)) == "2026-03-29T01:30:00.000Z"


@given(MOMENTS, st.integers(0, 400))
def test_calendar_days_counts_what_latest_end_added(start: datetime, days: int) -> None:
    assert calendar_days(start, latest_end(start, days)) == days


@pytest.mark.parametrize(
    "text", ["0000009900000000000", "000000990000000000011", "0000009900000000000a", "٠" * 20, 7]
)
def test_what_is_no_oin_is_refused(text: object) -> None:
    with pytest.raises(InvalidValue):
        parse_oin(text)


@pytest.mark.parametrize(
    "text", ["", "0189BD44-AFBD-4CBB-8644-F2670070C484", "0189bd44afbd4cbb8644f2670070c484", 7]
)
def test_a_uuid_has_one_spelling(text: object) -> None:
    with pytest.raises(InvalidValue):
        parse_uuid(text)


def test_a_new_id_is_a_uuid_and_every_time_another() -> None:
    made = {new_id() for _ in range(100)}
    assert {parse_uuid(each) for each in made} == made
    assert len(made) == 100


@pytest.mark.parametrize("text", ["jan@verzonnen.example", "Jan van Verzonnen", "", "m" * 65, "-m"])
def test_a_staff_reference_is_no_name_and_no_address(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_staff_ref(text)


def every_error(root: type[SchakelError]) -> list[type[SchakelError]]:
    return [root, *(each for child in root.__subclasses__() for each in every_error(child))]


def test_every_error_has_a_code_and_a_sentence_in_two_languages() -> None:
    for error in every_error(SchakelError):
        assert error.default_code == error.default_code.lower().replace("_", "-")
        assert error.default_nl.endswith(".")
        assert error.default_en.endswith(".")


def test_errors_carry_what_their_reader_needs() -> None:
    refused = Refused(rule="G07_niet_bevoegd_gebied", article="Wth 2(1)", next_step_nl="Bel de eigenaar.")
    assert (refused.rule, refused.article, refused.next_step_nl) == (
        "G07_niet_bevoegd_gebied",
        "Wth 2(1)",
        "Bel de eigenaar.",
    )
    assert PlanStale(plan={"revisie": "r2"}).plan == {"revisie": "r2"}
    assert Unavailable(retry_after_s=3, code="beslispunt-onbereikbaar").retry_after_s == 3
    assert str(NotFound()) == "niet-gevonden: Not found."
    assert InvalidInput().causes == ()


def decision(verdict: Verdict, mask: str | None = None, field: str = "veld") -> FieldDecision:
    return FieldDecision(
        field=field,
        category=CategoryId("procesgegevens"),
        decision=verdict,
        mask=None if mask is None else MaskId(mask),
        rule=RuleId("matrix"),
        reason_nl="",
        reason_en="",
        article="",
        article_status="",
    )


def recipient(
    *fields: FieldDecision, allowed: bool = True, obligations: tuple[Obligation, ...] = ()
) -> RecipientDecision:
    return RecipientDecision(
        oin=Oin("00000099000000000001"),
        role=RoleId("politie_hovj"),
        allowed=allowed,
        rule=RuleId("matrix"),
        purpose=PurposeId("screening"),
        fields=fields,
        obligations=obligations,
        reason_nl="",
        reason_en="",
        article="",
    )


ALLOW, MASK, DENY = decision(Verdict.ALLOW), decision(Verdict.MASK, "M_JN"), decision(Verdict.DENY)
OTHER_MASK = decision(Verdict.MASK, "M_SAM")


@pytest.mark.parametrize(
    ("ours", "theirs", "stricter"),
    [
        (DENY, MASK, True),
        (MASK, ALLOW, True),
        (DENY, ALLOW, True),
        (ALLOW, MASK, False),
        (MASK, DENY, False),
        (MASK, MASK, False),
        (DENY, DENY, False),
        (MASK, OTHER_MASK, True),
        (OTHER_MASK, MASK, True),
    ],
)
def test_which_decision_is_stricter(ours: FieldDecision, theirs: FieldDecision, *, stricter: bool) -> None:
    assert ours.stricter_than(theirs) is stricter


def test_a_mask_goes_with_the_verdict_mask_only() -> None:
    with pytest.raises(ValueError, match="goes with the verdict mask"):
        decision(Verdict.ALLOW, "M_JN")
    with pytest.raises(ValueError, match="goes with the verdict mask"):
        decision(Verdict.MASK)


def test_a_recipient_decision_is_stricter_when_a_copy_made_with_the_other_would_break_it() -> None:
    duty = Obligation(id="O_KIND_IN_PERSONEN", parameters={"rol": "kind"})
    assert recipient(MASK).stricter_than(recipient(ALLOW))
    assert recipient().stricter_than(recipient(ALLOW))
    assert recipient(allowed=False).stricter_than(recipient(ALLOW))
    assert recipient(ALLOW, obligations=(duty,)).stricter_than(recipient(ALLOW))
    assert not recipient(ALLOW).stricter_than(recipient(ALLOW, obligations=(duty,)))
    assert not recipient(ALLOW).stricter_than(recipient(MASK))
    assert not recipient().stricter_than(recipient(DENY))
    assert not recipient(allowed=False).stricter_than(recipient(ALLOW, allowed=False))
