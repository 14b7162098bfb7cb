"""Taking a copy back: while nobody has opened it, and what comes of it when somebody has. Attacks by name."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audit.events import EventTag
from gateway.domain.clock import rfc3339
from gateway.hub.storage.recall_tables import copy_fates
from gateway.hub.storage.situations import load_situation
from gateway.hub.storage.tables import deliveries, log_leaves
from gateway.hub.usecases.recall_chores import attend_recalls
from gateway.protocol.subjects import Verb
from tests.hub.asking import ask_reading, assign, decide, duty
from tests.hub.makers import (
    CANARY,
    ELDERS,
    GEM,
    POL,
    VT,
    Draft,
    OpenCase,
    RunningHub,
    Sender,
    notify_police,
    open_case,
)
from tests.hub.recalling import (
    context_for,
    destruction_question,
    files_of,
    recall_question,
    take_back,
    take_step,
    waiting_for,
)

HOVJ = "politie_hovj"


async def sent_and_on_duty(hub: RunningHub) -> tuple[OpenCase, Draft, Sender]:
    case = await open_case(hub)
    notice = await notify_police(case)
    police = hub.node(POL, HOVJ, "pol-0007")
    assert (await duty(police)).answer.status == 200
    return case, notice, police


async def published(hub: RunningHub, copy_id: str) -> None:
    """As the relay records it."""
    await asyncio.to_thread(_publish, hub, copy_id)


def _publish(hub: RunningHub, copy_id: str) -> None:
    with hub.store.engines.writing.begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.copy_id == copy_id).values(progress=1))


async def tags(hub: RunningHub) -> list[str]:
    """What the log says happened."""
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    return [json.loads(body)["wat"] for body in bodies]


async def test_an_undelivered_copy_leaves_the_outbox_and_nobody_is_told(each_hub: RunningHub) -> None:
    """The wrong recipient never learns that there was a message, or a case."""
    case, notice, police = await sent_and_on_duty(each_hub)
    assert await waiting_for(each_hub, POL) == ["kopie", "kopie", "kopie"]
    reply = await take_back(case.vt, notice, HOVJ)
    assert (reply.answer.status, reply.answer.body["uitkomst"]) == (200, "teruggehaald"), reply.answer.body
    assert await waiting_for(each_hub, POL) == ["kopie", "kopie"]
    await attend_recalls(each_hub.store.reader, each_hub.store.writer, each_hub.hands.now)
    assert await waiting_for(each_hub, POL) == ["kopie", "kopie"]
    refused = await ask_reading(police, context_for(notice, HOVJ).kopie_id, "screening")
    assert (refused.answer.status, refused.answer.body["code"]) == (403, "kopie-teruggehaald")
    assert EventTag.COPY_RECALLED in await tags(each_hub)


async def test_a_copy_that_turns_out_to_be_delivered_is_recalled_at_its_recipient(hub: RunningHub) -> None:
    """Published in the same instant as the recall: the receipt of its node shows it."""
    case, notice, police = await sent_and_on_duty(hub)
    await take_back(case.vt, notice, HOVJ)
    await hub.ask(Verb.RECEIPT, POL, police.receipt(notice, "technisch"))
    await attend_recalls(hub.store.reader, hub.store.writer, hub.hands.now)
    assert (await waiting_for(hub, POL)).count("terughaling") == 1
    await attend_recalls(hub.store.reader, hub.store.writer, hub.hands.now)
    assert (await waiting_for(hub, POL)).count("terughaling") == 1


async def test_a_delivered_unopened_copy_is_recalled_at_once_and_its_destruction_attested(
    hub: RunningHub,
) -> None:
    case, notice, police = await sent_and_on_duty(hub)
    await published(hub, context_for(notice, HOVJ).kopie_id)
    await take_back(case.vt, notice, HOVJ)
    assert (await waiting_for(hub, POL)).count("terughaling") == 1
    for _ in range(2):
        attested = await decide(police, destruction_question(police, notice, "vernietigd"))
        assert attested.answer.body["uitkomst"] == "vernietigd", attested.answer.body
    assert (await waiting_for(hub, VT)).count("vernietiging") == 1
    assert await files_of(case.vt) == []
    assert (await tags(hub)).count(EventTag.COPY_DESTROYED) == 1
    worse = await decide(police, destruction_question(police, notice, "in_systeem"))
    assert worse.answer.body["uitkomst"] == "in_systeem"  # it was being handed over in that very moment
    better = await decide(police, destruction_question(police, notice, "vernietigd"))
    assert better.answer.body["uitkomst"] == "in_systeem"
    assert [file["oorzaak"] for file in await files_of(case.vt)] == ["in_systeem"]


async def test_nothing_is_decided_on_a_copy_that_was_taken_back(each_hub: RunningHub) -> None:
    """That it once reached a role assigns nobody, opens no question and is no copy that the agency holds."""
    case, notice, _ = await sent_and_on_duty(each_hub)

    async def reached() -> set[str]:
        situation = await each_hub.store.reader.read(
            lambda c: load_situation(c, case_id=case.case_id, oin=POL, now=rfc3339(each_hub.hands.now))
        )
        return {r.role for r in situation.received if r.message_id == notice.message_id}

    before = await reached()
    await take_back(case.vt, notice, HOVJ)
    assert HOVJ in before
    assert await reached() == before - {HOVJ}


async def test_an_opened_copy_opens_a_breach_file_with_names_and_no_content(each_hub: RunningHub) -> None:
    case, notice, police = await sent_and_on_duty(each_hub)
    copy_id = context_for(notice, HOVJ).kopie_id
    assert (await assign(police, case.case_id)).answer.status == 200
    read = await ask_reading(police, copy_id, "screening")
    assert read.answer.status == 200, read.answer.body
    await published(each_hub, copy_id)
    reply = await take_back(case.vt, notice, HOVJ)
    assert reply.answer.body["uitkomst"] == "datalek"
    (file,) = await files_of(case.vt)
    assert file["datalekId"] == reply.answer.body["datalekId"]
    assert (file["ontvanger"], file["oorzaak"]) == ({"oin": POL, "rol": HOVJ}, "geopend")
    assert (file["bekendOp"], file["meldenVoor"]) == ("2026-03-01T01:10:00.000Z", "2026-03-04T01:10:00.000Z")
    assert {"veld": "woonadres", "categorie": "woonadres", "masker": None} in file["velden"]
    assert CANARY not in str(file)
    assert "terughaling" in await waiting_for(each_hub, POL)
    again = await ask_reading(police, copy_id, "screening")
    assert again.answer.body["code"] == "kopie-teruggehaald"


@pytest.mark.parametrize("outcome", ["in_systeem", "geopend"])
async def test_what_the_recipients_node_knew_alone_opens_a_file_as_well(
    hub: RunningHub, outcome: str
) -> None:
    case, notice, police = await sent_and_on_duty(hub)
    await take_back(case.vt, notice, HOVJ)
    await decide(police, destruction_question(police, notice, outcome))
    (file,) = await files_of(case.vt)
    assert file["oorzaak"] == outcome


async def test_an_opening_without_the_hub_that_shows_later_opens_a_file(hub: RunningHub) -> None:
    case, notice, police = await sent_and_on_duty(hub)
    assert (await take_back(case.vt, notice, HOVJ)).answer.body["uitkomst"] == "teruggehaald"
    opened = await hub.ask(Verb.RECEIPT, POL, police.receipt(notice, "geopend", staff="pol-0007"))
    assert opened.answer.status == 200
    assert [file["oorzaak"] for file in await files_of(case.vt)] == ["geopend"]


@pytest.mark.parametrize("round_", range(8))
async def test_of_an_opening_and_a_recall_at_the_same_moment_exactly_one_wins(
    each_hub: RunningHub, round_: int
) -> None:
    """Never both: read, and told that nobody had opened it; never neither."""
    case, notice, police = await sent_and_on_duty(each_hub)
    assert (await assign(police, case.case_id)).answer.status == 200
    copy_id = context_for(notice, HOVJ).kopie_id

    async def late(what: str) -> int:
        await asyncio.sleep(0.002 * ((round_ * 7 + len(what)) % 5))
        if what == "lezen":
            return (await ask_reading(police, copy_id, "screening")).answer.status
        reply = await take_back(case.vt, notice, HOVJ)
        return 200 if reply.answer.body["uitkomst"] == "teruggehaald" else 409

    outcomes = await asyncio.gather(*(late(what) for what in ("lezen", "terughalen", "lezen")))
    read = 200 in {outcomes[0], outcomes[2]}
    assert read != (outcomes[1] == 200), outcomes
    fates = await each_hub.store.reader.read(
        lambda c: c.execute(select(copy_fates.c.fate).where(copy_fates.c.copy_id == copy_id)).scalars().all()
    )
    assert fates == ["geopend" if read else "teruggehaald"]
    assert len(await files_of(case.vt)) == int(read)


@pytest.mark.parametrize("reader_first", [True, False])
async def test_each_interleaving_of_opening_and_recall_by_hand(
    each_hub: RunningHub, reader_first: bool
) -> None:
    """Both have read that nobody opened the copy; the one that writes last must find out."""
    case, notice, police = await sent_and_on_duty(each_hub)
    assert (await assign(police, case.case_id)).answer.status == 200
    copy_id = context_for(notice, HOVJ).kopie_id
    read, taken = (
        ask_reading(police, copy_id, "screening"),
        take_back(case.vt, notice, HOVJ),
    )
    first, second = (read, taken) if reader_first else (taken, read)
    held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    honest = each_hub.store.writer.write
    seen: list[str] = []

    async def write(change):  # type: ignore[no-untyped-def]
        kind = change.key.split(":")[0]
        if kind in {"lezen", "terughalen"} and kind not in seen:
            seen.append(kind)
            if len(seen) == 1:
                await held  # the other has loaded what it decides on by now
            else:
                held.set_result(None)
        return await honest(change)

    each_hub.store.writer.write = write  # type: ignore[method-assign]
    one, other = await asyncio.gather(first, second)
    answers = (one, other) if reader_first else (other, one)
    allowed = answers[0].answer.status == 200
    assert allowed == (answers[1].answer.body["uitkomst"] == "datalek")


async def test_recall_by_somebody_who_is_not_the_sender_is_not_found(hub: RunningHub) -> None:
    """Also by its recipient, by another role of the sender, and with a copy id that does not exist."""
    case, notice, police = await sent_and_on_duty(hub)
    others = [
        police,
        hub.node(GEM, "gemeente_jurist", "gem-1"),
        hub.node(ELDERS, "gemeente_jurist", "els-1"),
        hub.node(VT, "vt_medewerker", "vt-0002"),
    ]
    replies = [await take_back(other, notice, HOVJ) for other in others]
    replies.append(await take_back(others[1], notice, HOVJ, kopie_id="00000000-0000-4000-8000-000000000000"))
    assert {reply.answer.status for reply in replies} == {404}
    assert len({reply.answer.to_bytes() for reply in replies}) == 1
    stolen = recall_question(case.vt, notice, HOVJ) | {"door": {"rol": HOVJ, "medewerker": "pol-0007"}}
    assert (
        await decide(police, stolen)
    ).answer.status == 400  # the sender's signature does not make it theirs
    assert await waiting_for(hub, POL) == ["kopie", "kopie", "kopie"]
    assert (await tags(hub)).count(EventTag.RECALL_REFUSED) == 5


async def test_replay_of_a_recall_changes_nothing_and_an_old_order_is_no_order(hub: RunningHub) -> None:
    case, notice, police = await sent_and_on_duty(hub)
    question = recall_question(case.vt, notice, HOVJ)
    first = await decide(case.vt, question)
    hub.hands.pass_time(timedelta(hours=2))
    assert (await decide(case.vt, question)).answer == first.answer
    assert (await take_back(case.vt, notice, HOVJ)).answer == first.answer
    assert (await tags(hub)).count(EventTag.COPY_RECALLED) == 1
    old = recall_question(case.vt, notice, "politie_wijkagent")
    hub.hands.pass_time(timedelta(minutes=11))
    assert (await decide(case.vt, old)).answer.body["code"] == "handtekening-verlopen"
    assert (
        await decide(case.vt, recall_question(case.vt, notice, HOVJ, afzendernummer=9))
    ).answer.status == 400
    assert police.oin == POL


async def test_a_recall_tells_of_one_copy_what_its_receipts_would_and_cannot_be_asked_without_doing_it(
    hub: RunningHub,
) -> None:
    """Probing: stored, handed over or still on its way look the same; the other copy of the message stays untold."""
    answers = []
    for kinds in ((), ("technisch",), ("technisch", "functioneel")):
        case, notice, police = await sent_and_on_duty(hub)
        for kind in kinds:
            assert (await hub.ask(Verb.RECEIPT, POL, police.receipt(notice, kind))).answer.status == 200
        wijk = hub.node(POL, "politie_wijkagent", "pol-0009")
        assert (
            await hub.ask(Verb.RECEIPT, POL, wijk.receipt(notice, "geopend", staff="pol-0009"))
        ).answer.status == 200
        body = dict((await take_back(case.vt, notice, HOVJ)).answer.body)
        del body["kopieId"]
        answers.append(body)
        refused = await ask_reading(police, context_for(notice, HOVJ).kopie_id, "screening")
        assert refused.answer.status == 403  # it was no mere question
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["datalekId"] is None


async def test_a_breach_file_is_the_senders_alone_and_goes_through_its_steps(hub: RunningHub) -> None:
    case, notice, police = await sent_and_on_duty(hub)
    await hub.ask(Verb.RECEIPT, POL, police.receipt(notice, "geopend", staff="pol-0007"))
    breach_id = (await take_back(case.vt, notice, HOVJ)).answer.body["datalekId"]
    assert await files_of(police) == []
    assert await files_of(hub.node(VT, "vt_medewerker", "vt-0002")) == []
    assert (await take_step(police, breach_id, "gesloten")).answer.status == 404

    async def step(name: str, reason: str | None = None) -> tuple[int, str | None]:
        answer = (await take_step(case.vt, breach_id, name, reason)).answer
        return answer.status, answer.body.get("code")

    assert await step("gesloten") == (409, "stap-past-niet")
    assert await step("niet_gemeld_ap") == (400, "ongeldige-invoer")
    assert await step("niet_gemeld_ap", "geen_risico") == (200, None)
    assert await step("niet_gemeld_ap", "geen_risico") == (200, None)  # a retry
    hub.hands.pass_time(timedelta(hours=73))
    assert await step("gemeld_ap") == (
        400,
        "ongeldige-invoer",
    )  # late: AVG 33(1) wants the reason of the delay
    assert await step("gemeld_ap", "langer_onderzoek") == (200, None)
    assert await step("niet_gemeld_ap", "geen_risico") == (409, "stap-past-niet")
    assert await step("betrokkenen_ingelicht") == (200, None)
    assert await step("gesloten") == (200, None)
    assert await step("betrokkenen_ingelicht") == (409, "stap-past-niet")
    (file,) = await files_of(case.vt)
    assert file["gesloten"]
    assert [s["stap"] for s in file["stappen"]] == [
        "niet_gemeld_ap", "gemeld_ap", "betrokkenen_ingelicht", "gesloten"
    ]  # fmt: skip
    assert (await tags(hub)).count(EventTag.BREACH_STEP) == 3
    assert (await tags(hub)).count(EventTag.BREACH_CLOSED) == 1


async def test_the_72_hours_of_an_undecided_breach_pass_once_and_show(hub: RunningHub) -> None:
    case, notice, police = await sent_and_on_duty(hub)
    await hub.ask(Verb.RECEIPT, POL, police.receipt(notice, "geopend", staff="pol-0007"))
    await take_back(case.vt, notice, HOVJ)
    hub.hands.pass_time(timedelta(hours=71, minutes=59))
    await attend_recalls(hub.store.reader, hub.store.writer, hub.hands.now)
    assert [file["teLaat"] for file in await files_of(case.vt)] == [False]
    hub.hands.pass_time(timedelta(minutes=2))
    for _ in range(2):
        await attend_recalls(hub.store.reader, hub.store.writer, hub.hands.now)
    assert [file["teLaat"] for file in await files_of(case.vt)] == [True]
    assert (await tags(hub)).count(EventTag.BREACH_LAPSED) == 1


CORRECTIE = "bericht.correctie"


async def test_a_correction_goes_to_every_earlier_recipient_and_to_nobody_else(hub: RunningHub) -> None:
    """Correction used to reach a new recipient; correction that misses one; correction by another agency."""
    case, notice, police = await sent_and_on_duty(hub)
    facts = {"bericht_id": notice.message_id, "soort": "onjuist"}
    both = [(POL, HOVJ), (POL, "politie_wijkagent")]
    missed = await case.vt.plan(CORRECTIE, case.case_id, facts, both[:1])
    assert (missed.answer.status, missed.answer.body["code"]) == (409, "correctie-mist-ontvanger")
    assert "politie_wijkagent" in str(missed.answer.body["errors"])
    new = await case.vt.plan(CORRECTIE, case.case_id, facts, [*both, (GEM, "gemeente_jurist")])
    assert (new.answer.status, new.answer.body["code"]) == (409, "correctie-nieuwe-ontvanger")
    foreign = await police.plan(CORRECTIE, case.case_id, facts, both[:1])
    assert (foreign.answer.status, foreign.answer.body["regel"]) == (403, "S_afzender_niet_bevoegd")
    assert "wijkagent" not in str(foreign.answer.body)
    whole = await case.vt.plan(CORRECTIE, case.case_id, facts, both)
    part = case.vt.draft(whole.answer.body | {"ontvangers": whole.answer.body["ontvangers"][:1]}, facts)
    assert (await case.vt.submit(part)).answer.body["code"] == "correctie-mist-ontvanger"
    sent = await case.vt.send(CORRECTIE, case.case_id, facts, both)
    assert {c.ontvanger.rol for c, _ in sent.copies} == {HOVJ, "politie_wijkagent"}


async def test_whoever_no_longer_has_the_message_gets_no_correction(hub: RunningHub) -> None:
    case, notice, _ = await sent_and_on_duty(hub)
    await take_back(case.vt, notice, "politie_wijkagent")
    facts = {"bericht_id": notice.message_id, "soort": "onvolledig"}
    both = await case.vt.plan(CORRECTIE, case.case_id, facts, [(POL, HOVJ), (POL, "politie_wijkagent")])
    assert both.answer.body["code"] == "correctie-nieuwe-ontvanger"
    await case.vt.send(CORRECTIE, case.case_id, facts, [(POL, HOVJ)])
