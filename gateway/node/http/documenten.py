"""Documents: storing one, to name it in a message, and opening one of a received copy. Never whole in memory."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.node.http.bodies import DocumentToestand, DocumentVerwijzing, Opmaak
from gateway.node.usecases.documents import MEDIA_TYPE, keep_document, make_document
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.read_document import documents_of, read_document
from gateway.protocol.document import MAX_DOCUMENT

DOCUMENTS_BELOW: Final = "/v1/documenten"
RENDER_PATH: Final = "/v1/documenten/_opmaken"
BODY_LIMITS: Final = {DOCUMENTS_BELOW: MAX_DOCUMENT, RENDER_PATH: 512 * 1024}
_BINARY: Final = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


def documenten_router(parts: Parts, person_type: Any) -> APIRouter:
    """POST /documenten and /documenten/_opmaken, GET /postvak/{kopieId}/documenten, and one of them under its field."""
    router = APIRouter(tags=["documenten"])

    @router.post(
        "/documenten",
        status_code=201,
        summary="Sla een PDF op, om haar in een bericht te noemen",
        openapi_extra={"requestBody": {"required": True, "content": _BINARY}},
    )
    async def bewaar_document(
        bestandsnaam: Annotated[str, Query(min_length=5, max_length=154)],
        request: Request,
        person: person_type,
    ) -> DocumentVerwijzing:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise HTTPException(415)
        kept = await keep_document(parts, person, bestandsnaam, request.stream())
        return DocumentVerwijzing(document=kept.to_json())

    @router.post(
        "/documenten/_opmaken", status_code=201, summary="Maak de PDF van een bericht uit zijn velden"
    )
    async def maak_document_op(opmaak: Opmaak, person: person_type) -> DocumentVerwijzing:
        made = await make_document(
            parts,
            person,
            role=opmaak.rol,
            name=opmaak.bestandsnaam,
            message_type=opmaak.type,
            content=opmaak.inhoud,
        )
        return DocumentVerwijzing(document=made.to_json())

    @router.get(
        "/postvak/{kopieId}/documenten/{veld}",
        summary="Open een document van een kopie met een doel",
        response_class=Response,
        responses={200: {"description": "De PDF, als bestand", "content": _BINARY}},
    )
    async def open_document(
        kopie_id: Annotated[str, Path(alias="kopieId", max_length=36)],
        veld: Annotated[str, Path(max_length=100)],
        person: person_type,
        doel: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    ) -> Response:
        shown = await read_document(parts, person, kopie_id, veld, purpose=doel)
        headers = {
            "Content-Length": str(shown.size),
            # RFC 6266, 4.1: to be saved, never shown within a page of ours.
            "Content-Disposition": f"attachment; filename=\"document.pdf\"; filename*=UTF-8''{_quoted(shown.name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return StreamingResponse(shown.document.pieces(), media_type=MEDIA_TYPE, headers=headers)

    @router.get("/postvak/{kopieId}/documenten", summary="Waar de documenten van een kopie zijn")
    async def lijst_documenten(
        kopie_id: Annotated[str, Path(alias="kopieId", max_length=36)], person: person_type
    ) -> list[DocumentToestand]:
        found = await documents_of(parts, person, kopie_id)
        return [DocumentToestand(veld=each.field, toestand=each.state) for each in found]

    return router


def _quoted(name: str) -> str:
    """RFC 8187, 3.2.1."""
    return quote(name, safe="")
