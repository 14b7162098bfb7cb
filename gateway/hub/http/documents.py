"""Sealed documents over HTTPS: `application/octet-stream` in both directions, never whole in memory.

There is no NATS door for them: 20 MB is more than a message may be.
"""

import base64
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from gateway.hub.http.callers import caller
from gateway.hub.http.schemas import json_content
from gateway.hub.identity.clients import Scope
from gateway.hub.usecases.documents import Documents
from gateway.hub.usecases.parts import Asker
from gateway.protocol.document import MAX_PART
from gateway.protocol.wire import Body, Digest, Instant, ShortText, Uuid
from gateway.web.tokens import TokenVerifier

BYTES: Final = "application/octet-stream"
DOCUMENTS_BELOW: Final = "/v1/kopieen"
BODY_LIMIT: Final = MAX_PART
_PATH: Final = "/kopieen/{kopieId}/documenten/{veld}"
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_Copy = Annotated[str, Path(alias="kopieId", max_length=64)]
_Field = Annotated[str, Path(max_length=100)]


class BewaardDocument(Body):
    """Wat van een document vastligt. `sha256` en `omvangBytes` zijn van de verzegelde bytes."""

    kopie_id: Uuid
    veld: ShortText
    omvang_bytes: int
    sha256: Digest
    bewaard_op: Instant


_ANSWER: type[BaseModel] = BewaardDocument


def documents_router(documents: Documents, verifier: TokenVerifier) -> APIRouter:
    """The two resources, to be included below the base path."""
    router = APIRouter(tags=["Documenten"])
    who = Depends(caller(verifier, Scope.MESSAGES))

    @router.put(
        _PATH,
        summary="Lever het verzegelde document van een veld van een kopie",
        response_class=Response,
        responses={200: {"description": "Bewaard, nu of eerder", "content": json_content([_ANSWER])}},
        openapi_extra={"requestBody": {"required": True, "content": {BYTES: _BINARY}}},
    )
    async def lever_document(kopie_id: _Copy, veld: _Field, request: Request, asker: Asker = who) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BYTES:
            raise HTTPException(415)
        return JSONResponse(await documents.take(asker, kopie_id, veld, request.stream()))

    @router.get(
        _PATH,
        summary="Haal het verzegelde document van een veld van een kopie voor uw organisatie",
        response_class=Response,
        responses={200: {"description": "De verzegelde bytes", "content": {BYTES: _BINARY}}},
    )
    async def haal_document(kopie_id: _Copy, veld: _Field, asker: Asker = who) -> Response:
        found = await documents.give(asker, kopie_id, veld)
        digest = base64.b64encode(bytes.fromhex(found.row.sha256)).decode("ascii")
        headers = {"Content-Length": str(found.row.size), "Repr-Digest": f"sha-256=:{digest}:"}  # RFC 9530
        return StreamingResponse(found.pieces(), media_type=BYTES, headers=headers)

    return router
