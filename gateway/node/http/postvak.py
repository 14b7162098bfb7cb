"""The mailbox: what came in for the person's roles, opening it under a purpose, and taking it on."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from starlette.requests import Request

from gateway.node.http.berichten import language, tell_incomplete
from gateway.node.http.bodies import Aanvaarding, GelezenKopie, OpenVraag, OpZichNemen, PostvakKopie, Signalen
from gateway.node.http.views import mailbox_view, reading_view, signals_view
from gateway.node.usecases.accept import accept_copy
from gateway.node.usecases.conversations import conversations_of
from gateway.node.usecases.overview import mailbox, signals
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.read import read_copy


def postvak_router(parts: Parts, person_type: Any) -> APIRouter:
    """GET /postvak, POST /postvak/{kopieId}/_open and /_aanvaard, GET /signalen."""
    router = APIRouter(tags=["postvak"])

    @router.get("/postvak", summary="Wat voor uw rollen binnenkwam in zaken die u mag zien, nieuwste eerst")
    async def lijst_postvak(person: person_type, response: Response) -> list[PostvakKopie]:
        registry, entries = parts.registry(), await mailbox(parts, person)
        tell_incomplete(response, entries.incomplete)
        known = await conversations_of(parts, [entry.copy.message_id for entry in entries])
        return [mailbox_view(entry, registry, known) for entry in entries]

    @router.post("/postvak/{kopieId}/_open", summary="Open een kopie met een doel")
    async def open_kopie(
        kopie_id: Annotated[str, Path(alias="kopieId", max_length=36)],
        vraag: OpenVraag,
        person: person_type,
        request: Request,
    ) -> GelezenKopie:
        reading = await read_copy(parts, person, kopie_id, purpose=vraag.doel, emergency=vraag.noodgeval)
        return reading_view(reading, parts.registry(), language(request), parts.rihg)

    @router.post("/postvak/{kopieId}/_aanvaard", summary="Neem een bericht op u")
    async def aanvaard_kopie(
        kopie_id: Annotated[str, Path(alias="kopieId", max_length=36)],
        person: person_type,
        op_zich_nemen: OpZichNemen | None = None,
    ) -> Aanvaarding:
        side = None if op_zich_nemen is None else op_zich_nemen.kant
        return Aanvaarding(kopie_id=kopie_id, gemeld=await accept_copy(parts, person, kopie_id, side=side))

    @router.get("/signalen", summary="Wat niet hoort te gebeuren en waar iemand naar moet kijken")
    async def lijst_signalen(person: person_type, response: Response) -> Signalen:
        found = await signals(parts, person)
        tell_incomplete(response, found.incomplete)
        return signals_view(found)

    return router
