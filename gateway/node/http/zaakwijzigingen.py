"""What a case is: linked to an earlier case, merged into another, handed over to another municipality."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from gateway.node.http.bodies import Name, UuidText
from gateway.node.usecases.change_case import hand_over, link_to_earlier, merge_into
from gateway.node.usecases.handed_over import case_handovers
from gateway.node.usecases.parts import Parts
from gateway.protocol.case_questions import MunicipalityCode
from gateway.protocol.wire import Body


class Koppeling(Body):
    """De eerdere zaak van hetzelfde huishouden, bij een herhaald huisverbod."""

    eerdere_zaak_id: UuidText
    rol: Name


class Samenvoeging(Body):
    """De zaak waarin een dubbel geopende zaak verdergaat."""

    voortgezet_in: UuidText
    rol: Name


class Zaakoverdracht(Body):
    """De gemeente waar de woning van de zaak ligt (gemeentecode van het CBS)."""

    gemeentecode: MunicipalityCode
    rol: Name


class OvergedragenZaak(Body):
    """Een zaak die naar een andere gemeente ging. Bij positie `bevoegd` pakt uw organisatie de zaak vanaf nu op."""

    zaak_id: str
    van_gemeente: str
    naar_gemeente: str
    positie: str
    overgedragen_op: str


def zaakwijzigingen_router(parts: Parts, person_type: Any) -> APIRouter:
    """POST /zaken/{zaakId}/_koppelen, /_samenvoegen and /_overdragen, whose answers are those of the hub; and
    GET /zaakoverdrachten."""
    router = APIRouter(tags=["zaken"])

    @router.post(
        "/zaken/{zaakId}/_koppelen",
        status_code=201,
        summary="Koppel een herhaald huisverbod aan de eerdere zaak",
    )
    async def koppel_zaak(
        zaak_id: Annotated[UuidText, Path(alias="zaakId")], koppeling: Koppeling, person: person_type
    ) -> dict[str, Any]:
        return dict(
            await link_to_earlier(
                parts, person, case_id=zaak_id, earlier=koppeling.eerdere_zaak_id, role=koppeling.rol
            )
        )

    @router.post(
        "/zaken/{zaakId}/_samenvoegen",
        status_code=201,
        summary="Voeg een dubbel geopende zaak bij een andere",
    )
    async def voeg_zaak_samen(
        zaak_id: Annotated[UuidText, Path(alias="zaakId")], samenvoeging: Samenvoeging, person: person_type
    ) -> dict[str, Any]:
        return dict(
            await merge_into(
                parts, person, case_id=zaak_id, into=samenvoeging.voortgezet_in, role=samenvoeging.rol
            )
        )

    @router.post(
        "/zaken/{zaakId}/_overdragen", status_code=201, summary="Draag een zaak over aan een andere gemeente"
    )
    async def draag_zaak_over(
        zaak_id: Annotated[UuidText, Path(alias="zaakId")], overdracht: Zaakoverdracht, person: person_type
    ) -> dict[str, Any]:
        return dict(
            await hand_over(
                parts, person, case_id=zaak_id, municipality=overdracht.gemeentecode, role=overdracht.rol
            )
        )

    @router.get(
        "/zaakoverdrachten",
        summary="Zaken die naar een andere gemeente gingen, voor uw rollen, nieuwste eerst",
    )
    async def lijst_zaakoverdrachten(person: person_type) -> list[OvergedragenZaak]:
        return [
            OvergedragenZaak(
                zaak_id=each.case_id,
                van_gemeente=each.from_municipality,
                naar_gemeente=each.to_municipality,
                positie=each.standing,
                overgedragen_op=each.handed_over_at,
            )
            for each in await case_handovers(parts, person)
        ]

    return router
