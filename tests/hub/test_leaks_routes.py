"""Every way in is in a table that says which decision it goes through; one that is not there fails.

Who adds a route adds its row here, and has then said what keeps the data behind it from leaking.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast, get_args
from uuid import uuid4

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from gateway.domain.clock import rfc3339
from gateway.hub.assembly import HubPlan, open_hub
from gateway.hub.identity import (
    AuthoritySettings,
    InMemoryReplayStore,
    TokenAuthority,
    identity_router,
    node_clients,
)
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.questions import AccessQuestion, MessageQuestion, ReadingQuestion, TransitionQuestion
from gateway.hub.policy.verdicts import AccessDecision, MessageVerdict, ReadingDecision, TransitionDecision
from gateway.hub.ports import PolicyDecider
from gateway.hub.storage.database import migrate_database
from gateway.hub.usecases.desk import USE_CASES, Desk
from gateway.node.http.app import node_app
from gateway.node.usecases.parts import Parts
from gateway.protocol.questions import DecideQuestion
from gateway.protocol.subjects import Verb
from gateway.web.tokens import TokenVerifier
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer
from tests.hub.destroying import attestation
from tests.hub.makers import (
    KENNISGEVING,
    KENNISGEVING_FACTS,
    NOW,
    POL,
    VT,
    OpenCase,
    RunningHub,
    Sender,
    World,
    notify_police,
    open_case,
)
from tests.hub.recalling import destruction_question, recall_question, take_back
from tests.hub.registering import disclosure, mandate, statement
from tests.hub.revoking import WITHOUT_LIMIT


class Way(StrEnum):
    """What stands between a way in and the data behind it."""

    SENDING = "schakel.sending"
    DISCLOSURE = "schakel.disclosure"
    TRANSITION = "schakel.transition"
    ACCESS = "schakel.access"
    VIEW = "schakel.access schakel.disclosure"  # of a case that may be seen, the regions that may be read
    ANY_POLICY = "one of the four packages, by what is asked"
    OWN = "the agency's own: its connection, and in a node the roles of the person"
    NOTHING_OF_CASES = "there is nothing of a case, a person or a message behind it"


HUB: Final[Mapping[tuple[str, str], Way]] = {
    ("POST", "/v1/plannen"): Way.SENDING,
    ("POST", "/v1/inzendingen"): Way.SENDING,
    ("POST", "/v1/ontvangsten"): Way.OWN,
    ("POST", "/v1/leesvragen"): Way.DISCLOSURE,
    ("POST", "/v1/besluiten"): Way.ANY_POLICY,
    ("GET", "/v1/deelnemers"): Way.NOTHING_OF_CASES,
    ("GET", "/v1/logboek/controlepunt"): Way.NOTHING_OF_CASES,
    ("GET", "/v1/logboek/bewijs"): Way.NOTHING_OF_CASES,
    ("GET", "/v1/logboek/samenhang"): Way.NOTHING_OF_CASES,
    (
        "PUT",
        "/v1/kopieen/{kopieId}/documenten/{veld}",
    ): Way.OWN,  # of its sender, where the manifest allows it
    ("GET", "/v1/kopieen/{kopieId}/documenten/{veld}"): Way.OWN,  # of its recipient
    ("GET", "/v1/beleidsinformatie"): Way.NOTHING_OF_CASES,  # counts, small ones suppressed
    ("POST", "/access/v1/evaluation"): Way.ANY_POLICY,
    ("POST", "/access/v1/evaluations"): Way.ANY_POLICY,
    ("POST", "/access/v1/search/subject"): Way.ANY_POLICY,
    ("POST", "/access/v1/search/resource"): Way.ANY_POLICY,
    ("POST", "/access/v1/search/action"): Way.ANY_POLICY,
    ("GET", "/.well-known/authzen-configuration"): Way.NOTHING_OF_CASES,
    ("GET", "/.well-known/oauth-authorization-server"): Way.NOTHING_OF_CASES,
    ("GET", "/.well-known/openid-configuration"): Way.NOTHING_OF_CASES,
    ("GET", "/oauth/jwks"): Way.NOTHING_OF_CASES,
    ("POST", "/oauth/token"): Way.NOTHING_OF_CASES,
    ("GET", "/health"): Way.NOTHING_OF_CASES,
    ("GET", "/alive"): Way.NOTHING_OF_CASES,
    ("GET", "/openapi.json"): Way.NOTHING_OF_CASES,
    ("GET", "/v1/openapi.json"): Way.NOTHING_OF_CASES,
}
NODE: Final[Mapping[tuple[str, str], Way]] = {
    ("POST", "/v1/plannen"): Way.SENDING,
    ("POST", "/v1/berichten"): Way.SENDING,
    ("GET", "/v1/berichten"): Way.ACCESS,
    ("GET", "/v1/berichten/{berichtId}"): Way.ACCESS,
    ("GET", "/v1/postvak"): Way.ACCESS,
    ("POST", "/v1/berichten/{berichtId}/_terughalen"): Way.OWN,
    ("GET", "/v1/datalekken"): Way.OWN,
    ("POST", "/v1/datalekken/{datalekId}/stappen"): Way.OWN,
    ("POST", "/v1/postvak/{kopieId}/_open"): Way.DISCLOSURE,
    ("POST", "/v1/postvak/{kopieId}/_aanvaard"): Way.ACCESS,
    ("POST", "/v1/documenten"): Way.OWN,
    ("POST", "/v1/documenten/_opmaken"): Way.OWN,
    ("GET", "/v1/postvak/{kopieId}/documenten"): Way.ACCESS,
    ("GET", "/v1/postvak/{kopieId}/documenten/{veld}"): Way.DISCLOSURE,
    ("GET", "/v1/signalen"): Way.ACCESS,
    ("GET", "/v1/zaken/{zaakId}"): Way.VIEW,
    ("POST", "/v1/zaken/{zaakId}/klokken/{klokId}/_afhandelen"): Way.ACCESS,
    ("POST", "/v1/zaken/{zaakId}/klokken/{klokId}/_verlengen"): Way.ACCESS,
    ("POST", "/v1/zaken/{zaakId}/_koppelen"): Way.ACCESS,
    ("POST", "/v1/zaken/{zaakId}/_samenvoegen"): Way.ACCESS,
    ("POST", "/v1/zaken/{zaakId}/_overdragen"): Way.ACCESS,
    ("GET", "/v1/zaakoverdrachten"): Way.OWN,  # to the roles that the hub names: nobody is on the case yet
    ("POST", "/v1/handelingen"): Way.TRANSITION,
    ("POST", "/v1/toewijzingen"): Way.OWN,
    ("POST", "/v1/diensten"): Way.OWN,
    ("GET", "/v1/diensten"): Way.OWN,
    ("POST", "/v1/diensten/_importeren"): Way.OWN,
    ("POST", "/v1/diensten/_vervangen"): Way.OWN,
    ("POST", "/v1/diensten/_overdragen"): Way.OWN,
    ("GET", "/v1/bellijst"): Way.OWN,
    ("POST", "/v1/alarmen/{alarmId}/_overnemen"): Way.OWN,
    ("GET", "/v1/registers"): Way.OWN,
    ("POST", "/v1/mandaten"): Way.OWN,
    ("POST", "/v1/mandaten/{mandaatId}/_intrekken"): Way.OWN,
    ("POST", "/v1/verklaringen"): Way.OWN,
    ("POST", "/v1/verklaringen/{verklaringId}/_intrekken"): Way.OWN,
    ("POST", "/v1/proeven"): Way.OWN,
    ("POST", "/v1/proeven/{proefId}/_intrekken"): Way.OWN,
    ("POST", "/v1/samenvattingen"): Way.OWN,
    ("POST", "/v1/bewerkingen"): Way.OWN,
    ("GET", "/v1/noodopeningen"): Way.ACCESS,
    ("POST", "/v1/noodopeningen/{noodopeningId}/_nagekeken"): Way.ACCESS,
    ("GET", "/health"): Way.NOTHING_OF_CASES,
    ("GET", "/openapi.json"): Way.NOTHING_OF_CASES,
    ("GET", "/v1/openapi.json"): Way.NOTHING_OF_CASES,
}
VERBS: Final[Mapping[Verb, Way]] = {
    Verb.PLAN: Way.SENDING,
    Verb.SUBMIT: Way.SENDING,
    Verb.RECEIPT: Way.OWN,
    Verb.READ: Way.DISCLOSURE,
    Verb.DECIDE: Way.ANY_POLICY,
}
QUESTIONS: Final[Mapping[str, Way]] = {
    "handeling": Way.TRANSITION,
    "zaak": Way.VIEW,
    "zichtbaarheid": Way.ACCESS,
    "klok_afgehandeld": Way.ACCESS,
    "klok_verlengd": Way.ACCESS,
    "koppeling": Way.ACCESS,
    "samenvoeging": Way.ACCESS,
    "zaak_overdracht": Way.ACCESS,
    "toewijzing": Way.OWN,
    "dienst": Way.OWN,
    "gesprek": Way.OWN,
    "mandaat": Way.OWN,
    "verklaring": Way.OWN,
    "proef": Way.OWN,
    "intrekking": Way.OWN,
    "registers": Way.OWN,
    "rooster": Way.OWN,
    "vervanging": Way.OWN,
    "overdracht": Way.OWN,
    "diensten": Way.OWN,
    "bellijst": Way.OWN,
    "alarm_overname": Way.OWN,
    "terughalen": Way.OWN,
    "vernietiging": Way.OWN,
    "zaakvernietiging": Way.OWN,
    "datalekken": Way.OWN,
    "datalekstap": Way.OWN,
}


def unlisted(app: FastAPI, table: Mapping[tuple[str, str], Way]) -> set[tuple[str, str]]:
    """The routes that nobody said anything about."""
    found = {
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or {"?"}) - {"HEAD"}
    }
    return found - table.keys()


@asynccontextmanager
async def assembled(world: World, opa: PolicyServer, folder: Path) -> AsyncIterator[FastAPI]:
    """The application of a whole hub, put together as in production."""
    url, base = sqlite_url(folder / "hub.db"), "https://localhost"
    authority = TokenAuthority(
        AuthoritySettings(issuer=base, audience=f"{base}/v1"),
        signing_keys_pem=[world.folder.hub.token_key.read_bytes()],
        clients=lambda: node_clients(world.registry),
        replays=InMemoryReplayStore(),
        clock=lambda: NOW,
    )
    migrate_database(url)
    plan = HubPlan(
        database_url=url,
        case_keys_dir=folder / "case_keys",
        registry=lambda: world.registry,
        registry_document=world.folder.registry.read_bytes,
        signing_key=world.hub_key,
        log_signer=world.signer,
        decision_point=DecisionPoint(host="127.0.0.1", port=opa.port, revision=opa.revision, timeout_s=20),
        token_verifier=TokenVerifier(authority.verification_keys, issuer=base, audience=f"{base}/v1"),
        clock=lambda: NOW,
        public_url=base,
        nats=None,
        routers=[("", identity_router(authority))],
    )
    async with open_hub(plan) as hub:
        yield hub.app


async def nobody_decides() -> dict[str, str]:
    return {}


async def test_every_route_of_the_hub_says_which_decision_it_goes_through(
    world: World, opa: PolicyServer, tmp_path: Path
) -> None:
    async with assembled(world, opa, tmp_path) as app:
        assert unlisted(app, HUB) == set()
        app.add_api_route("/v1/nieuw", nobody_decides, methods=["GET"])
        assert unlisted(app, HUB) == {("GET", "/v1/nieuw")}  # the control


def test_every_route_of_a_node_says_which_decision_it_goes_through() -> None:
    """The routes are told, none is called: no node needs to run behind them."""
    verifier = TokenVerifier({}, issuer="https://localhost", audience="node", clock=lambda: NOW)
    app = node_app(cast("Parts", None), verifier, public_url="https://localhost")
    assert unlisted(app, NODE) == set()


class Watched:
    """The real decision point, which notes the package of every question."""

    def __init__(self, decider: PolicyDecider) -> None:
        self._decider = decider
        self.asked: list[str] = []

    @property
    def revision(self) -> str:
        return self._decider.revision

    async def decide_message(self, question: MessageQuestion) -> MessageVerdict:
        self.asked.append(question.package)
        return await self._decider.decide_message(question)

    async def decide_reading(self, question: ReadingQuestion) -> ReadingDecision:
        self.asked.append(question.package)
        return await self._decider.decide_reading(question)

    async def decide_transition(self, question: TransitionQuestion) -> TransitionDecision:
        self.asked.append(question.package)
        return await self._decider.decide_transition(question)

    async def decide_access(self, question: AccessQuestion) -> AccessDecision:
        self.asked.append(question.package)
        return await self._decider.decide_access(question)


def packages(way: Way) -> set[str]:
    return set(way.value.split()) if way.value.startswith("schakel.") else set()


async def test_every_verb_and_every_question_really_goes_through_its_decision(hub: RunningHub) -> None:
    """Over NATS as over HTTPS: both doors reach nothing but the desk, whose use cases are these."""
    watched = Watched(hub.parts.decider)
    parts = replace(hub.parts, decider=watched)
    hub = replace(hub, parts=parts, desk=Desk(parts, WITHOUT_LIMIT))
    case = await open_case(hub)
    sent = await notify_police(case)
    officer = hub.node(POL, "politie_hovj", "pol-0007")
    facts = KENNISGEVING_FACTS | {"zonder_weegteam": False}
    plan = await case.vt.plan(KENNISGEVING, case.case_id, facts, [(POL, "politie_hovj")])
    reading = {"kopieId": sent.copies[0][0].kopie_id, "lezer": _staff(officer), "doel": "screening"}
    bodies: dict[Verb, tuple[str, bytes]] = {
        Verb.PLAN: (VT, _plan_body(case, facts)),
        Verb.SUBMIT: (VT, case.vt.draft(plan.answer.body, facts).body),
        Verb.RECEIPT: (POL, officer.receipt(sent, "technisch")),
        Verb.READ: (POL, json.dumps(reading).encode()),
    }
    assert set(USE_CASES) == set(Verb) == VERBS.keys() == bodies.keys() | {Verb.DECIDE}
    for verb, (oin, body) in bodies.items():
        watched.asked.clear()
        assert (await hub.ask(verb, oin, body)).answer.status in {200, 403}, verb
        assert set(watched.asked) == packages(VERBS[verb]), verb
    kinds = {word for kind in get_args(_union()) for word in get_args(kind.model_fields["soort"].annotation)}
    questions = _questions(case) | await _afterwards(case, officer)
    assert kinds == QUESTIONS.keys() == questions.keys()
    for kind, question in questions.items():
        watched.asked.clear()
        asker = POL if kind == "vernietiging" else VT
        reply = await hub.ask(Verb.DECIDE, asker, json.dumps(question | {"soort": kind}).encode())
        expected = {200, 403, 404} if QUESTIONS[kind] is Way.OWN else {200, 403}
        if kind in {"samenvoeging", "zaak_overdracht"}:
            expected = {409}  # what was decided cannot be: into itself, and to where it is already
        assert reply.answer.status in expected, (kind, reply.answer.body)
        assert set(watched.asked) == packages(QUESTIONS[kind]), kind


def _union() -> Any:
    return DecideQuestion


def _staff(person: Sender) -> dict[str, str]:
    return {"rol": person.role, "medewerker": person.staff}


def _plan_body(case: OpenCase, facts: Mapping[str, Any]) -> bytes:
    question = {"type": KENNISGEVING, "zaakId": case.case_id, "afzender": _staff(case.vt)}
    to = [{"oin": POL, "rol": "politie_hovj"}]
    return json.dumps(question | {"feiten": dict(facts), "ontvangers": to}).encode()


async def _afterwards(case: OpenCase, officer: Sender) -> dict[str, dict[str, Any]]:
    """One message was opened and taken back, another was not opened."""
    seen, unseen = await notify_police(case), await notify_police(case)
    await case.vt.hub.ask(Verb.RECEIPT, POL, officer.receipt(seen, "geopend", staff=officer.staff))
    breach = await take_back(case.vt, seen, officer.role)
    await take_back(case.vt, unseen, officer.role)
    step = {"datalekId": breach.answer.body["datalekId"], "stap": "gemeld_ap", "door": _staff(case.vt)}
    return {
        "terughalen": recall_question(case.vt, unseen, "politie_wijkagent"),
        "vernietiging": destruction_question(officer, unseen, "vernietigd"),
        "datalekken": {"door": _staff(case.vt)},
        "datalekstap": step,
        "zaakvernietiging": attestation(case.vt, case.case_id, rfc3339(NOW)),
    }


def _registers(case: OpenCase) -> dict[str, dict[str, Any]]:
    who, consent = _staff(case.vt), str(uuid4())
    officer = case.vt.hub.node(POL, "politie_hovj", "pol-0007")
    names = disclosure(officer, "kind_zorg", "screening")
    stated = statement(case.vt, case.case_id, "toestemming_betrokkene", verklaring_id=consent, **names)
    period = {"van": rfc3339(NOW), "tot": rfc3339(NOW + timedelta(days=1))}
    return {
        "mandaat": {"mandaat": mandate(case.vt, officer, "beslissing")},
        "verklaring": {"verklaring": stated},
        "proef": {"proefId": str(uuid4()), "gemeentecode": "9901", "instellingen": "x", "door": who} | period,
        "intrekking": {"welkRegister": "verklaring", "id": consent, "door": who},
        "registers": {"zaakId": case.case_id, "door": who},
    }


def _duties(who: dict[str, str], now: str) -> dict[str, dict[str, Any]]:
    """The handover last: after it the first person is not on the case any more."""
    period, other = {"van": now, "tot": rfc3339(NOW + timedelta(hours=8))}, "vt-0002"
    line = {"regel": 1, "rol": who["rol"], "medewerker": who["medewerker"], **period}
    return {
        "rooster": {"door": who, "regels": [line]},
        "vervanging": {"door": who, **who, "vervanger": other, **period},
        "diensten": {"door": who, **period},
        "bellijst": {"door": who},
        "alarm_overname": {"door": who, "alarmId": "geen-alarm"},
        "overdracht": {"door": who, **who, "opvolger": other},
    }


def _questions(case: OpenCase) -> dict[str, dict[str, Any]]:
    who, now = _staff(case.vt), rfc3339(NOW)
    return {
        "handeling": {
            "zaakId": case.case_id,
            "handeling": "sluiten",
            "door": who,
            "feiten": {},
            "gebeurdOp": now,
            "vastgelegdOp": now,
        },
        "zaak": {"zaakId": case.case_id, "door": who, "doel": "screening"},
        "zichtbaarheid": {
            "medewerker": who["medewerker"],
            "zaken": [{"zaakId": case.case_id, "rol": who["rol"]}],
        },
        "klok_afgehandeld": {
            "zaakId": case.case_id,
            "klokId": f"A2~{case.request.copies[0][0].kopie_id}",
            "door": who,
            "doel": "screening",
        },
        "klok_verlengd": {
            "zaakId": case.case_id,
            "klokId": f"A2~{case.request.copies[0][0].kopie_id}",
            "door": who,
            "doel": "screening",
            "reden": "onderzoek",
        },
        "koppeling": {"zaakId": case.case_id, "eerdereZaakId": case.case_id, "door": who},
        "samenvoeging": {"zaakId": case.case_id, "voortgezetIn": case.case_id, "door": who},
        "zaak_overdracht": {"zaakId": case.case_id, "gemeentecode": "9901", "door": who},
        "toewijzing": {"zaakId": case.case_id, "medewerker": who, "kant": "neutraal"},
        "gesprek": {"berichten": [case.request.message_id]},
        "dienst": {"medewerker": who, "van": now, "tot": rfc3339(NOW + timedelta(hours=8))},
        **_registers(case),
        **_duties(who, now),
    }
