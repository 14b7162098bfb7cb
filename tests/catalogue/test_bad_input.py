"""Bad input gets its exact error, by the node's API and by both doors of the hub, and leaves nothing half stored."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import PayloadTooLarge
from gateway.hub.storage.tables import (
    assignments,
    case_states,
    cases,
    copies,
    deliveries,
    messages,
    outbox,
)
from gateway.protocol.facts import facts_of
from gateway.protocol.subjects import Verb
from tests.catalogue.exchange import DOORS, WITHIN_S, Everybody, until
from tests.catalogue.playing import Play, Seen
from tests.catalogue.story import WHOLE_LIFE, Scene
from tests.hub.makers import Draft, Sender

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

COORDINATOR = "vt_procescoordinator"
INVITATION = Scene(type="weegteam.uitnodiging", sender=COORDINATOR)
NOTICE = Scene(
    type="screening.gepland.kennisgeving",
    sender=COORDINATOR,
    values={"zonder_weegteam": True, "spoedeisendheid": "vandaag"},
)
STORED = (messages, copies, deliveries, outbox, cases, case_states, assignments)
UNKNOWN_FIELD = "S_categorie_niet_in_schema"
NOBODYS = "00000000-0000-4000-8000-000000000000"

Body = dict[str, Any]
Expected = tuple[int, str, set[tuple[str, str]]]


def with_content(**changes: Any) -> Callable[[Body], Body]:
    return lambda body: body | {"inhoud": body["inhoud"] | changes}


def without_fields(*names: str) -> Callable[[Body], Body]:
    return lambda body: body | {"inhoud": {k: v for k, v in body["inhoud"].items() if k not in names}}


def invalid(*errors: tuple[str, str]) -> Expected:
    return 400, "inhoud-ongeldig", {(f"/inhoud/{name}", code) for name, code in errors}


AT_THE_NODE: Mapping[str, tuple[Callable[[Body], Body], Expected]] = {
    "unknown field": (with_content(kleur="rood"), invalid(("kleur", UNKNOWN_FIELD))),
    "field of another category": (with_content(signalen=[]), invalid(("signalen", UNKNOWN_FIELD))),
    "text beyond its limit": (with_content(vraag="x" * 1001), invalid(("vraag", "te_lang"))),
    "five megabytes of text": (with_content(vraag="x" * 5_000_000), invalid(("vraag", "te_lang"))),
    "more than a node takes": (with_content(vraag="x" * 9_000_000), (413, "te-groot", set())),
    "role beyond its list": (with_content(leden=["buurman"]), invalid(("leden/0", "waarde"))),
    "missing fields": (
        without_fields("verzoek_id", "vraag"),
        invalid(("verzoek_id", "verplicht"), ("vraag", "verplicht")),
    ),
    "everything at once": (
        with_content(
            kleur="rood", vraag=7, leden=["buurman"], overleg_op="gisteren", verzoeker_aanwezig="ja"
        ),
        invalid(
            ("kleur", UNKNOWN_FIELD),
            ("vraag", "type"),
            ("leden/0", "waarde"),
            ("overleg_op", "waarde"),
            ("verzoeker_aanwezig", "type"),
        ),
    ),
    "unknown version": (
        lambda body: body | {"type": "weegteam.uitnodiging.v2"},
        (400, "berichttype-onbekend", set()),
    ),
    "role of somebody else": (lambda body: body | {"rol": "politie_hovj"}, (403, "rol-niet-van-u", set())),
    "reply to nothing": (lambda body: body | {"inAntwoordOp": NOBODYS}, (400, "antwoord-op-niets", set())),
    "another case": (lambda body: body | {"zaakId": NOBODYS}, (404, "niet-gevonden", set())),
}


@pytest.mark.parametrize("door", DOORS)
async def test_at_the_api_of_the_node(everybody: Everybody, door: str) -> None:
    everybody.use(door)
    play = await requested(everybody, 11)
    before = await stored(everybody)
    for what, (change, expected) in AT_THE_NODE.items():
        answer = await everybody.ask(COORDINATOR, "POST", "/berichten", change(play.body(INVITATION)))
        assert said(answer.status_code, answer.json()) == expected, what

    in_wrong_state = play.body(Scene(type="weegteam.advies", sender=COORDINATOR))
    answer = await everybody.ask(COORDINATOR, "POST", "/berichten", in_wrong_state)
    assert (answer.status_code, answer.json()["regel"]) == (403, "S_toestand")
    by_wrong_role = play.body(Scene(type="weegteam.inbreng", sender="politie_weegteam")) | {
        "rol": COORDINATOR
    }
    answer = await everybody.ask(COORDINATOR, "POST", "/berichten", by_wrong_role)
    assert (answer.status_code, answer.json()["regel"]) == (403, "S_afzender_niet_bevoegd")
    known = play.sent[-1].message_id
    answer = await everybody.ask(
        COORDINATOR, "POST", "/berichten", play.body(INVITATION) | {"berichtId": known}
    )
    assert said(answer.status_code, answer.json()) == (409, "bericht-id-hergebruikt", set())
    assert await stored(everybody) == before


@pytest.mark.parametrize("door", DOORS)
async def test_at_the_doors_of_the_hub(everybody: Everybody, door: str) -> None:
    everybody.use(door)
    play = await requested(everybody, 12)
    hand, link = everybody.by_hand(COORDINATOR), everybody.node(COORDINATOR).link
    body = play.body(NOTICE)
    answer = await everybody.ask(COORDINATOR, "POST", "/plannen", body)
    plan, facts = answer.json(), facts_of(catalogue().message(NOTICE.type), body["inhoud"])
    before = await stored(everybody)
    for what, (draft, expected) in drafts(hand, plan, facts, known=play.sent[-1].message_id).items():
        refused = await link.ask(Verb.SUBMIT, draft.body)
        assert said(refused.status, refused.body) == expected, what
    for garbage, code in ((b"{", "json"), (b'{"inzending":1}', "string_type")):
        refused = await link.ask(Verb.SUBMIT, garbage)
        assert refused.status == 400, garbage
        assert code in {error["code"] for error in refused.body["errors"]}, refused.body
    assert await too_large(everybody)
    assert await stored(everybody) == before


def drafts(
    hand: Sender, plan: Body, facts: Mapping[str, Any], *, known: str
) -> Mapping[str, tuple[Draft, Expected]]:
    """Submissions that are well signed and wrong otherwise."""
    kind = catalogue().message(NOTICE.type)
    keys = ("veld", "categorie", "besluit", "masker", "regel")
    manifest = [{key: field[key] for key in keys} for field in plan["ontvangers"][0]["velden"]]
    manifest[0] = manifest[0] | {"categorie": "medisch"}

    def protocol(name: str) -> Expected:
        return 400, "ongeldige-invoer", {("", f"protocol-{name}")}

    stale = 409, "plan-verouderd", set[tuple[str, str]]()
    other_schema = kind.schema_uri.replace("1.0.0", "2.0.0")
    return {
        "unknown fact": (hand.draft(plan, {**facts, "kleur": "rood"}), protocol("feiten")),
        "fact beyond its values": (
            hand.draft(plan, {**facts, "spoedeisendheid": "ooit"}),
            (400, "ongeldige-invoer", {("/feiten/spoedeisendheid", "waarde")}),
        ),
        "fact that contradicts the copies": (
            hand.draft(plan, facts, context_changes={"feiten": {**facts, "spoedeisendheid": "nu"}}),
            protocol("feiten"),
        ),
        "wrong category": (hand.draft(plan, facts, context_changes={"manifest": manifest}), stale),
        "unknown version of the schema": (
            hand.draft(plan, facts, envelope_changes={"dataschema": other_schema}),
            protocol("dataschema"),
        ),
        "unknown version of the type": (
            hand.draft(plan, facts, envelope_changes={"type": kind.event_type.replace(".v1", ".v2")}),
            (400, "berichttype-onbekend", set()),
        ),
        "urgency that contradicts the facts": (
            hand.draft(plan, facts, envelope_changes={"urgentie": "U3"}),
            protocol("urgentie"),
        ),
        "reply to nothing": (
            hand.draft(plan, facts, in_reply_to=NOBODYS),
            (400, "antwoord-op-niets", set()),
        ),
        "same id with other content": (
            hand.draft(plan, facts, message_id=known),
            (409, "bericht-id-hergebruikt", set()),
        ),
        "act that the facts do not record": (hand.draft(plan | {"handeling": None}, facts), stale),
        "another case": (hand.draft(plan | {"zaakId": NOBODYS}, facts), (404, "niet-gevonden", set())),
    }


async def too_large(everybody: Everybody) -> bool:
    """More than a door carries: NATS says so to the client, HTTPS answers 413."""
    try:
        answer = await everybody.node(COORDINATOR).link.ask(Verb.SUBMIT, b"x" * 9_000_000)
    except PayloadTooLarge:
        return everybody.door == "nats"
    return answer.status == 413


def said(status: int, body: Mapping[str, Any]) -> Expected:
    errors = body.get("errors", [])
    return status, body["code"], {(error["pointer"], error["code"]) for error in errors}


async def stored(everybody: Everybody) -> dict[str, int]:
    """Rows of everything that an accepted message leaves, at the hub and at the node of its sender."""
    found = await everybody.doors.running.store.reader.read(
        lambda c: {t.name: c.execute(select(func.count()).select_from(t)).scalar() or 0 for t in STORED}
    )
    node = everybody.node(COORDINATOR)
    return found | {f"node {name}": node.count(name) for name in ("sent_messages", "sent_copies", "outbox")}


async def requested(everybody: Everybody, seed: int) -> Play:
    """A case in which a screening was requested, when nothing of it is under way any more."""
    play = Play.begin(everybody, Seen(), seed, most=2)
    await play.run(WHOLE_LIFE[:3])
    for node in everybody.nodes.values():
        await until(lambda: node.count("outbox") == 0, lambda: f"{node.file}: reports wait")  # noqa: B023
    async with asyncio.timeout(WITHIN_S):
        while (await stored(everybody))["outbox"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return play
