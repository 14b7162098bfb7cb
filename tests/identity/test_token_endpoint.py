"""The token endpoint: who gets a token, what it says, and every way in which somebody should not get one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.domain.errors import NotAuthenticated
from tests.identity.parties import ISSUER, TOKEN_ENDPOINT, Identity, Party, make_identity
from tests.web.signing import b64u, es256, hs256

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    return make_identity(tmp_path)


def header(party: Party, **changes: Any) -> dict[str, Any]:
    found = {"alg": "ES256", "kid": party.kid, "typ": "JWT", **changes}
    return {name: value for name, value in found.items() if value is not None}


async def test_a_node_gets_a_token_that_the_verifier_of_the_hub_takes(identity: Identity) -> None:
    police = identity.police
    answer = await identity.ask(police.form(scope="berichten zaken"), police.certificate)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 600, "berichten zaken")
    claims = identity.verifier.verify(body["access_token"], police.certificate.thumbprint)
    assert (claims.client_id, claims.subject) == (police.client_id, police.client_id)
    assert claims.scopes == {"berichten", "zaken"}
    assert claims.all["oin"] == police.oin
    assert claims.actor is None


async def test_a_token_is_of_no_use_with_the_certificate_of_another_agency(identity: Identity) -> None:
    answer = await identity.ask(identity.police.form(), identity.police.certificate)
    with pytest.raises(NotAuthenticated):
        identity.verifier.verify(answer.json()["access_token"], identity.veilig_thuis.certificate.thumbprint)


ASSERTIONS: dict[str, Callable[[Party, Party], str]] = {
    "wrong audience": lambda me, _: me.assertion(me.claims(aud=ISSUER)),
    "a second audience": lambda me, _: me.assertion(
        me.claims(aud=[TOKEN_ENDPOINT, "https://elders.example"])
    ),
    "expired": lambda me, _: me.assertion(
        me.claims(iat=int(me.clock.now.timestamp()) - 120, exp=int(me.clock.now.timestamp()) - 31)
    ),
    "lives longer than five minutes": lambda me, _: me.assertion(
        me.claims(exp=int(me.clock.now.timestamp()) + 301)
    ),
    "issued in the future": lambda me, _: me.assertion(
        me.claims(iat=int(me.clock.now.timestamp()) + 40, exp=int(me.clock.now.timestamp()) + 60)
    ),
    "not yet valid": lambda me, _: me.assertion(me.claims(nbf=int(me.clock.now.timestamp()) + 40)),
    "no exp": lambda me, _: me.assertion({k: v for k, v in me.claims().items() if k != "exp"}),
    "no iat": lambda me, _: me.assertion({k: v for k, v in me.claims().items() if k != "iat"}),
    "no jti": lambda me, _: me.assertion({k: v for k, v in me.claims().items() if k != "jti"}),
    "no aud": lambda me, _: me.assertion({k: v for k, v in me.claims().items() if k != "aud"}),
    "no sub": lambda me, _: me.assertion({k: v for k, v in me.claims().items() if k != "sub"}),
    "short jti": lambda me, _: me.assertion(me.claims(jti="a" * 21)),
    "jti of a megabyte": lambda me, _: me.assertion(me.claims(jti="a" * 129)),
    "jti as a list": lambda me, _: me.assertion(me.claims(jti=["a" * 22])),
    "exp as a string": lambda me, _: me.assertion(me.claims(exp=str(int(me.clock.now.timestamp()) + 60))),
    "exp as true": lambda me, _: me.assertion(me.claims(exp=True)),
    "exp 1e999": lambda me, _: me.assertion(b'{"iss":"' + me.client_id.encode() + b'","exp":1e999}'),
    "sub of another client": lambda me, other: me.assertion(me.claims(sub=other.client_id)),
    "sub as a list": lambda me, _: me.assertion(me.claims(sub=[me.client_id])),
    "issued by nobody": lambda me, _: me.assertion(me.claims(iss="0-node", sub="0-node")),
    "signed by another agency": lambda me, other: es256(other.signing_key, header(me), me.claims()),
    "in the name of another agency": lambda me, other: es256(me.signing_key, header(me), other.claims()),
    "kid of another agency": lambda me, other: me.assertion(header=header(me, kid=other.kid)),
    "no kid": lambda me, _: me.assertion(header=header(me, kid=None)),
    "alg none": lambda me, _: me.assertion(header=header(me, alg="none")),
    "alg with a quote": lambda me, _: me.assertion(header=header(me, alg='x"y')),
    "unknown crit": lambda me, _: me.assertion(header=header(me, crit=["x"], x=1)),
    "typ of a submission": lambda me, _: me.assertion(header=header(me, typ="schakel-inzending+jws")),
    "typ of an access token": lambda me, _: me.assertion(header=header(me, typ="at+jwt")),
    "hs256 with the public key": lambda me, _: hs256(
        me.signing_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        header(me, alg="HS256"),
        me.claims(),
    ),
    "deep json": lambda _, __: f"{b64u(b'{}')}.{b64u(b'[' * 5000)}.AAAA",
    "deep json, signed": lambda me, _: me.assertion(b"[" * 4000),
    "too long": lambda me, _: me.assertion(me.claims(x="y" * 9000)),
    "not a jwt": lambda _, __: "a.b",
    "not ascii": lambda _, __: "\u00e9.\u00e9.\u00e9",
}


@pytest.mark.parametrize("assertion", ASSERTIONS.values(), ids=ASSERTIONS.keys())
async def test_an_assertion_that_proves_nothing_is_refused_in_the_same_words(
    identity: Identity, assertion: Callable[[Party, Party], str]
) -> None:
    police = identity.police
    form = police.form(client_assertion=assertion(police, identity.veilig_thuis))
    answer = await identity.ask(form, police.certificate)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "invalid_client",
        "error_description": "the client assertion is not acceptable",
    }


async def test_a_replayed_assertion_is_refused(identity: Identity) -> None:
    form = identity.police.form()
    assert (await identity.ask(form, identity.police.certificate)).status_code == 200
    again = await identity.ask(form, identity.police.certificate)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


async def test_a_replay_is_refused_up_to_the_last_second_of_its_leeway(identity: Identity) -> None:
    form = identity.police.form()
    assert (await identity.ask(form, identity.police.certificate)).status_code == 200
    for seconds in (60, 29):
        identity.clock.now += timedelta(seconds=seconds)
        assert (await identity.ask(form, identity.police.certificate)).status_code == 401


async def test_a_client_that_floods_is_held_back_and_others_are_not(tmp_path: Path) -> None:
    identity = make_identity(tmp_path, limit_per_client=2)
    police, other = identity.police, identity.veilig_thuis
    statuses = [(await identity.ask(police.form(), police.certificate)).status_code for _ in range(3)]
    assert statuses == [200, 200, 503]
    assert (await identity.ask(other.form(), other.certificate)).status_code == 200
    identity.clock.now += timedelta(seconds=91)
    assert (await identity.ask(police.form(), police.certificate)).status_code == 200


async def test_without_a_certificate_there_is_no_token(identity: Identity) -> None:
    answer = await identity.ask(identity.police.form(), None)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_with_the_certificate_of_another_agency_there_is_no_token(identity: Identity) -> None:
    answer = await identity.ask(identity.police.form(), identity.veilig_thuis.certificate)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_another_client_id_beside_the_assertion_is_refused(identity: Identity) -> None:
    form = identity.police.form(client_id=identity.veilig_thuis.client_id)
    assert (await identity.ask(form, identity.police.certificate)).json()["error"] == "invalid_client"


async def test_a_client_that_left_the_registry_gets_no_token(identity: Identity) -> None:
    del identity.clients[identity.police.client_id]
    assert (await identity.ask(identity.police.form(), identity.police.certificate)).status_code == 401


FORMS: dict[str, tuple[dict[str, str], str]] = {
    "no assertion": ({"client_assertion": ""}, "invalid_client"),
    "a secret instead": ({"client_assertion_type": "x", "client_secret": "y"}, "invalid_client"),
    "another assertion type": ({"client_assertion_type": "urn:x"}, "invalid_client"),
    "no scope": ({"scope": ""}, "invalid_scope"),
    "an unknown scope": ({"scope": "berichten alles"}, "invalid_scope"),
    "a scope it does not have": ({"scope": "toezicht"}, "invalid_scope"),
    "password grant": ({"grant_type": "password"}, "unsupported_grant_type"),
    "refresh grant": ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    "code grant": ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    "a grant in other letters": ({"grant_type": 'client"\u00e9'}, "unsupported_grant_type"),
}


@pytest.mark.parametrize(("changes", "error"), FORMS.values(), ids=FORMS.keys())
async def test_a_request_that_asks_for_something_else_is_refused(
    identity: Identity, changes: dict[str, str], error: str
) -> None:
    answer = await identity.ask(identity.police.form(**changes), identity.police.certificate)
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.json()["error"] == error
    assert "access_token" not in answer.json()


@pytest.mark.parametrize(
    "body",
    ["", "scope=berichten&scope=zaken", "x" * 21_000, "=%ff", "a&b", "&".join(f"p{n}=1" for n in range(21))],
    ids=["empty", "parameter twice", "too long", "not utf-8", "no values", "many parameters"],
)
async def test_a_body_that_is_no_proper_form_is_invalid(identity: Identity, body: str) -> None:
    answer = await identity.ask(
        body.encode(), identity.police.certificate, content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_form_under_another_content_type_is_invalid(identity: Identity) -> None:
    body = urlencode(identity.police.form()).encode()
    answer = await identity.ask(body, identity.police.certificate, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def exchange_form(party: Party, **changes: str) -> dict[str, str]:
    return party.form(
        grant_type=TOKEN_EXCHANGE,
        subject_token_type=JWT_TYPE,
        **({"subject_token": party.person()} | changes),
    )


async def test_a_node_exchanges_for_a_person_and_both_stand_in_the_token(identity: Identity) -> None:
    police = identity.police
    answer = await identity.ask(exchange_form(police), police.certificate)
    assert answer.status_code == 200
    assert answer.json()["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    claims = identity.verifier.verify(answer.json()["access_token"], police.certificate.thumbprint)
    assert claims.subject == f"{police.oin}:medewerker-7"
    assert claims.actor == claims.client_id == police.client_id
    assert claims.all["rol"] == "politie_hovj"


PERSONS: dict[str, Callable[[Party, Party], dict[str, str]]] = {
    "a role of another agency": lambda me, _: {"subject_token": me.person(rol="vt_medewerker")},
    "no role": lambda me, _: {"subject_token": me.person(rol=None)},
    "a name instead of a reference": lambda me, _: {"subject_token": me.person(sub="Jansen, P.")},
    "signed by another agency": lambda _, other: {"subject_token": other.person()},
    "in the name of another node": lambda me, other: {"subject_token": me.person(iss=other.client_id)},
    "for another audience": lambda me, _: {"subject_token": me.person(aud=ISSUER)},
    "living for an hour": lambda me, _: {
        "subject_token": me.person(exp=int(me.clock.now.timestamp()) + 3600)
    },
    "a client assertion instead": lambda me, _: {"subject_token": me.assertion()},
}


@pytest.mark.parametrize("changes", PERSONS.values(), ids=PERSONS.keys())
async def test_a_person_that_the_node_may_not_speak_for_is_refused(
    identity: Identity, changes: Callable[[Party, Party], dict[str, str]]
) -> None:
    police = identity.police
    answer = await identity.ask(
        exchange_form(police, **changes(police, identity.veilig_thuis)), police.certificate
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_statement_about_a_person_is_used_once(identity: Identity) -> None:
    police, person = identity.police, identity.police.person()
    assert (
        await identity.ask(exchange_form(police, subject_token=person), police.certificate)
    ).status_code == 200
    again = await identity.ask(exchange_form(police, subject_token=person), police.certificate)
    assert again.json()["error"] == "invalid_grant"


async def test_a_statement_about_a_person_does_not_authenticate_a_client(identity: Identity) -> None:
    form = identity.police.form(client_assertion=identity.police.person(sub=identity.police.client_id))
    assert (await identity.ask(form, identity.police.certificate)).json()["error"] == "invalid_client"


@pytest.mark.parametrize("missing", ["subject_token", "subject_token_type"])
async def test_an_exchange_without_a_subject_is_invalid(identity: Identity, missing: str) -> None:
    form = {name: value for name, value in exchange_form(identity.police).items() if name != missing}
    answer = await identity.ask(form, identity.police.certificate)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "path", ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
)
async def test_discovery_leads_to_endpoints_and_keys_that_exist(identity: Identity, path: str) -> None:
    metadata = (await identity.get(path)).json()
    assert metadata["issuer"] == ISSUER
    assert metadata["token_endpoint"] == TOKEN_ENDPOINT
    assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert metadata["tls_client_certificate_bound_access_tokens"] is True
    keys = await identity.get(metadata["jwks_uri"].removeprefix(ISSUER))
    assert keys.headers["cache-control"] == "public, max-age=3600"
    assert {key["kid"] for key in keys.json()["keys"]} == set(identity.authority.verification_keys)
    assert all(key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in keys.json()["keys"])


async def test_the_token_endpoint_answers_only_post(identity: Identity) -> None:
    answer = await identity.get("/oauth/token")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
