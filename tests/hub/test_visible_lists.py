"""Attacks on lists: what a node shows without opening anything goes through the hub's decision on who sees a case."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from audit.events import EventTag
from gateway.domain.errors import NotFound
from gateway.domain.identifiers import StaffRef
from gateway.hub.storage.tables import log_leaves
from gateway.hub.usecases.desk import Desk
from gateway.node.hub_link import HubUnreachable
from gateway.node.storage import emergencies
from gateway.node.usecases.accept import accept_copy
from gateway.node.usecases.overview import MailboxEntry, mailbox, sent_message, sent_messages, signals
from gateway.node.usecases.parts import Parts, Person
from gateway.node.usecases.read_document import documents_of
from gateway.node.usecases.send import send_message
from gateway.node.usecases.visible import HUB_AWAY, TOO_LONG, Seen, seen_by
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from gateway.protocol.visibility import MOST_CASES, VisibilityAnswer
from gateway.protocol.wire import OinRole
from tests.domain.makers import example_content
from tests.hub.asking import assign, decide, duty
from tests.hub.makers import ELDERS, GEM, POL, VT, RunningHub
from tests.hub.revoking import WITHOUT_LIMIT
from tests.hub.test_leaks_routes import Watched
from tests.hub.with_nodes import HubWithNodes, hub_with_nodes
from tests.node.makers import HOVJ, kennisgeving, kennisgeving_content

COORDINATOR = Person(staff=StaffRef("vt-0001"), roles=frozenset({"vt_procescoordinator"}))
VT_COLLEAGUE = Person(staff=StaffRef("vt-0002"), roles=frozenset({"vt_procescoordinator"}))
OFFICER = Person(staff=StaffRef("pol-0007"), roles=frozenset({"politie_hovj"}))
COLLEAGUE = Person(staff=StaffRef("pol-0008"), roles=frozenset({"politie_hovj"}))
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def whole(hub: RunningHub, tmp_path: Path) -> AsyncIterator[HubWithNodes]:
    async with hub_with_nodes(hub, tmp_path) as made:
        yield made


async def notice(whole: HubWithNodes) -> tuple[str, str]:
    """A notice from Veilig Thuis that waits unassigned at the police, whose officer is on duty: message and copy."""
    vt, police = whole.node(VT), whole.node(POL)
    request = kennisgeving(
        message_type="screening.verzoek",
        case_id=str(uuid4()),
        municipality="9901",
        recipients=[OinRole(oin=GEM, rol="gemeente_jurist")],
        content=example_content("screening.verzoek", pleger_meerderjarig=True, situatie="B_geen_acuut_hg"),
    )
    await send_message(vt.parts, COORDINATOR, request)
    content = kennisgeving_content(pleger_meerderjarig=True, zonder_weegteam=True)
    draft = kennisgeving(case_id=request.case_id, recipients=[HOVJ], content=content)
    await send_message(vt.parts, COORDINATOR, draft)
    assert (await duty(whole.hub.node(POL, "politie_hovj", OFFICER.staff))).answer.status == 200
    await whole.settle()
    (entry,) = await mailbox(police.parts, OFFICER)
    return draft.message_id, entry.copy.copy_id


class Away:
    """A hub that cannot be reached."""

    async def ask(self, _: Verb, __: bytes) -> Answer:
        raise HubUnreachable(retry_after_s=1)

    async def close(self) -> None:
        return None


async def case_of(parts: Parts, person: Person) -> MailboxEntry:
    (entry,) = await mailbox(parts, person)
    return entry


async def test_a_colleague_in_the_role_without_duty_or_assignment_learns_of_no_case(
    whole: HubWithNodes,
) -> None:
    _, copy_id = await notice(whole)
    police = whole.node(POL).parts
    assert (await mailbox(police, COLLEAGUE)).entries == ()
    found = await signals(police, COLLEAGUE)
    assert (found.missing, found.quarantined) == ((), ())
    for attempt in (
        lambda: documents_of(police, COLLEAGUE, copy_id),
        lambda: documents_of(police, COLLEAGUE, UNKNOWN),
        lambda: accept_copy(police, COLLEAGUE, copy_id),
    ):
        with pytest.raises(NotFound) as hidden:
            await attempt()
        assert hidden.value.code == NotFound().code
    assert await accept_copy(police, OFFICER, copy_id)  # the colleague did not get in first


async def test_a_colleague_of_the_sender_learns_nothing_of_what_was_sent(whole: HubWithNodes) -> None:
    message_id, _ = await notice(whole)
    vt = whole.node(VT).parts
    assert (await sent_message(vt, COORDINATOR, message_id)).message.message_id == message_id
    assert len(await sent_messages(vt, COORDINATOR)) == 2
    assert (await sent_messages(vt, VT_COLLEAGUE)).entries == ()
    with pytest.raises(NotFound):
        await sent_message(vt, VT_COLLEAGUE, message_id)
    assert (await duty(whole.hub.node(VT, "vt_procescoordinator", VT_COLLEAGUE.staff))).answer.status == 200
    assert len(await sent_messages(vt, VT_COLLEAGUE)) == 2


async def test_the_holder_of_the_duty_sees_what_waits_and_taking_it_on_keeps_it_visible(
    whole: HubWithNodes,
) -> None:
    _, copy_id = await notice(whole)
    police = whole.node(POL).parts
    assert [r.kind for r in (await case_of(police, OFFICER)).receipts] == ["technisch", "functioneel"]
    assert await accept_copy(police, OFFICER, copy_id)
    assert (await duty(whole.hub.node(POL, "politie_hovj", COLLEAGUE.staff))).answer.status == 200
    assert (await case_of(police, OFFICER)).copy.copy_id == copy_id  # off duty, on the case


async def test_an_assignment_that_was_ended_shows_nothing_any_more(whole: HubWithNodes) -> None:
    await notice(whole)
    police = whole.node(POL).parts
    case_id = (await case_of(police, OFFICER)).copy.case_id
    colleague = whole.hub.node(POL, "politie_hovj", COLLEAGUE.staff)
    assert (await assign(colleague, case_id)).answer.status == 200
    assert (await case_of(police, COLLEAGUE)).copy.case_id == case_id
    assert (await assign(colleague, case_id, beeindigen=True)).answer.status == 200
    assert (await mailbox(police, COLLEAGUE)).entries == ()


async def test_another_agency_asks_for_a_case_it_has_no_part_in(whole: HubWithNodes) -> None:
    await notice(whole)
    case_id = (await case_of(whole.node(POL).parts, OFFICER)).copy.case_id
    stranger = whole.hub.node(ELDERS, "gemeente_jurist", "eld-1")
    assert (await duty(stranger)).answer.status == 200
    answers = []
    for asked in (case_id, UNKNOWN):
        zaken = [{"zaakId": asked, "rol": stranger.role}]
        answers.append(
            await decide(stranger, {"soort": "zichtbaarheid", "medewerker": stranger.staff, "zaken": zaken})
        )
    assert [a.answer.to_bytes() for a in answers] == [b'{"zichtbaar":[]}'] * 2
    foreign = [{"zaakId": case_id, "rol": "politie_hovj"}]
    refused = await decide(stranger, {"soort": "zichtbaarheid", "medewerker": "eld-1", "zaken": foreign})
    assert (refused.answer.status, refused.answer.body["regel"]) == (403, "G01_rol_past_niet_bij_organisatie")


async def test_without_the_hub_only_what_is_urgent_is_shown_to_whom_the_last_roster_has_on_duty(
    whole: HubWithNodes,
) -> None:
    message_id, copy_id = await notice(whole)
    urgency = (await case_of(whole.node(POL).parts, OFFICER)).copy.urgency
    police, vt = replace(whole.node(POL).parts, hub=Away()), replace(whole.node(VT).parts, hub=Away())
    for person in (OFFICER, COLLEAGUE):
        away = await mailbox(police, person)
        assert (away.entries, away.incomplete) == ((), HUB_AWAY)
    now = whole.hub.hands.now
    later = now.replace(year=now.year + 1)
    await police.database.write(
        lambda c: emergencies.put_on_roster(
            c,
            role="politie_hovj",
            staff=OFFICER.staff,
            starts_at="2020-01-01T00:00:00.000Z",
            ends_at=later.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        )
    )
    shown = await mailbox(police, OFFICER)
    assert [e.copy.copy_id for e in shown] == ([copy_id] if urgency in {"U0", "U1"} else [])
    assert (await mailbox(police, COLLEAGUE)).entries == ()
    assert (await sent_messages(vt, COORDINATOR)).entries == ()
    with pytest.raises(NotFound):
        await sent_message(vt, COORDINATOR, message_id)
    with pytest.raises(NotFound):
        await documents_of(police, COLLEAGUE, copy_id)


def test_without_the_hub_urgency_and_duty_decide_together() -> None:
    away = Seen(cases=frozenset({("zaak", "politie_hovj")}), duties=frozenset({"politie_hovj"}))
    shown = {u for u in ("U0", "U1", "U2", "U3", None) if away.shows("zaak", "politie_hovj", u)}
    assert shown == {"U0", "U1"}
    assert not away.shows("zaak", "politie_wijkagent", "U0")


async def test_a_long_list_is_a_few_questions_each_on_record_once(whole: HubWithNodes) -> None:
    await notice(whole)
    case_id = (await case_of(whole.node(POL).parts, OFFICER)).copy.case_id
    watched = Watched(whole.hub.parts.decider)
    parts = replace(whole.hub.parts, decider=watched)
    desk = Desk(parts, WITHOUT_LIMIT)
    asked: list[bytes] = []

    class Counting:
        async def ask(self, verb: Verb, body: bytes) -> Answer:
            asked.append(body)
            reply = await replace(whole.hub, parts=parts, desk=desk).ask(verb, POL, body)
            return Answer(reply.answer.status, json.loads(reply.answer.to_bytes()))

        async def close(self) -> None:
            return None

    before = await leaves_of_lists(whole.hub)
    wanted = [(case_id, "politie_hovj"), *((str(uuid4()), "politie_hovj") for _ in range(MOST_CASES))]
    police = replace(whole.node(POL).parts, hub=Counting())
    seen = await seen_by(police, OFFICER, wanted)
    assert seen.cases == frozenset({(case_id, "politie_hovj")})
    assert seen.incomplete is None
    assert len(asked) == 2
    assert watched.asked == ["schakel.access"] * 3  # the case, and twice those that are not there
    found = (await leaves_of_lists(whole.hub))[len(before) :]
    assert sorted(found) == sorted(
        [EventTag.CASES_LISTED, EventTag.CASES_NOT_LISTED, EventTag.CASES_NOT_LISTED]
    )
    endless = await seen_by(
        police, OFFICER, ((str(uuid4()), "politie_hovj") for _ in range(MOST_CASES * 5 + 1))
    )
    assert (len(asked), endless.incomplete) == (7, TOO_LONG)


async def test_a_hub_that_answers_more_than_was_asked_is_not_believed(whole: HubWithNodes) -> None:
    class Generous:
        async def ask(self, _: Verb, __: bytes) -> Answer:
            more = {"zaakId": UNKNOWN, "rol": "politie_hovj"}
            return Answer(200, VisibilityAnswer.parse({"zichtbaar": [more]}).to_json())

        async def close(self) -> None:
            return None

    police = replace(whole.node(POL).parts, hub=Generous())
    assert (await seen_by(police, OFFICER, [(str(uuid4()), "politie_hovj")])).cases == frozenset()


async def leaves_of_lists(hub: RunningHub) -> list[str]:
    bodies = await hub.store.reader.read(
        lambda c: c.execute(select(log_leaves.c.body).order_by(log_leaves.c.leaf_index)).scalars().all()
    )
    tags = {EventTag.CASES_LISTED, EventTag.CASES_NOT_LISTED}
    return [body["wat"] for body in map(json.loads, bodies) if body["wat"] in tags]
