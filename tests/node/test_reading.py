"""Opening and accepting: the hub decides each time, and what is shown is what both copy and decision allow."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import NotFound, Refused
from gateway.domain.identifiers import StaffRef
from gateway.node.usecases.accept import accept_copy
from gateway.node.usecases.overview import mailbox, sent_message
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.reading import Reading, left_out_of_copy
from gateway.node.usecases.send import send_message
from gateway.protocol.manifest import ManifestField
from gateway.protocol.questions import ReadAnswer, ReadQuestion
from gateway.protocol.subjects import Verb
from tests.node.makers import (
    HOVJ_ON_DUTY,
    KENNISGEVING,
    PROCESCOORDINATOR,
    Exchange,
    kennisgeving,
    kennisgeving_content,
)

COLLEAGUE = Person(staff=StaffRef("pol-0008"), roles=frozenset({"politie_hovj"}))


async def arrived(exchange: Exchange, **changes: object) -> str:
    """The id of a copy that the police have."""
    draft = kennisgeving(**changes)
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    return exchange.hub.accepted[draft.message_id].statements[0].context.kopie_id


async def opened(exchange: Exchange, copy_id: str, purpose: str | None = "screening") -> Reading:
    return await read_copy(exchange.police.parts, HOVJ_ON_DUTY, copy_id, purpose=purpose)


async def test_a_copy_is_shown_whole_when_both_allow_it(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    reading = await opened(exchange, copy_id)
    assert reading.content == kennisgeving_content()
    assert reading.left_out == ()
    assert reading.purpose == "screening"


async def test_what_the_decision_on_reading_withholds_is_left_out_and_named_with_its_reason(
    exchange: Exchange,
) -> None:
    copy_id = await arrived(exchange)
    exchange.hub.policy.reading = {"onderbouwing_gevaar": "deny", "woonadres": "M_GEM", "kinderen": "M_KIND"}
    reading = await opened(exchange, copy_id)
    assert "onderbouwing_gevaar" not in reading.content
    assert reading.content["woonadres"] == {"gemeentecode": "9901", "binnen_regio": True}
    assert set(reading.content["kinderen"]) == {"aantal", "leeftijden"}
    assert {(e.field, e.by_reading, e.reason_nl) for e in reading.left_out} == {
        ("onderbouwing_gevaar", True, "Omdat de proef het zegt."),
        ("woonadres", True, "Omdat de proef het zegt."),
        ("kinderen", True, "Omdat de proef het zegt."),
    }


async def test_a_masked_field_is_never_unmasked_by_a_wider_decision(exchange: Exchange) -> None:
    exchange.hub.policy.choices["politie_hovj"] = {"woonadres": "M_GEM", "onderbouwing_gevaar": "deny"}
    copy_id = await arrived(exchange)
    reading = await opened(exchange, copy_id)
    assert reading.content["woonadres"] == {"gemeentecode": "9901", "binnen_regio": True}
    assert "onderbouwing_gevaar" not in reading.content
    assert {(e.field, e.by_reading) for e in reading.left_out} == {
        ("woonadres", False),
        ("onderbouwing_gevaar", False),
    }


async def test_of_two_different_masks_nothing_is_shown(exchange: Exchange) -> None:
    exchange.hub.policy.choices["politie_hovj"] = {"woonadres": "M_GEM"}
    copy_id = await arrived(exchange)
    exchange.hub.policy.reading = {"woonadres": "M_JN"}
    assert "woonadres" not in (await opened(exchange, copy_id)).content


async def test_a_field_that_the_decision_does_not_name_is_not_shown(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    honest = exchange.hub._read

    def read(question: ReadQuestion) -> ReadAnswer:
        answer = honest(question)
        return answer.model_copy(update={"velden": answer.velden[1:]})

    exchange.hub._read = read  # type: ignore[method-assign]
    reading = await opened(exchange, copy_id)
    assert "persoon_pleger" not in reading.content
    assert [(e.field, e.rule) for e in reading.left_out] == [("persoon_pleger", "G00_default")]


async def test_a_reader_without_a_purpose_sees_nothing_and_opens_nothing(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    with pytest.raises(Refused) as refused:
        await opened(exchange, copy_id, purpose=None)
    assert refused.value.rule == "G02_geen_doel"
    assert exchange.hub.copies[copy_id].receipts == ["technisch", "functioneel"]
    await exchange.police.report()
    assert exchange.hub.copies[copy_id].receipts == ["technisch", "functioneel"]


async def test_without_the_hub_nothing_is_shown(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    exchange.hub.down = True
    with pytest.raises(Exception, match="hub-onbereikbaar"):
        await opened(exchange, copy_id)


async def test_an_answer_about_another_copy_opens_nothing(exchange: Exchange) -> None:
    copy_id, other = await arrived(exchange), await arrived(exchange)
    honest = exchange.hub._read

    def read(question: ReadQuestion) -> ReadAnswer:
        return honest(question).model_copy(update={"kopie_id": other})

    exchange.hub._read = read  # type: ignore[method-assign]
    with pytest.raises(Refused):
        await opened(exchange, copy_id)


async def test_the_hub_is_asked_at_every_opening_and_told_of_the_first(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    for _ in range(3):
        await opened(exchange, copy_id)
    await exchange.police.report()
    assert [verb for verb, _ in exchange.hub.asked].count(Verb.READ) == 3
    assert exchange.hub.copies[copy_id].receipts == ["technisch", "functioneel", "geopend"]


async def test_acceptance_reaches_hub_and_sender_and_the_first_person_counts(exchange: Exchange) -> None:
    draft = kennisgeving()
    await send_message(exchange.vt.parts, PROCESCOORDINATOR, draft)
    await exchange.police.round()
    (copy_id,) = exchange.hub.copies
    assert await accept_copy(exchange.police.parts, HOVJ_ON_DUTY, copy_id)
    assert await accept_copy(exchange.police.parts, COLLEAGUE, copy_id)
    await exchange.vt.receive()
    entry = await sent_message(exchange.vt.parts, PROCESCOORDINATOR, draft.message_id)
    assert [(r.kind, r.staff) for r in entry.receipts][-1] == ("aanvaard", "pol-0007")
    assert [copy.status for copy in entry.copies] == ["aanvaard"]


async def test_acceptance_while_the_hub_is_away_is_kept_and_goes_later(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    exchange.hub.down = True
    assert not await accept_copy(exchange.police.parts, HOVJ_ON_DUTY, copy_id)
    exchange.hub.down = False
    exchange.clock.now = exchange.clock.now.replace(hour=3)
    await exchange.police.report()
    assert exchange.hub.copies[copy_id].receipts[-1] == "aanvaard"
    (entry,) = await mailbox(exchange.police.parts, HOVJ_ON_DUTY)
    assert [r.kind for r in entry.receipts] == ["technisch", "functioneel", "aanvaard"]


async def test_a_copy_that_does_not_exist_and_one_for_another_role_look_alike(exchange: Exchange) -> None:
    copy_id = await arrived(exchange)
    stranger = Person(staff=StaffRef("pol-9"), roles=frozenset({"politie_zsm"}))
    for asked in (copy_id, "00000000-0000-4000-8000-000000000000"):
        for use in (accept_copy(exchange.police.parts, stranger, asked),
                    read_copy(exchange.police.parts, stranger, asked, purpose="zsm")):  # fmt: skip
            with pytest.raises(NotFound) as refused:
                await use
            assert refused.value.code == "niet-gevonden"


FIELDS = [field.name for field in catalogue().message(KENNISGEVING).fields]
CHOICES = st.sampled_from(["allow", "deny", "M_JN", "M_GEM", "M_KIND", "M_UITKOMST", "M_SAM", "M_PSEUDO"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    copied=st.dictionaries(st.sampled_from(FIELDS), CHOICES),
    read=st.dictionaries(st.sampled_from(FIELDS), CHOICES),
    filled=st.booleans(),
)
async def test_a_reading_never_shows_more_than_either_and_its_list_says_nothing_about_values(
    exchange: Exchange, copied: dict[str, str], read: dict[str, str], filled: bool
) -> None:
    exchange.hub.policy.choices["politie_hovj"] = copied
    exchange.hub.policy.reading = read
    content = kennisgeving_content() if filled else kennisgeving_content(bsn_pleger=None, tolk_taal=None)
    reading = await opened(exchange, await arrived(exchange, content=content))
    original = kennisgeving_content()
    for name, value in reading.content.items():
        choices = {copied.get(name, "allow"), read.get(name, "allow")}
        assert "deny" not in choices
        if value == original.get(name):
            continue
        assert choices != {"allow"}
    strict = {f for f in FIELDS if copied.get(f, "allow") == "deny" or read.get(f, "allow") == "deny"}
    assert strict <= {each.field for each in reading.left_out}
    assert not strict & set(reading.content)


def test_a_rule_of_a_later_policy_is_named_and_never_said_in_the_words_of_another() -> None:
    kind = catalogue().message("screening.gepland.kennisgeving")
    manifest = [
        ManifestField(
            veld=field.name, categorie=field.category, besluit="deny", masker=None, regel="G99_van_later"
        )
        for field in kind.fields
    ]
    found = left_out_of_copy(kind, manifest)
    assert len(found) == len(kind.fields)
    assert {(each.rule, each.reason_nl, each.reason_en, each.article) for each in found} == {
        ("G99_van_later", "Regel G99_van_later.", "Rule G99_van_later.", "")
    }
    nobody_elses = {text.nl for text in catalogue().rules.values()}
    assert not {each.reason_nl for each in found} & nobody_elses


def test_what_a_row_withheld_names_no_article_that_only_its_decision_knows() -> None:
    assert catalogue().words("matrix").article == ""
    assert catalogue().words("G15_melder") == catalogue().rule_text("G15_melder")
