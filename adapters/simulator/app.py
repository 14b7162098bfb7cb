"""The FastAPI application of one pretend agency: sign in, hand over, look into the mailbox, be called by its pager.

Signing in asks for no proof, so it is for this machine only: a loopback address that no page of another site called.
Handing over is for the agency's own node, known by its client certificate. The mailbox shows a person what was handed
over for that person's roles.
"""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Request, Response
from pydantic import ValidationError
from starlette.middleware.trustedhost import TrustedHostMiddleware

from adapters.simulator.agency import RunningAgency
from adapters.simulator.documents import (
    Aangemeld,
    Aanmelding,
    Aflevering,
    Alarm,
    Genoteerd,
    Medewerker,
    Oproep,
    Organisatie,
    Overname,
    Piepers,
    Postbak,
    Poststuk,
    Terughaling,
)
from adapters.simulator.identity import Caller, NotOurToken, UnknownEmployee
from adapters.simulator.mailbox import Kept, Mailbox, OtherContent, TakenBack
from adapters.simulator.pager import SIGNATURE_HEADER, Page
from adapters.simulator.peer import peer_oin
from adapters.simulator.problems import Declined, add_problem_handlers
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import CopyId, StaffRef

DutyName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$")]
PRETEND = {"Schakel-Nagebootst": "ja"}


def create_agency_app(agency: RunningAgency) -> FastAPI:
    """The application of this agency. Closing the agency is left to who opened it."""
    app = FastAPI(
        title=f"Nagebootste organisatie: {agency.settings.name}",
        description="Verzonnen personen en gegevens. Nooit voor echte zaken.",
        redirect_slashes=False,
    )
    app.state.agency = agency
    # Another name in Host means that a page elsewhere was pointed at this address (DNS rebinding).
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]"], www_redirect=False
    )
    add_problem_handlers(app)
    app.add_api_route("/", show_agency, methods=["GET"])
    app.add_api_route("/jwks", show_keys, methods=["GET"])
    app.add_api_route("/aanmelden", sign_in, methods=["POST"], dependencies=[Depends(_on_this_machine)])
    app.add_api_route("/postbak", hand_over, methods=["POST"], dependencies=[Depends(_own_node)])
    app.add_api_route("/postbak", show_mailbox, methods=["GET"])
    app.add_api_route(
        "/postbak/terughalingen", take_back, methods=["POST"], dependencies=[Depends(_own_node)]
    )
    app.add_api_route("/pieper/{dienst}", page, methods=["POST"], status_code=HTTPStatus.NO_CONTENT)
    app.add_api_route("/pieper", show_pages, methods=["GET"])
    return app


def _agency(request: Request) -> RunningAgency:
    found = request.app.state.agency
    assert isinstance(found, RunningAgency)  # noqa: S101 - create_agency_app put it there
    return found


Agency = Annotated[RunningAgency, Depends(_agency)]


def _on_this_machine(request: Request) -> None:
    local = request.client is not None and ip_address(request.client.host).is_loopback
    if not local or "origin" in request.headers:
        raise Declined(
            HTTPStatus.FORBIDDEN, "alleen-lokaal", "Nagebootst aanmelden kan alleen op deze machine."
        )


def _own_node(request: Request, agency: Agency) -> None:
    if peer_oin(request) != agency.settings.oin:
        raise Declined(
            HTTPStatus.FORBIDDEN, "niet-de-eigen-node", "Alleen de node van deze organisatie levert hier af."
        )


def _caller(agency: Agency, authorization: Annotated[str, Header()] = "") -> Caller:
    scheme, _, token = authorization.partition(" ")
    try:
        if scheme.lower() == "bearer":
            return agency.identity.caller(token)
    except NotOurToken:
        pass  # the same answer as without a token: it says nothing about which check failed
    raise Declined(
        HTTPStatus.UNAUTHORIZED, "niet-aangemeld", "Meld u aan; stuur het token in de header Authorization."
    )


async def show_agency(agency: Agency) -> Organisatie:
    """What this server pretends to be, and as whom one can sign in."""
    people = agency.staff.people.values()
    return Organisatie(
        oin=agency.settings.oin,
        naam=agency.settings.name,
        soort=agency.staff.kind,
        uitgever=agency.identity.issuer,
        doelgroep=agency.identity.audience,
        medewerkers=[
            Medewerker(medewerker=each.reference, naam=each.name, rollen=list(each.roles)) for each in people
        ],
    )


async def show_keys(agency: Agency) -> dict[str, object]:
    """The public key of the tokens (RFC 7517)."""
    return agency.identity.jwks()


async def sign_in(asked: Aanmelding, agency: Agency, response: Response) -> Aangemeld:
    """A token of an invented person, without any proof."""
    try:
        signed_in = agency.identity.sign_in(StaffRef(asked.medewerker))
    except UnknownEmployee:
        raise Declined(
            HTTPStatus.NOT_FOUND, "medewerker-onbekend", "Deze medewerker bestaat hier niet."
        ) from None
    response.headers.update(PRETEND | {"Cache-Control": "no-store"})
    employee = signed_in.employee
    return Aangemeld(
        medewerker=employee.reference,
        naam=employee.name,
        rollen=list(employee.roles),
        toegangstoken=signed_in.token,
        verloopt_op=rfc3339(signed_in.expires_at),
    )


async def hand_over(
    delivery: Aflevering, agency: Agency, response: Response, idempotency_key: Annotated[str, Header()] = ""
) -> Overname:
    """Keeps the delivery, on disk before the answer. 201 the first time, 200 with the same reference after that."""
    _require_key(idempotency_key, delivery.kopie_id, "kopieId")
    document = delivery.model_dump(by_alias=True)
    try:
        outcome = agency.mailbox.take_over(
            CopyId(delivery.kopie_id), document, received_at=rfc3339(agency.clock())
        )
    except OtherContent:
        raise Declined(
            HTTPStatus.CONFLICT, "andere-inhoud", "Deze kopie is er al, met een andere inhoud."
        ) from None
    except TakenBack:
        raise Declined(
            HTTPStatus.GONE, "teruggehaald", "De afzender heeft deze kopie teruggehaald."
        ) from None
    response.status_code = HTTPStatus.CREATED if outcome.is_new else HTTPStatus.OK
    return Overname(kopie_id=delivery.kopie_id, referentie=outcome.kept.reference)


async def take_back(
    notice: Terughaling, agency: Agency, response: Response, idempotency_key: Annotated[str, Header()] = ""
) -> Genoteerd:
    """Keeps that the copy was taken back, on disk before the answer, and shows nothing of it from then on."""
    _require_key(idempotency_key, notice.melding_id, "meldingId")
    outcome = agency.mailbox.recall(notice.melding_id, notice.model_dump(by_alias=True))
    response.status_code = HTTPStatus.CREATED if outcome.is_new else HTTPStatus.OK
    return Genoteerd(
        melding_id=notice.melding_id,
        referentie=outcome.kept.reference,
        had_aflevering=outcome.kept.was_here,
    )


def _require_key(header: str, key: str, name: str) -> None:
    if header != f'"{key}"':
        raise Declined(
            HTTPStatus.BAD_REQUEST,
            "idempotency-key",
            f"Stuur het {name}, tussen aanhalingstekens, in de header Idempotency-Key.",
        )


async def page(request: Request, dienst: DutyName, agency: Agency) -> None:
    """An alarm for one duty, known by its signature. The same one again changes nothing."""
    body = await request.body()
    if not agency.pager.believes(body, request.headers.get(SIGNATURE_HEADER, "")):
        raise Declined(
            HTTPStatus.FORBIDDEN,
            "niet-van-de-hub",
            "De pieper gaat alleen af voor de hub waarmee een sleutel is afgesproken.",
        )
    try:
        alarm = Alarm.model_validate_json(body)
    except ValidationError:
        raise Declined(HTTPStatus.BAD_REQUEST, "geen-alarm", "Dit is geen alarm.") from None
    found = Page(duty=dienst, received_at=rfc3339(agency.clock()), document=alarm.model_dump(by_alias=True))
    agency.pager.take(found, alarm.alarm_id)


async def show_pages(agency: Agency, _: Annotated[Caller, Depends(_caller)]) -> Piepers:
    """Everything that the pager went off for, oldest first: there is nothing about people in it."""
    return Piepers(
        oproepen=[
            Oproep(dienst=each.duty, ontvangen_op=each.received_at, alarm=Alarm.model_validate(each.document))
            for each in agency.pager.pages.values()
        ]
    )


async def show_mailbox(agency: Agency, caller: Annotated[Caller, Depends(_caller)]) -> Postbak:
    """What was handed over for the roles of the caller."""
    mine = [kept for kept in agency.mailbox if kept.document["rol"] in caller.roles]
    back = [each for each in agency.mailbox.recalls if each.document["rol"] in caller.roles]
    return Postbak(
        poststukken=[
            Poststuk(
                referentie=kept.reference,
                ontvangen_op=kept.received_at,
                aflevering=_shown(agency.mailbox, kept),
            )
            for kept in mine
        ],
        terughalingen=[Terughaling.model_validate(each.document) for each in back],
    )


def _shown(mailbox: Mailbox, kept: Kept) -> Aflevering:
    delivery = Aflevering.model_validate(kept.document)
    kind = mailbox.kind_of_recall(delivery.kopie_id)
    if kind is None:
        return delivery
    return delivery.model_copy(
        update={"inhoud": {}, "weggelaten": [], "regels": [], "kenmerken": [*delivery.kenmerken, kind]}
    )
