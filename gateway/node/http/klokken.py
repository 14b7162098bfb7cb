"""Clocks of a case: their owner says that the duty was done outside Schakel, or gives it more time."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from gateway.node.http.bodies import KlokAfhandeling, KlokVerlenging, UuidText
from gateway.node.usecases.act import extend_clock, settle_clock
from gateway.node.usecases.parts import Parts
from gateway.protocol.clock_questions import ClockName


def klokken_router(parts: Parts, person_type: Any) -> APIRouter:
    """POST /zaken/{zaakId}/klokken/{klokId}/_afhandelen and /_verlengen."""
    router = APIRouter(tags=["zaken"])

    @router.post(
        "/zaken/{zaakId}/klokken/{klokId}/_afhandelen",
        summary="Meld dat de taak van een klok buiten Schakel is gedaan",
    )
    async def handel_klok_af(
        zaak_id: Annotated[UuidText, Path(alias="zaakId")],
        klok_id: Annotated[ClockName, Path(alias="klokId")],
        afhandeling: KlokAfhandeling,
        person: person_type,
    ) -> dict[str, Any]:
        return dict(
            await settle_clock(
                parts,
                person,
                case_id=zaak_id,
                clock=klok_id,
                role=afhandeling.rol,
                purpose=afhandeling.doel,
            )
        )

    @router.post(
        "/zaken/{zaakId}/klokken/{klokId}/_verlengen",
        summary="Geef een taak meer tijd, waar de wet dat toelaat",
    )
    async def verleng_klok(
        zaak_id: Annotated[UuidText, Path(alias="zaakId")],
        klok_id: Annotated[ClockName, Path(alias="klokId")],
        verlenging: KlokVerlenging,
        person: person_type,
    ) -> dict[str, Any]:
        return dict(
            await extend_clock(
                parts,
                person,
                case_id=zaak_id,
                clock=klok_id,
                reason=verlenging.reden,
                role=verlenging.rol,
                purpose=verlenging.doel,
            )
        )

    return router
