"""Duty rosters, the call list and alarms."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from gateway.node.http.duty_bodies import InRol, Overdracht, Rooster, Vervanging
from gateway.node.rosters.csv_file import read_csv
from gateway.node.rosters.ical_file import read_icalendar
from gateway.node.usecases.duties import (
    hand_over,
    import_roster,
    show_call_list,
    show_duties,
    substitute,
    take_on,
)
from gateway.node.usecases.parts import Parts

_Role = Annotated[str, Query(min_length=1, max_length=100)]


def diensten_router(parts: Parts, person_type: Any) -> APIRouter:
    """The roster and who takes a duty over; the call list, and taking an alarm on."""
    router = APIRouter(tags=["diensten"])

    @router.get("/diensten", summary="Wie wanneer dienst heeft, en of die dienst bereikbaar is")
    async def lees_diensten(
        rol: _Role, van: AwareDatetime, tot: AwareDatetime, person: person_type
    ) -> dict[str, Any]:
        return dict(await show_duties(parts, person, role=rol, starts_at=van, ends_at=tot))

    @router.post("/diensten/_importeren", summary="Neem een rooster over uit een bestand, helemaal of niet")
    async def importeer_diensten(rooster: Rooster, person: person_type) -> dict[str, Any]:
        person.require_role(rooster.rol)
        duties = (read_csv if rooster.formaat == "csv" else read_icalendar)(rooster.bestand)
        return dict(await import_roster(parts, person, role=rooster.rol, duties=duties))

    @router.post("/diensten/_vervangen", summary="Laat een collega diensten overnemen voor een periode")
    async def vervang_dienst(vervanging: Vervanging, person: person_type) -> dict[str, Any]:
        return dict(
            await substitute(
                parts,
                person,
                role=vervanging.rol,
                before=vervanging.medewerker,
                after=vervanging.vervanger,
                starts_at=vervanging.van,
                ends_at=vervanging.tot,
            )
        )

    @router.post("/diensten/_overdragen", summary="Draag dienst en open werk over aan een opvolger")
    async def draag_dienst_over(overdracht: Overdracht, person: person_type) -> dict[str, Any]:
        return dict(
            await hand_over(
                parts,
                person,
                role=overdracht.rol,
                before=overdracht.medewerker,
                after=overdracht.opvolger,
            )
        )

    @router.get("/bellijst", summary="Waarschuwingen die niemand oppakte: bel zelf")
    async def lees_bellijst(rol: _Role, person: person_type) -> dict[str, Any]:
        return dict(await show_call_list(parts, person, role=rol))

    @router.post(
        "/alarmen/{alarmId}/_overnemen", summary="Neem een waarschuwing over: niemand wordt meer gebeld"
    )
    async def neem_alarm_over(
        alarm_id: Annotated[str, Path(alias="alarmId", pattern=r"^[0-9A-Za-z][0-9A-Za-z:_.-]{0,63}$")],
        in_rol: InRol,
        person: person_type,
    ) -> dict[str, Any]:
        return dict(await take_on(parts, person, role=in_rol.rol, alarm_id=alarm_id))

    return router
