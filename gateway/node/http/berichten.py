"""Plans and messages of the agency."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response
from starlette.requests import Request

from gateway.node.http.bodies import Bericht, VerstuurdBericht
from gateway.node.http.drafts import draft_from
from gateway.node.http.rihg_view import remark_view, rihg_view
from gateway.node.http.views import sent_view, warning_views
from gateway.node.usecases.conversations import conversations_of
from gateway.node.usecases.corrections import addressed
from gateway.node.usecases.overview import just_sent, sent_message, sent_messages
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.pilot import form_summary
from gateway.node.usecases.plan import plan_message
from gateway.node.usecases.proof_of_service import DIGEST, check_service, service_remarks, with_digest
from gateway.node.usecases.send import send_message
from gateway.web.negotiation import language_of
from gateway.web.problems import Language

INCOMPLETE: Final = "Schakel-Onvolledig"


def language(request: Request) -> Language:
    """The language that the caller reads."""
    return language_of(request.headers.get("accept-language"))


def tell_incomplete(response: Response, reason: str | None) -> None:
    """Says in a header that there may be more than the list shows: `hub-onbereikbaar` or `te-lang`."""
    if reason is not None:
        response.headers[INCOMPLETE] = reason


def berichten_router(parts: Parts, person_type: Any) -> APIRouter:
    """POST /plannen, POST and GET /berichten, GET /berichten/{berichtId}."""
    router = APIRouter(tags=["berichten"])

    @router.post(
        "/plannen",
        summary="Vraag wat elke ontvanger van een bericht zou krijgen",
        description="Met `waarschuwingen` bij vrije tekst waarin gegevens lijken te staan die een eigen veld hebben, "
        "met `rihg`: wat een RiHG in beginsel betekent en wat eraan opvalt, met `aangevuld`: wat het knooppunt zelf "
        "invult, en met `opmerkingen` daarover.",
    )
    async def plan_bericht(bericht: Bericht, person: person_type, request: Request) -> dict[str, Any]:
        person.require_role(bericht.rol)
        written = await addressed(parts, person, draft_from(bericht, person))
        draft = await with_digest(parts, written)
        plan = await plan_message(parts, draft)
        await check_service(parts, draft)
        rihg = rihg_view(form_summary(parts, draft, plan), language(request))
        return plan.to_json() | {
            "waarschuwingen": warning_views(draft.type, draft.content, parts.registry()),
            "rihg": None if rihg is None else rihg.model_dump(by_alias=True),
            "aangevuld": {} if draft is written else {DIGEST: draft.content[DIGEST]},
            "opmerkingen": [
                remark_view(each, language(request)).model_dump() for each in service_remarks(draft)
            ],
        }

    @router.post(
        "/berichten",
        status_code=201,
        summary="Verstuur een bericht",
        responses={
            202: {"model": VerstuurdBericht, "description": "Bewaard; gaat vanzelf zodra de hub antwoordt"}
        },
    )
    async def verstuur_bericht(
        bericht: Bericht, person: person_type, request: Request, response: Response
    ) -> VerstuurdBericht:
        sent = await send_message(parts, person, draft_from(bericht, person))
        response.status_code = 202 if sent.is_waiting else 201
        entry = await just_sent(parts, person, sent.message_id)
        remarks = [remark_view(each, language(request)) for each in sent.remarks]
        return sent_view(entry, language(request)).model_copy(update={"opmerkingen": remarks})

    @router.get("/berichten", summary="Wat in uw rollen verstuurd is in zaken die u mag zien, nieuwste eerst")
    async def lijst_berichten(
        person: person_type, request: Request, response: Response
    ) -> list[VerstuurdBericht]:
        entries = await sent_messages(parts, person)
        tell_incomplete(response, entries.incomplete)
        known = await conversations_of(parts, [entry.message.message_id for entry in entries])
        return [sent_view(entry, language(request), known) for entry in entries]

    @router.get("/berichten/{berichtId}", summary="Een verstuurd bericht en waar het is")
    async def lees_bericht(
        bericht_id: Annotated[str, Path(alias="berichtId", max_length=36)],
        person: person_type,
        request: Request,
    ) -> VerstuurdBericht:
        entry = await sent_message(parts, person, bericht_id)
        known = await conversations_of(parts, [entry.message.message_id])
        return sent_view(entry, language(request), known)

    return router
