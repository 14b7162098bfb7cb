"""The registers that decisions rest on: mandates, agreements and consents, pilots."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.node.http.bodies import UuidText
from gateway.node.http.duty_bodies import InRol, MandaatVan, Proef, Verklaring
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.registers import (
    give_mandate,
    give_statement,
    register_pilot,
    revoke,
    show_registers,
    staff_of,
)
from gateway.protocol.register_questions import CaseStatement, Mandate, PilotQuestion
from gateway.protocol.submission import Staff
from gateway.protocol.wire import OinRole


def registers_router(parts: Parts, person_type: Any) -> APIRouter:
    """GET /registers; POST /mandaten, /verklaringen, /proeven, and /_intrekken of one of each."""
    router = APIRouter(tags=["registers"])
    _reading(router, parts, person_type)
    _entering(router, parts, person_type)
    _entering_pilots(router, parts, person_type)
    _revoking(router, parts, person_type)
    return router


def _reading(router: APIRouter, parts: Parts, person_type: Any) -> None:
    @router.get(
        "/registers",
        summary="Wat voor uw organisatie is vastgelegd, en met een zaak: wat daarin is verklaard",
    )
    async def lees_registers(
        rol: Annotated[str, Query(min_length=1, max_length=100)],
        person: person_type,
        zaak_id: Annotated[UuidText | None, Query(alias="zaakId")] = None,
    ) -> dict[str, Any]:
        return dict(await show_registers(parts, person, role=rol, case_id=zaak_id))


def _entering(router: APIRouter, parts: Parts, person_type: Any) -> None:
    @router.post("/mandaten", status_code=201, summary="Geef een hulpofficier van justitie mandaat")
    async def geef_mandaat(mandaat: MandaatVan, person: person_type) -> dict[str, Any]:
        signed = Mandate(
            aud=parts.registry().hub_oin,
            mandaat_id=mandaat.mandaat_id or new_id(),
            gemeentecode=mandaat.gemeentecode,
            soort=mandaat.soort,
            houder_oin=mandaat.houder_oin,
            houder=Staff(rol=mandaat.houder_rol, medewerker=mandaat.houder),
            van=rfc3339(mandaat.van),
            tot=rfc3339(mandaat.tot),
            door=staff_of(person, mandaat.rol),
        )
        return dict(await give_mandate(parts, person, signed))

    @router.post("/verklaringen", status_code=201, summary="Leg een akkoord of toestemming in een zaak vast")
    async def leg_verklaring_vast(verklaring: Verklaring, person: person_type) -> dict[str, Any]:
        to = verklaring.ontvanger
        signed = CaseStatement(
            aud=parts.registry().hub_oin,
            verklaring_id=verklaring.verklaring_id or new_id(),
            zaak_id=verklaring.zaak_id,
            soort=verklaring.soort,
            ontvanger=None if to is None else OinRole(oin=to.oin, rol=to.rol),
            categorie=verklaring.categorie,
            doelen=list(verklaring.doelen),
            besluit=verklaring.besluit,
            opdrachtnemer=verklaring.opdrachtnemer,
            van=rfc3339(verklaring.van),
            tot=rfc3339(verklaring.tot),
            door=staff_of(person, verklaring.rol),
        )
        return dict(await give_statement(parts, person, signed))


def _entering_pilots(router: APIRouter, parts: Parts, person_type: Any) -> None:
    @router.post("/proeven", status_code=201, summary="Leg vast dat een gemeente meedoet aan een proef")
    async def leg_proef_vast(proef: Proef, person: person_type) -> dict[str, Any]:
        question = PilotQuestion(
            soort="proef",
            proef_id=proef.proef_id or new_id(),
            gemeentecode=proef.gemeentecode,
            instellingen=proef.instellingen,
            van=rfc3339(proef.van),
            tot=rfc3339(proef.tot),
            door=staff_of(person, proef.rol),
        )
        return dict(await register_pilot(parts, person, question))


def _revoking(router: APIRouter, parts: Parts, person_type: Any) -> None:
    @router.post("/mandaten/{mandaatId}/_intrekken", summary="Trek een mandaat in")
    async def trek_mandaat_in(
        mandaat_id: Annotated[UuidText, Path(alias="mandaatId")], in_rol: InRol, person: person_type
    ) -> dict[str, Any]:
        return dict(await revoke(parts, person, register="mandaat", entry_id=mandaat_id, role=in_rol.rol))

    @router.post("/verklaringen/{verklaringId}/_intrekken", summary="Trek een akkoord of toestemming in")
    async def trek_verklaring_in(
        verklaring_id: Annotated[UuidText, Path(alias="verklaringId")], in_rol: InRol, person: person_type
    ) -> dict[str, Any]:
        return dict(
            await revoke(parts, person, register="verklaring", entry_id=verklaring_id, role=in_rol.rol)
        )

    @router.post("/proeven/{proefId}/_intrekken", summary="Beëindig de deelname aan een proef")
    async def trek_proef_in(
        proef_id: Annotated[UuidText, Path(alias="proefId")], in_rol: InRol, person: person_type
    ) -> dict[str, Any]:
        return dict(await revoke(parts, person, register="proef", entry_id=proef_id, role=in_rol.rol))
