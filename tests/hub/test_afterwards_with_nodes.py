"""From the sender's person to the recipient's person and back, over a real hub with OPA and real nodes."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.domain.errors import Conflict, NotFound, Refused
from gateway.domain.identifiers import StaffRef
from gateway.node.ports import Mark
from gateway.node.storage import received
from gateway.node.storage.sender_numbers import report_missing
from gateway.node.usecases.accept import accept_copy
from gateway.node.usecases.conversations import conversations_of
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.overview import MailboxEntry, mailbox, sent_message
from gateway.node.usecases.parts import Person
from gateway.node.usecases.read import read_copy
from gateway.node.usecases.recall import breaches, recall_copy, take_breach_step
from gateway.node.usecases.send import send_message
from gateway.protocol.wire import OinRole
from tests.domain.makers import example_content
from tests.hub.asking import assign, duty
from tests.hub.makers import GEM, KENNISGEVING, POL, VT, RunningHub
from tests.hub.with_nodes import HubWithNodes, hub_with_nodes
from tests.node.makers import AgencySystem, kennisgeving, kennisgeving_content

COORDINATOR = Person(staff=StaffRef("vt-0001"), roles=frozenset({"vt_procescoordinator"}))
OFFICER = Person(staff=StaffRef("pol-0007"), roles=frozenset({"politie_hovj"}))
HOVJ = OinRole(oin=POL, rol="politie_hovj")
WIJK = OinRole(oin=POL, rol="politie_wijkagent")


@pytest.fixture
async def whole(hub: RunningHub, tmp_path: Path) -> AsyncIterator[HubWithNodes]:
    async with hub_with_nodes(hub, tmp_path) as made:
        yield made


async def notice(whole: HubWithNodes, *, system: AgencySystem | None = None) -> Draft:
    """A case that Veilig Thuis opened, and its notice to the police, sent and not yet posted."""
    vt, _ = whole.node(VT), whole.node(POL, system=system)
    request = kennisgeving(
        message_type="screening.verzoek",
        case_id=str(uuid4()),
        municipality="9901",
        recipients=[OinRole(oin=GEM, rol="gemeente_jurist")],
        content=example_content("screening.verzoek", pleger_meerderjarig=True, situatie="B_geen_acuut_hg"),
    )
    await send_message(vt.parts, COORDINATOR, request)
    content = kennisgeving_content(pleger_meerderjarig=True, zonder_weegteam=True)
    draft = kennisgeving(case_id=request.case_id, recipients=[HOVJ, WIJK], content=content)
    await send_message(vt.parts, COORDINATOR, draft)
    police = whole.hub.node(POL, "politie_hovj", OFFICER.staff)
    assert (await duty(police)).answer.status == 200
    assert (await assign(police, draft.case_id)).answer.status == 200
    return draft


async def seen(whole: HubWithNodes, message_type: str = KENNISGEVING) -> MailboxEntry:
    entries = await mailbox(whole.node(POL).parts, OFFICER)
    return next(entry for entry in entries if entry.copy.message_type == message_type)


async def test_an_unopened_message_is_taken_back_and_destroyed_and_the_sender_has_it_signed(
    whole: HubWithNodes,
) -> None:
    draft = await notice(whole)
    await whole.settle()
    vt, police = whole.node(VT).parts, whole.node(POL).parts
    copy = (await seen(whole)).copy
    assert b"jwe" in copy.item
    decided = await recall_copy(
        vt, COORDINATOR, draft.message_id, recipient=HOVJ, reason="verkeerde_ontvanger"
    )
    assert (decided.outcome, decided.breach_id) == ("teruggehaald", None)
    with pytest.raises(Refused, match="kopie-teruggehaald"):  # its node has not heard of it yet
        await read_copy(police, OFFICER, copy.copy_id, purpose="screening")
    await whole.settle()
    entry = await seen(whole)
    assert (entry.copy.item, entry.marks) == (b"", (Mark.RECALLED,))
    for use in (
        read_copy(police, OFFICER, copy.copy_id, purpose="screening"),
        accept_copy(police, OFFICER, copy.copy_id),
    ):
        with pytest.raises(Refused, match="kopie-teruggehaald"):
            await use
    sent = await sent_message(vt, COORDINATOR, draft.message_id)
    assert [(r.copy_id, r.attested) for r in sent.recalls] == [(copy.copy_id, "vernietigd")]
    assert {c.role: c.status for c in sent.copies}["politie_hovj"] == "teruggehaald"
    assert await breaches(vt, COORDINATOR, "vt_procescoordinator") == []


async def test_a_message_that_was_never_posted_leaves_no_trace_at_the_recipient(whole: HubWithNodes) -> None:
    draft = await notice(whole)
    vt, police = whole.node(VT).parts, whole.node(POL)
    await recall_copy(vt, COORDINATOR, draft.message_id, recipient=HOVJ, reason="verkeerde_ontvanger")
    await whole.settle()
    assert (await mailbox(police.parts, OFFICER)).entries == ()


async def test_a_recall_that_overtakes_its_copy_keeps_it_out_and_no_number_is_missed(
    whole: HubWithNodes,
) -> None:
    draft = await notice(whole)
    await whole.post()
    vt, police = whole.node(VT).parts, whole.node(POL)
    held = list(police.inbox.waiting[False])
    police.inbox.waiting[False].clear()
    await recall_copy(vt, COORDINATOR, draft.message_id, recipient=HOVJ, reason="verkeerde_zaak")
    second = kennisgeving(case_id=draft.case_id, recipients=[HOVJ], content=draft.content)
    await send_message(vt, COORDINATOR, second)
    await whole.settle()
    for data in held:
        police.inbox.put(data)
    await whole.settle()
    entries = (await mailbox(police.parts, OFFICER)).entries
    assert [entry.copy.message_id for entry in entries] == [second.message_id]
    assert entries[0].marks == ()  # it waited for no predecessor
    assert [r.kind for r in entries[0].receipts] == ["technisch", "functioneel"]
    late = whole.hub.hands.now.replace(year=2027)
    assert await police.parts.database.write(lambda c: report_missing(c, late)) == ()
    assert await police.parts.database.read(received.quarantined) == ()


async def test_an_opened_message_becomes_a_breach_with_its_file_at_the_sender(whole: HubWithNodes) -> None:
    draft = await notice(whole)
    await whole.settle()
    vt, police = whole.node(VT).parts, whole.node(POL).parts
    copy = (await seen(whole)).copy
    await read_copy(police, OFFICER, copy.copy_id, purpose="screening")
    decided = await recall_copy(vt, COORDINATOR, draft.message_id, recipient=HOVJ, reason="verkeerde_persoon")
    assert decided.outcome == "datalek"
    await whole.settle()
    entry = await seen(whole)
    assert (entry.copy.item, entry.marks) == (b"", (Mark.RECALLED,))  # told to use it no more, and erased
    (file,) = await breaches(vt, COORDINATOR, "vt_procescoordinator")
    assert (file.datalek_id, file.oorzaak) == (decided.breach_id, "geopend")
    assert "woonadres" in {field.veld for field in file.velden}
    stepped = await take_breach_step(
        vt, COORDINATOR, file.datalek_id, role="vt_procescoordinator", step="gemeld_ap", reason=None
    )
    assert [step.stap for step in stepped.stappen] == ["gemeld_ap"]
    with pytest.raises(Conflict, match="stap-past-niet"):
        await take_breach_step(
            vt, COORDINATOR, file.datalek_id, role="vt_procescoordinator", step="gesloten", reason=None
        )
    sent = await sent_message(vt, COORDINATOR, draft.message_id)
    assert [r.attested for r in sent.recalls] == ["geopend"]


async def test_what_the_agencys_system_took_over_is_a_breach_as_well(whole: HubWithNodes) -> None:
    system = AgencySystem()
    draft = await notice(whole, system=system)
    await whole.settle()
    vt = whole.node(VT).parts
    decided = await recall_copy(vt, COORDINATOR, draft.message_id, recipient=HOVJ, reason="zonder_grondslag")
    assert decided.outcome == "teruggehaald"  # as far as the hub could know
    await whole.settle()
    (file,) = await breaches(vt, COORDINATOR, "vt_procescoordinator")
    assert file.oorzaak == "in_systeem"
    assert list(system.told) == [f"{decided.copy_id}.datalek"]


async def test_a_recall_by_another_role_or_of_a_recipient_that_got_nothing_is_not_found(
    whole: HubWithNodes,
) -> None:
    draft = await notice(whole)
    vt = whole.node(VT).parts
    other = Person(staff=StaffRef("vt-0002"), roles=frozenset({"vt_medewerker"}))
    nobody = OinRole(oin=GEM, rol="gemeente_jurist")
    with pytest.raises(NotFound):
        await recall_copy(vt, other, draft.message_id, recipient=HOVJ, reason="verkeerde_ontvanger")
    with pytest.raises(NotFound):
        await recall_copy(vt, COORDINATOR, draft.message_id, recipient=nobody, reason="verkeerde_ontvanger")


@pytest.mark.parametrize(
    ("kind", "mark"), [("ten_onrechte_verzonden", Mark.WITHDRAWN), ("betwist", Mark.CONTESTED)]
)
async def test_a_correction_without_recipients_reaches_everybody_through_the_real_policy(
    whole: HubWithNodes, kind: str, mark: Mark
) -> None:
    draft = await notice(whole)
    await whole.settle()
    content = {"bericht_id": draft.message_id, "soort": kind, "velden": ["woonadres"]}
    correction = kennisgeving(
        case_id=draft.case_id, message_type="bericht.correctie", recipients=[], content=content
    )
    await send_message(whole.node(VT).parts, COORDINATOR, correction)
    await whole.settle()
    sent = await sent_message(whole.node(VT).parts, COORDINATOR, correction.message_id)
    assert {(c.oin, c.role) for c in sent.copies} == {(POL, "politie_hovj"), (POL, "politie_wijkagent")}
    assert (await seen(whole)).marks == (mark,)
    told = (await seen(whole, "bericht.correctie")).copy
    reading = await read_copy(whole.node(POL).parts, OFFICER, told.copy_id, purpose="systeem")
    assert reading.content == content
    assert await accept_copy(whole.node(POL).parts, OFFICER, told.copy_id)
    assert (await seen(whole)).marks == ((mark,) if mark is Mark.CONTESTED else ())


async def test_an_answer_to_a_contested_message_says_so_through_the_real_hub(whole: HubWithNodes) -> None:
    draft = await notice(whole)
    await whole.settle()
    content = {"bericht_id": draft.message_id, "soort": "betwist", "velden": ["woonadres"]}
    correction = kennisgeving(
        case_id=draft.case_id, message_type="bericht.correctie", recipients=[], content=content
    )
    await send_message(whole.node(VT).parts, COORDINATOR, correction)
    await whole.settle()
    answer = kennisgeving(
        case_id=draft.case_id,
        message_type="screening.gepland.bevestiging",
        role="politie_hovj",
        staff=OFFICER.staff,
        in_reply_to=draft.message_id,
        recipients=[OinRole(oin=VT, rol="vt_procescoordinator")],
        content={"kennisgeving_id": draft.message_id, "reactie": "ingepland"},
    )
    await send_message(whole.node(POL).parts, OFFICER, answer)
    await whole.settle()
    entries = await mailbox(whole.node(VT).parts, COORDINATOR)
    (entry,) = (each for each in entries if each.copy.message_id == answer.message_id)
    assert entry.marks == (Mark.CONTESTED,)


async def test_people_see_how_it_stands_with_the_answers(whole: HubWithNodes) -> None:
    draft = await notice(whole)
    await whole.settle()
    vt, police = whole.node(VT).parts, whole.node(POL).parts
    answer = kennisgeving(
        case_id=draft.case_id,
        message_type="screening.gepland.bevestiging",
        role="politie_hovj",
        staff=OFFICER.staff,
        in_reply_to=draft.message_id,
        recipients=[OinRole(oin=VT, rol="vt_procescoordinator")],
        content={"kennisgeving_id": draft.message_id, "reactie": "ingepland"},
    )
    before = await conversations_of(vt, [draft.message_id])
    assert before is not None
    assert before[draft.message_id].verwacht[0].stand == "wacht"
    await send_message(police, OFFICER, answer)
    after = await conversations_of(vt, [draft.message_id, answer.message_id])
    assert after is not None
    assert after[draft.message_id].verwacht[0].stand == "beantwoord"
    assert after[answer.message_id].antwoord_op == draft.message_id
