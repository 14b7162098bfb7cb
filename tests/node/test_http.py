"""The node's API for people and systems: bodies, problems, identity, and the published document."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.domain.decision import Obligation
from gateway.domain.errors import Refused
from gateway.domain.identifiers import new_id
from gateway.local.registry_file import MUNICIPALITY, POLICE, VEILIG_THUIS
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from tests.node.hub_in_memory import LinkInMemory
from tests.node.makers import KENNISGEVING, NOW, Exchange, kennisgeving_content
from tests.node.people import AUDIENCE, KEY, KID, token
from tests.web.signing import es256
from tests.web.spectral import adr_ruleset, spectral_findings

VT_PERSON = ("vt-0001", "vt_procescoordinator")
HOVJ_PERSON = ("pol-0007", "politie_hovj")


@dataclass
class Api:
    """The HTTP faces of the nodes of one exchange."""

    exchange: Exchange

    async def ask(
        self,
        oin: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        person: tuple[str, ...] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        agency = {a.oin: a for a in (VEILIG_THUIS, POLICE, MUNICIPALITY)}[oin]
        app = self.exchange.node(agency).app.app
        sent = dict(headers or {})
        if person is not None:
            sent["Authorization"] = f"Bearer {token(*person, now=self.exchange.clock())}"
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=AUDIENCE) as client:
            return await client.request(method, f"/v1{path}", json=body, headers=sent)

    async def vt(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self.ask(VEILIG_THUIS.oin, method, path, body, person=VT_PERSON, **options)

    async def police(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self.ask(POLICE.oin, method, path, body, person=HOVJ_PERSON, **options)


@pytest.fixture
def api(exchange: Exchange) -> Api:
    return Api(exchange)


def message(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "zaakId": new_id(),
        "type": KENNISGEVING,
        "rol": "vt_procescoordinator",
        "ontvangers": [{"oin": POLICE.oin, "rol": "politie_hovj"}],
        "inhoud": kennisgeving_content(),
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


async def test_a_message_goes_from_one_person_to_another(api: Api) -> None:
    sent = await api.vt("POST", "/berichten", message())
    assert (sent.status_code, sent.json()["toestand"]) == (201, "aangenomen")
    await api.exchange.police.round()
    (entry,) = (await api.police("GET", "/postvak")).json()
    assert entry["afzender"] == {
        "oin": VEILIG_THUIS.oin,
        "naam": VEILIG_THUIS.name,
        "rol": "vt_procescoordinator",
    }
    assert [r["soort"] for r in entry["ontvangsten"]] == ["technisch", "functioneel"]
    assert "inhoud" not in entry

    accepted = await api.police("POST", f"/postvak/{entry['kopieId']}/_aanvaard")
    assert accepted.json() == {"kopieId": entry["kopieId"], "gemeld": True}
    read = await api.police("POST", f"/postvak/{entry['kopieId']}/_open", {"doel": "screening"})
    assert read.status_code == 200
    assert read.headers["cache-control"] == "no-store"
    assert read.json()["inhoud"] == kennisgeving_content()
    assert read.json()["weggelaten"] == []

    await api.exchange.police.report()
    await api.exchange.vt.receive()
    found = (await api.vt("GET", f"/berichten/{sent.json()['berichtId']}")).json()
    (delivery,) = found["afleveringen"]
    assert [r["soort"] for r in delivery["ontvangsten"]] == [
        "technisch",
        "functioneel",
        "geopend",
        "aanvaard",
    ]
    assert delivery["status"] == "aanvaard"
    assert "pol-0007" not in str(found)  # by which role it was opened, not by whom


async def test_a_copy_says_how_long_it_is_kept(api: Api) -> None:
    kept = Obligation(id="O_BEWAREN_TOT", parameters={"jaren": 5, "vanaf": "sluiting"})
    for obligations, told in (((), None), ((kept,), {"jaren": 5, "vanaf": "sluiting"})):
        api.exchange.hub.policy.obligations = obligations
        sent = (await api.vt("POST", "/berichten", message())).json()
        await api.exchange.police.round()
        (entry,) = [
            e for e in (await api.police("GET", "/postvak")).json() if e["berichtId"] == sent["berichtId"]
        ]
        read = await api.police("POST", f"/postvak/{entry['kopieId']}/_open", {"doel": "screening"})
        assert read.json()["bewaren"] == told


async def test_what_was_left_out_is_told_with_reason_in_the_language_of_the_reader(api: Api) -> None:
    api.exchange.hub.policy.choices["politie_hovj"] = {"onderbouwing_gevaar": "deny"}
    sent = await api.vt("POST", "/berichten", message())
    (delivery,) = sent.json()["afleveringen"]
    assert delivery["weggelaten"] == [
        {
            "veld": "onderbouwing_gevaar",
            "regel": "matrix",
            "reden": "Omdat de proef het zegt.",
            "artikel": "art. 1",
            "bijLezen": False,
        }
    ]
    english = await api.vt("GET", "/berichten", headers={"Accept-Language": "en"})
    (left_out,) = english.json()[0]["afleveringen"][0]["weggelaten"]
    assert left_out["reden"] == "Because the test says so."
    await api.exchange.police.round()
    (entry,) = (await api.police("GET", "/postvak")).json()
    read = await api.police("POST", f"/postvak/{entry['kopieId']}/_open", {"doel": "screening"})
    assert [each["veld"] for each in read.json()["weggelaten"]] == ["onderbouwing_gevaar"]


async def test_the_identity_of_the_reporter_in_a_message_is_a_400_that_names_rule_and_article(
    api: Api,
) -> None:
    content = {**kennisgeving_content(), "melder": {"naam": "Testje van Verzonnen"}}
    answer = await api.vt("POST", "/berichten", message(inhoud=content))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/inhoud/melder", "S_categorie_niet_in_schema")
    assert error["artikel"]
    assert "Verzonnen" not in answer.text


async def test_every_mistake_in_a_body_is_named_at_once(api: Api) -> None:
    answer = await api.vt("POST", "/berichten", {"type": 7, "ontvangers": [], "verzonnen": True})
    assert answer.status_code == 400
    assert sorted(e["pointer"] for e in answer.json()["errors"]) == [
        "/inhoud",
        "/ontvangers",
        "/rol",
        "/type",
        "/verzonnen",
    ]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"gemeentecode": "9901"}, ["/zaakId"]),
        ({"zaakId": None}, ["/zaakId"]),
        ({"handeling": "sluiten"}, ["/handeling"]),
        ({"ontvangers": [{"oin": POLICE.oin, "rol": "politie_hovj"}] * 2}, ["/ontvangers"]),
    ],
    ids=["case and municipality", "neither", "an act that follows from the content", "a recipient twice"],
)
async def test_a_body_that_contradicts_itself_is_refused(
    api: Api, changes: dict[str, Any], pointers: list[str]
) -> None:
    answer = await api.vt("POST", "/berichten", message(**changes))
    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == pointers


async def test_a_message_that_opens_a_case_gets_a_random_case_id(api: Api) -> None:
    opening = message(zaakId=None, gemeentecode="9901")
    found = {(await api.vt("POST", "/berichten", opening)).json()["zaakId"] for _ in range(2)}
    assert len(found) == 2


async def test_the_same_request_under_its_own_id_opens_one_case(api: Api) -> None:
    opening = message(zaakId=None, gemeentecode="9901", berichtId=new_id())
    first, again = [await api.vt("POST", "/berichten", opening) for _ in range(2)]
    assert first.json()["zaakId"] == again.json()["zaakId"]
    assert len(api.exchange.hub.bodies) == 1


async def test_a_message_that_waits_for_the_hub_is_a_202(api: Api) -> None:
    honest = api.exchange.hub.plan

    def plan(request: Any) -> Any:
        api.exchange.hub.down = True
        return honest(request)

    api.exchange.hub.plan = plan  # type: ignore[method-assign]
    answer = await api.vt("POST", "/berichten", message())
    assert (answer.status_code, answer.json()["toestand"]) == (202, "wacht")


async def test_without_the_hub_a_plan_is_a_503_with_the_time_to_wait(api: Api) -> None:
    api.exchange.hub.down = True
    answer = await api.vt("POST", "/plannen", message())
    assert answer.status_code == 503
    assert answer.json()["code"] == "hub-onbereikbaar"
    assert int(answer.headers["retry-after"]) > 0


async def test_a_refusal_of_the_hub_keeps_rule_article_and_next_step(api: Api) -> None:
    api.exchange.hub.policy.refusal = Refused(
        rule="S_toestand", article="art. 3", next_step_nl="Wacht op het advies.", next_step_en=""
    )
    answer = await api.vt("POST", "/plannen", message())
    body = answer.json()
    assert (answer.status_code, body["regel"], body["artikel"]) == (403, "S_toestand", "art. 3")
    assert body["vervolgstap"] == "Wacht op het advies."


async def test_acts_assignments_duties_and_cases_are_asked_in_the_name_of_the_person(api: Api) -> None:
    case = new_id()
    asked = [
        await api.vt(
            "POST",
            "/handelingen",
            {
                "zaakId": case,
                "handeling": "sluiten",
                "rol": "vt_procescoordinator",
                "gebeurdOp": "2026-11-24T02:00:00+01:00",
            },
        ),
        await api.vt(
            "POST",
            "/toewijzingen",
            {"zaakId": case, "medewerker": "vt-0002", "rol": "vt_procescoordinator", "kant": "neutraal"},
        ),
        await api.vt(
            "POST",
            "/diensten",
            {
                "medewerker": "vt-0002",
                "rol": "vt_procescoordinator",
                "van": "2026-11-24T00:00:00+01:00",
                "tot": "2026-11-25T00:00:00+01:00",
            },
        ),
        await api.vt("GET", f"/zaken/{case}?rol=vt_procescoordinator&doel=screening"),
        await api.vt(
            "POST",
            f"/zaken/{case}/klokken/D19~{case}/_afhandelen",
            {"rol": "vt_procescoordinator", "doel": "melding_vt"},
        ),
        await api.vt(
            "POST",
            f"/zaken/{case}/klokken/D21~{case}/_verlengen",
            {"rol": "vt_procescoordinator", "doel": "melding_vt", "reden": "onderzoek"},
        ),
    ]
    assert [a.status_code for a in asked] == [201, 201, 201, 200, 200, 200]
    assert [a.json()["soort"] for a in asked] == [
        "handeling",
        "toewijzing",
        "dienst",
        "zaak",
        "klok_afgehandeld",
        "klok_verlengd",
    ]
    assert asked[5].json()["vraag"]["reden"] == "onderzoek"
    assert asked[4].json()["vraag"]["klokId"] == f"D19~{case}"
    assert asked[0].json()["vraag"]["door"] == {"rol": "vt_procescoordinator", "medewerker": "vt-0001"}
    assert asked[0].json()["vraag"]["gebeurdOp"] == "2026-11-24T01:00:00.000Z"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/handelingen", {"zaakId": new_id(), "handeling": "x", "rol": "burgemeester",
                                  "gebeurdOp": "2026-11-24T02:00:00Z"}),
        ("POST", "/toewijzingen", {"zaakId": new_id(), "medewerker": "x", "rol": "burgemeester",
                                   "kant": "neutraal"}),
        ("POST", "/diensten", {"medewerker": "x", "rol": "burgemeester", "van": "2026-11-24T02:00:00Z",
                               "tot": "2026-11-25T02:00:00Z"}),
        ("GET", "/zaken/00000000-0000-4000-8000-000000000000?rol=burgemeester&doel=besluit", None),
        ("POST", "/zaken/00000000-0000-4000-8000-000000000000/klokken/D04/_afhandelen",
         {"rol": "burgemeester", "doel": "besluit"}),
        ("POST", "/zaken/00000000-0000-4000-8000-000000000000/klokken/D21/_verlengen",
         {"rol": "burgemeester", "doel": "besluit", "reden": "veiligheid"}),
        ("POST", "/plannen", message(rol="burgemeester")),
    ],
)  # fmt: skip
async def test_nobody_acts_in_a_role_that_he_does_not_have(
    api: Api, method: str, path: str, body: Any
) -> None:
    answer = await api.vt(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "rol-niet-van-u")
    assert api.exchange.hub.asked == []


async def test_a_role_that_the_agency_does_not_have_is_not_believed_from_a_token(api: Api) -> None:
    answer = await api.ask(
        VEILIG_THUIS.oin, "POST", "/plannen", message(rol="burgemeester"), person=("vt-0001", "burgemeester")
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "rol-niet-van-u")


async def test_summaries_and_cleanings_are_approved_over_http(api: Api) -> None:
    scope = {
        "zaakId": new_id(),
        "rol": "vt_procescoordinator",
        "rollen": ["politie_hovj"],
        "doel": "screening",
        "verlooptOp": "2026-11-25T02:00:00Z",
    }
    summary = await api.vt(
        "POST", "/samenvattingen", {**scope, "categorie": "vt_veiligheidsbeoordeling", "tekst": "Verzonnen."}
    )
    cleaning = await api.vt(
        "POST",
        "/bewerkingen",
        {
            **scope,
            "type": KENNISGEVING,
            "veld": "onderbouwing_gevaar",
            "origineel": "Verzonnen bron.",
            "bewerkt": "Verzonnen.",
        },
    )
    assert [a.status_code for a in (summary, cleaning)] == [201, 201]
    assert summary.json()["verlooptOp"] == "2026-11-25T02:00:00.000Z"


def forged(**changes: Any) -> str:
    return token(*VT_PERSON, now=NOW, **changes)


ATTACKS = {
    "no token": "",
    "another audience": forged(aud="https://elders.example"),
    "another issuer": forged(iss="https://elders.example"),
    "expired": forged(exp=int((NOW - timedelta(hours=1)).timestamp())),
    "signed by a stranger": es256(
        ec.generate_private_key(ec.SECP256R1()), {"alg": "ES256", "typ": "at+jwt", "kid": KID}, {}
    ),
    "an identity token": es256(KEY, {"alg": "ES256", "typ": "JWT", "kid": KID}, {}),
    "a name as reference": forged(sub="Testje van Verzonnen"),
    "roles that are no list": forged(rol={"politie_hovj": True}),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_whoever_is_not_established_gets_nothing(api: Api, attack: str) -> None:
    headers = {"Authorization": f"Bearer {ATTACKS[attack]}"}
    for method, path in (("GET", "/postvak"), ("GET", "/berichten"), ("GET", "/signalen")):
        answer = await api.ask(VEILIG_THUIS.oin, method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_without_the_scope_of_the_node_is_refused(api: Api) -> None:
    headers = {"Authorization": f"Bearer {forged(scope='agenda')}"}
    answer = await api.ask(VEILIG_THUIS.oin, "GET", "/postvak", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "onvoldoende-scope")


async def test_unknown_and_invisible_messages_give_the_same_answer(api: Api) -> None:
    sent = (await api.vt("POST", "/berichten", message())).json()
    answers = []
    for message_id in (sent["berichtId"], new_id()):
        answer = await api.ask(
            VEILIG_THUIS.oin, "GET", f"/berichten/{message_id}", person=("vt-0002", "vt_medewerker")
        )
        answers.append({k: v for k, v in answer.json().items() if k not in ("instance", "traceId")})
        assert answer.status_code == 404
    assert answers[0] == answers[1]


async def test_openings_in_an_emergency_are_listed_and_reviewed(api: Api) -> None:
    await api.vt("POST", "/berichten", message())
    await api.exchange.police.round()
    (entry,) = (await api.police("GET", "/postvak")).json()
    opening = {"doel": "screening", "noodgeval": "Verzonnen spoed aan de deur."}
    await api.police("POST", f"/postvak/{entry['kopieId']}/_open", opening)
    (listed,) = (await api.police("GET", "/noodopeningen")).json()
    assert (listed["soort"], listed["reden"]) == ("breekglas", "Verzonnen spoed aan de deur.")
    assert listed["nakijkenVoor"] == "2026-11-25T01:45:00.000Z"
    path = f"/noodopeningen/{listed['noodopeningId']}/_nagekeken"
    assert (await api.police("POST", path)).json()["code"] == "eigen-noodopening"
    reviewed = await api.ask(POLICE.oin, "POST", path, person=("pol-0008", "politie_hovj"))
    assert (reviewed.status_code, reviewed.json()["nagekekenDoor"]) == (200, "pol-0008")


async def test_signals_show_what_was_set_aside(api: Api) -> None:
    api.exchange.hub.inbox(POLICE.oin).put(b"junk")
    await api.exchange.police.receive()
    found = (await api.police("GET", "/signalen")).json()
    assert found["ontbrekend"] == []
    assert [(each["kopieId"], each["gemeld"]) for each in found["apartGezet"]] == [(None, False)]


async def test_health_tells_how_much_waits(api: Api) -> None:
    app = api.exchange.vt.app.app
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=AUDIENCE) as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "wachtrij": 0})


async def test_an_answer_of_the_hub_is_asked_for_once_per_request(api: Api) -> None:
    await api.vt("POST", "/plannen", message())
    assert [verb for verb, _ in api.exchange.hub.asked] == [Verb.PLAN]


def test_the_published_document_passes_the_rules_for_apis(exchange: Exchange) -> None:
    assert spectral_findings(exchange.vt.app.app.openapi(), adr_ruleset()) == []


async def test_a_plan_warns_of_what_a_free_text_seems_to_hold_and_nobody_else_hears_of_it(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    bodies: list[bytes] = []

    class Overheard(LinkInMemory):
        async def ask(self, verb: Verb, body: bytes) -> Answer:
            bodies.append(body)
            return await super().ask(verb, body)

    api.exchange.links = Overheard
    text = "Bel haar op 06 12 34 56 78, BSN 111222333."
    content = {**kennisgeving_content(), "onderbouwing_gevaar": text}
    plan = await api.vt("POST", "/plannen", message(inhoud=content))
    assert plan.status_code == 200
    found = plan.json()["waarschuwingen"]
    assert [(w["pointer"], w["code"]) for w in found] == [
        ("/inhoud/onderbouwing_gevaar", "bsn"),
        ("/inhoud/onderbouwing_gevaar", "telefoon"),
    ]
    assert all(w["tekst"].keys() == {"nl", "en"} for w in found)
    assert "111222333" not in plan.text
    sent = await api.vt("POST", "/berichten", message(inhoud=content))
    assert sent.status_code == 201  # it never blocks
    assert len(bodies) >= 3
    assert not [body for body in bodies if b"waarschuw" in body or b"111222333" in body]
    assert "111222333" not in caplog.text
    assert "waarschuw" not in caplog.text


async def test_a_plan_warns_of_a_shelter_of_the_registry_and_does_not_repeat_its_name(api: Api) -> None:
    registry = api.exchange.registry
    shelter = replace(registry.participant(MUNICIPALITY.oin), name="Stichting Huize Verzonnen", kind="opvang")
    api.exchange.registry = replace(registry, participants={**registry.participants, shelter.oin: shelter})
    content = {**kennisgeving_content(), "onderbouwing_gevaar": "Zij verblijft bij huize verzonnen."}
    plan = await api.vt("POST", "/plannen", message(inhoud=content))
    assert [(w["pointer"], w["code"]) for w in plan.json()["waarschuwingen"]] == [
        ("/inhoud/onderbouwing_gevaar", "opvang")
    ]
    assert "huize verzonnen" not in plan.text.lower()
