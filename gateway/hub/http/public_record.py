"""What participants may check for themselves: who takes part, and the audit log by its checkpoints and proofs."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse, PlainTextResponse, Response

from audit.errors import ProofInvalid
from gateway.domain.errors import Cause, InvalidInput
from gateway.hub.http.callers import caller
from gateway.hub.identity.clients import Scope
from gateway.hub.storage.log_reading import ProofQuery, committed_head, consistency, inclusion
from gateway.hub.usecases.parts import Asker, Parts
from gateway.web.tokens import TokenVerifier

_Size = Annotated[int, Query(ge=1, le=2**53 - 1)]


def public_record_router(
    parts: Parts, verifier: TokenVerifier, registry_document: Callable[[], bytes]
) -> APIRouter:
    """Resources below the base path; open to every participant with the scope `register`."""
    router = APIRouter(tags=["Controle"])
    participant = Depends(caller(verifier, Scope.REGISTRY))

    @router.get("/deelnemers", summary="Het register van deelnemers, zoals het is uitgegeven")
    async def lees_deelnemers(_: Asker = participant) -> Response:
        return Response(registry_document(), media_type="application/json")

    @router.get(
        "/logboek/controlepunt",
        summary="Het ondertekende controlepunt van het logboek (C2SP tlog-checkpoint)",
        response_class=PlainTextResponse,
    )
    async def lees_controlepunt(_: Asker = participant) -> Response:
        head = await parts.reader.read(committed_head)
        return PlainTextResponse(parts.log_signer.note(head.size, head.root()))

    @router.get("/logboek/bewijs", summary="Bewijs dat een blad in het logboek van deze omvang staat")
    async def lees_bewijs(
        blad: Annotated[int, Query(ge=0, le=2**53 - 1)], omvang: _Size, _: Asker = participant
    ) -> JSONResponse:
        path = await _proof(parts, lambda c: inclusion(c, blad, omvang), omvang)
        return JSONResponse({"blad": blad, "omvang": omvang, "pad": path})

    @router.get("/logboek/samenhang", summary="Bewijs dat het logboek van nu voortbouwt op dat van eerder")
    async def lees_samenhang(van: _Size, tot: _Size, _: Asker = participant) -> JSONResponse:
        path = await _proof(parts, lambda c: consistency(c, van, tot), tot)
        return JSONResponse({"van": van, "tot": tot, "pad": path})

    return router


async def _proof(parts: Parts, query: ProofQuery, size: int) -> list[str]:
    """The proof in hex. Raises InvalidInput for a size that the log does not have."""
    head = await parts.reader.read(committed_head)
    if size > head.size:
        raise _no_proof()
    try:
        return [step.hex() for step in await parts.reader.read(query)]
    except ProofInvalid as error:
        raise _no_proof() from error


def _no_proof() -> InvalidInput:
    cause = Cause(
        pointer="",
        code="omvang",
        detail_nl="Dit bewijs bestaat niet: het logboek had deze omvang of dit blad niet.",
        detail_en="There is no such proof: the log never had this size or leaf.",
    )
    return InvalidInput(causes=(cause,))
