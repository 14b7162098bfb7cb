"""Cases: what the hub tells of one, acts without a message, assignments and duties."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from gateway.node.http.bodies import Dienst, Handeling, Toewijzing, UuidText
from gateway.node.usecases.act import Act, assign, perform, set_duty, show_case
from gateway.node.usecases.parts import Parts
from gateway.protocol.submission import Staff


def zaken_router(parts: Parts, person_type: Any) -> APIRouter:
    """GET /zaken/{zaakId}, POST /handelingen, /toewijzingen and /diensten. The bodies are those of the hub."""
    router = APIRouter(tags=["zaken"])

    @router.get("/zaken/{zaakId}", summary="Wat u van een zaak mag weten")
    async def lees_zaak(
        zaak_id: Annotated[UuidText, Path(alias="zaakId")],
        rol: Annotated[str, Query(max_length=100)],
        doel: Annotated[str, Query(min_length=1, max_length=100)],
        person: person_type,
    ) -> dict[str, Any]:
        return dict(await show_case(parts, person, case_id=zaak_id, role=rol, purpose=doel))

    @router.post("/handelingen", status_code=201, summary="Verricht een handeling zonder bericht")
    async def verricht_handeling(handeling: Handeling, person: person_type) -> dict[str, Any]:
        act = Act(
            case_id=handeling.zaak_id,
            action=handeling.handeling,
            role=handeling.rol,
            facts=handeling.feiten,
            happened_at=handeling.gebeurd_op,
        )
        return dict(await perform(parts, person, act))

    @router.post("/toewijzingen", status_code=201, summary="Wijs een medewerker toe aan een zaak")
    async def wijs_toe(toewijzing: Toewijzing, person: person_type) -> dict[str, Any]:
        person.require_role(toewijzing.rol)
        colleague = Staff(rol=toewijzing.rol, medewerker=toewijzing.medewerker)
        return dict(
            await assign(
                parts,
                case_id=toewijzing.zaak_id,
                colleague=colleague,
                side=toewijzing.kant,
                ends=toewijzing.beeindigen,
            )
        )

    @router.post("/diensten", status_code=201, summary="Leg vast wie dienst heeft")
    async def zet_dienst(dienst: Dienst, person: person_type) -> dict[str, Any]:
        person.require_role(dienst.rol)
        colleague = Staff(rol=dienst.rol, medewerker=dienst.medewerker)
        return dict(await set_duty(parts, colleague=colleague, starts_at=dienst.van, ends_at=dienst.tot))

    return router
