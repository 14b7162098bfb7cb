"""What every application promises, checked on a running one: NL API Design Rules 2.2 and RFC 9457."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.web.example_app import example_app
from tests.web.spectral import adr_ruleset, spectral_findings

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "api-version": "1.2.3",
}


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=example_app())
    async with httpx2.AsyncClient(transport=transport, base_url="https://proef.example") as found:
        yield found


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"https://schakel.example/problemen/{code}"
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == answer.request.url.path
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    return body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/aantekeningen"),
        ("GET", "/v1/onbekend"),
        ("GET", "/v1/fouten/onverwacht"),
        ("PUT", "/v1/aantekeningen"),
    ],
)
async def test_every_answer_carries_version_and_security_headers(
    client: httpx2.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path)
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_invalid_input_is_400_with_all_causes_at_once_and_no_value(client: httpx2.AsyncClient) -> None:
    sent = {
        "soort": "geheim-a",
        "tekst": "geheim-b-te-lang",
        "aantal": True,
        "vanaf": "2026-01-01T00:00:00",
        "extra": 1,
    }
    body = assert_problem(await client.post("/v1/aantekeningen", json=sent), 400, "ongeldige-invoer")
    causes = {error["pointer"]: error["code"] for error in body["errors"]}
    assert causes == {
        "/soort": "waarde",
        "/tekst": "te_lang",
        "/aantal": "type",
        "/vanaf": "tijdzone",
        "/extra": "onbekend_veld",
    }
    assert "geheim" not in str(body)


async def test_a_wrong_query_parameter_is_400_and_named(client: httpx2.AsyncClient) -> None:
    body = assert_problem(await client.get("/v1/aantekeningen?paginaGrootte=0"), 400, "ongeldige-invoer")
    assert [error["pointer"] for error in body["errors"]] == ["/query/paginaGrootte"]


@pytest.mark.parametrize("text", ['{"soort":', "[" * 1900, b"\xff\xfe"], ids=["cut off", "deep", "not utf-8"])
async def test_unreadable_json_is_400(client: httpx2.AsyncClient, text: str | bytes) -> None:
    answer = await client.post(
        "/v1/aantekeningen", content=text, headers={"content-type": "application/json"}
    )
    assert_problem(answer, 400, "ongeldige-invoer")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_a_body_that_is_not_json_is_415(client: httpx2.AsyncClient, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    answer = await client.post("/v1/aantekeningen", content=b'{"soort":"kort","tekst":"x"}', headers=headers)
    assert_problem(answer, 415, "soort-inhoud-niet-ondersteund")


async def test_a_trailing_slash_is_404_without_redirect(client: httpx2.AsyncClient) -> None:
    assert_problem(await client.get("/v1/aantekeningen/"), 404, "niet-gevonden")


async def test_unknown_path_and_unknown_thing_have_the_same_words(client: httpx2.AsyncClient) -> None:
    nowhere = assert_problem(await client.get("/v1/onbekend"), 404, "niet-gevonden")
    nothing = assert_problem(await client.get("/v1/aantekeningen/3"), 404, "niet-gevonden")
    assert nowhere.keys() == nothing.keys()
    assert nowhere["title"] == nothing["title"]


async def test_an_unsupported_method_is_405_and_names_all_methods(client: httpx2.AsyncClient) -> None:
    answer = await client.delete("/v1/aantekeningen")
    assert_problem(answer, 405, "methode-niet-toegestaan")
    assert answer.headers["allow"] == "GET, POST"


async def test_a_body_above_the_limit_is_413(client: httpx2.AsyncClient) -> None:
    assert_problem(await client.post("/v1/aantekeningen", json={"tekst": "x" * 3000}), 413, "te-groot")


async def test_a_body_above_the_limit_without_a_length_is_413(client: httpx2.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    answer = await client.post(
        "/v1/aantekeningen", content=chunks(), headers={"content-type": "application/json"}
    )
    assert_problem(answer, 413, "te-groot")


async def test_an_unexpected_exception_tells_the_outside_nothing(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/v1/fouten/onverwacht")
    body = assert_problem(answer, 500, "interne-fout")
    assert "canary" not in answer.text + caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert body["traceId"] in caplog.text


async def test_a_refusal_names_rule_article_and_next_step(client: httpx2.AsyncClient) -> None:
    body = assert_problem(await client.get("/v1/fouten/geweigerd"), 403, "geweigerd")
    assert (body["regel"], body["artikel"], body["vervolgstap"]) == ("S_doel", "art. 1", "Vraag toestemming.")


async def test_a_stale_plan_comes_with_the_new_one(client: httpx2.AsyncClient) -> None:
    body = assert_problem(await client.get("/v1/fouten/verouderd"), 409, "plan-verouderd")
    assert body["plan"] == {"plan_id": "p1"}


async def test_too_many_requests_says_when_to_return(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/v1/fouten/druk")
    assert_problem(answer, 429, "te-veel-verzoeken")
    assert answer.headers["retry-after"] == "7"


async def test_causes_of_the_domain_keep_pointer_code_and_article(client: httpx2.AsyncClient) -> None:
    body = assert_problem(await client.get("/v1/fouten/ongeldig"), 400, "ongeldige-invoer")
    assert body["errors"] == [
        {
            "pointer": "/inhoud/melder",
            "code": "S_categorie_niet_in_schema",
            "detail": "Dit veld hoort niet in dit bericht.",
            "artikel": "art. 2",
        },
        {"pointer": "/inhoud/datum", "code": "verplicht", "detail": "Verplicht."},
    ]


@pytest.mark.parametrize(
    ("accept_language", "title"),
    [
        (None, "Niet gevonden"),
        ("en", "Not found"),
        ("en-GB,en;q=0.9", "Not found"),
        ("nl,en;q=0.8", "Niet gevonden"),
        ("nl;q=0.5,en;q=0.8", "Not found"),
        ("en;q=x", "Niet gevonden"),
        ("de", "Niet gevonden"),
    ],
)
async def test_a_problem_is_dutch_unless_english_is_preferred(
    client: httpx2.AsyncClient, accept_language: str | None, title: str
) -> None:
    headers = {"accept-language": accept_language} if accept_language else {}
    answer = await client.get("/v1/onbekend", headers=headers)
    assert answer.json()["title"] == title
    assert answer.headers["vary"] == "Accept-Language"


async def test_a_well_formed_traceparent_is_taken_over_and_another_is_not(client: httpx2.AsyncClient) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    taken = await client.get("/v1/onbekend", headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
    assert taken.json()["traceId"] == trace_id
    forged = await client.get("/v1/onbekend", headers={"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"})
    assert len(forged.json()["traceId"]) == 32
    assert forged.json()["traceId"] != "0" * 32


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/openapi.json"])
async def test_the_document_is_public_and_readable_from_any_origin(
    client: httpx2.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["servers"] == [{"url": "https://schakel.example/v1"}]
    assert set(answer.json()["paths"]) == {"/aantekeningen", "/aantekeningen/{volgnummer}", "/fouten/{soort}"}


async def test_no_resource_is_readable_from_another_origin(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/v1/aantekeningen", headers={"origin": "https://elders.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_the_document_passes_the_official_linter_without_error_or_warning() -> None:
    assert spectral_findings(example_app().openapi(), adr_ruleset()) == []


def test_the_linter_would_notice_a_document_that_breaks_the_rules() -> None:
    document = example_app().openapi()
    del document["info"]["contact"]
    assert any("info-contact" in line for line in spectral_findings(document, adr_ruleset()))
