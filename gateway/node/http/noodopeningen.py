"""Openings in an emergency, and their review by a colleague."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from gateway.domain.clock import parse_time, rfc3339
from gateway.node.http.berichten import tell_incomplete
from gateway.node.http.bodies import Noodopening
from gateway.node.storage.rows import EmergencyOpening
from gateway.node.usecases.emergency import REVIEW_WITHIN, openings, reason_of, review
from gateway.node.usecases.parts import Parts


def noodopeningen_router(parts: Parts, person_type: Any) -> APIRouter:
    """GET /noodopeningen, POST /noodopeningen/{noodopeningId}/_nagekeken."""
    router = APIRouter(tags=["noodopeningen"])

    @router.get(
        "/noodopeningen", summary="Wat in een noodgeval geopend is, eerst wat nog nagekeken moet worden"
    )
    async def lijst_noodopeningen(person: person_type, response: Response) -> list[Noodopening]:
        found = await openings(parts, person)
        tell_incomplete(response, found.incomplete)
        return [_view(parts, each) for each in found]

    @router.post("/noodopeningen/{noodopeningId}/_nagekeken", summary="Leg vast dat u een noodopening nakeek")
    async def kijk_noodopening_na(
        noodopening_id: Annotated[str, Path(alias="noodopeningId", max_length=36)], person: person_type
    ) -> Noodopening:
        return _view(parts, await review(parts, person, noodopening_id))

    return router


def _view(parts: Parts, opening: EmergencyOpening) -> Noodopening:
    return Noodopening(
        noodopening_id=opening.opening_id,
        kopie_id=opening.copy_id,
        zaak_id=opening.case_id,
        rol=opening.role,
        medewerker=opening.staff,
        doel=opening.purpose,
        soort=opening.kind,
        reden=reason_of(parts, opening),
        geopend_op=opening.opened_at,
        nakijken_voor=rfc3339(parse_time(opening.opened_at) + REVIEW_WITHIN),
        nagekeken_door=opening.reviewed_by,
        nagekeken_op=opening.reviewed_at,
    )
