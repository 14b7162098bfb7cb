"""Taking a message back from a recipient, and the breach files of what was opened before."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from gateway.node.http.bodies import Terughaling, UuidText
from gateway.node.http.recall_bodies import Datalek, DatalekStap, Terughaalvraag, breach_view, recall_view
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.recall import breaches, recall_copy, take_breach_step
from gateway.protocol.wire import OinRole


def terughalen_router(parts: Parts, person_type: Any) -> APIRouter:
    """POST /berichten/{berichtId}/_terughalen, GET /datalekken, POST /datalekken/{datalekId}/stappen."""
    router = APIRouter(tags=["terughalen"])

    @router.post("/berichten/{berichtId}/_terughalen", summary="Haal een bericht terug bij een ontvanger")
    async def haal_terug(
        bericht_id: Annotated[UuidText, Path(alias="berichtId")], vraag: Terughaalvraag, person: person_type
    ) -> Terughaling:
        recipient = OinRole(oin=vraag.ontvanger.oin, rol=vraag.ontvanger.rol)
        decided = await recall_copy(parts, person, bericht_id, recipient=recipient, reason=vraag.reden)
        return recall_view(decided)

    @router.get(
        "/datalekken", summary="Datalekken van berichten die in uw rol verstuurd zijn, nieuwste eerst"
    )
    async def lijst_datalekken(
        rol: Annotated[str, Query(min_length=1, max_length=100)], person: person_type
    ) -> list[Datalek]:
        return [breach_view(file) for file in await breaches(parts, person, rol)]

    @router.post(
        "/datalekken/{datalekId}/stappen", status_code=201, summary="Leg een stap vast bij een datalek"
    )
    async def zet_stap(
        datalek_id: Annotated[UuidText, Path(alias="datalekId")], stap: DatalekStap, person: person_type
    ) -> Datalek:
        file = await take_breach_step(
            parts, person, datalek_id, role=stap.rol, step=stap.stap, reason=stap.reden
        )
        return breach_view(file)

    return router
