"""Evidence for policy makers, as JSON and as CSV. What is counted and shown is decided by the use case."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.hub.http.callers import caller
from gateway.hub.http.schemas import json_content
from gateway.hub.identity.clients import Scope
from gateway.hub.policy.evidence import HIDDEN, SMALLEST
from gateway.hub.usecases.overviews import Overview
from gateway.hub.usecases.parts import Asker, Parts
from gateway.hub.usecases.show_evidence import Months, months, show_evidence
from gateway.web.tokens import TokenVerifier

CSV: Final = "text/csv"
_COLUMNS: Final = ("overzicht", "maand", "kenmerk1", "waarde1", "kenmerk2", "waarde2", "getal", "aantal")
_Month = Annotated[
    str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Een maand die voorbij is, als jjjj-mm.")
]


class Rij(BaseModel):
    """Een groep met haar getallen. Null: het getal is te klein om te tonen, of zou zo'n getal verraden."""

    groep: dict[str, str]
    getallen: dict[str, int | None]


class Overzicht(BaseModel):
    """Een tabel; alle rijen hebben dezelfde kenmerken en getallen."""

    naam: str
    rijen: list[Rij]


class Beleidsinformatie(BaseModel):
    """Alle overzichten van de periode, zonder personen en zonder zaken."""

    van: str
    tot: str
    kleinste_getal: int = Field(
        serialization_alias="kleinsteGetal", description="Kleinere worden niet getoond."
    )
    simulatie: bool = Field(description="Niets hiervan is echt gebeurd: deze hub is een simulatie.")
    overzichten: list[Overzicht]


def evidence_router(parts: Parts, verifier: TokenVerifier) -> APIRouter:
    """The resource below the base path; open with the scope `toezicht` only, which no node has."""
    router = APIRouter(tags=["Toezicht"])
    overseer = Depends(caller(verifier, Scope.OVERSIGHT))
    content = {**json_content([Beleidsinformatie]), CSV: {"schema": {"type": "string"}}}

    @router.get(
        "/beleidsinformatie",
        summary="Hoe vaak, hoe snel en waarom er werd gedeeld of geweigerd, per maand",
        response_class=Response,
        responses={200: {"description": "De overzichten", "content": content}},
    )
    async def lees_beleidsinformatie(
        request: Request, van: _Month, tot: _Month, asker: Asker = overseer
    ) -> Response:
        period = months(van, tot, parts.clock())
        overviews = await show_evidence(parts, asker, period)
        if _wants_csv(request.headers.get("accept")):
            lines = evidence_lines(overviews, simulation=parts.simulation)
            return Response(lines, media_type=f"{CSV}; charset=utf-8; header=present")
        return JSONResponse(
            _document(period, overviews, simulation=parts.simulation).model_dump(by_alias=True)
        )

    return router


def evidence_lines(overviews: Sequence[Overview], *, simulation: bool = False) -> str:
    """One line a number, with at most two features beside the month; `<5` where it is not shown. Every line of a
    simulation says so: lines are copied out of such files."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(_COLUMNS)
    mark = "SIMULATIE " if simulation else ""
    writer.writerows([mark + line[0], *line[1:]] for overview in overviews for line in _lines(overview))
    return out.getvalue()


def _lines(overview: Overview) -> Iterator[list[str]]:
    for (month, *values), numbers in overview.rows:
        features = [cell for pair in zip(overview.by[1:], values, strict=True) for cell in pair]
        for name, number in zip(overview.numbers, numbers, strict=True):
            shown = HIDDEN if number is None else str(number)
            yield [overview.name, month, *features, *[""] * (4 - len(features)), name, shown]


def _document(period: Months, overviews: Sequence[Overview], *, simulation: bool) -> Beleidsinformatie:
    return Beleidsinformatie(
        van=period.first,
        tot=period.last,
        kleinste_getal=SMALLEST,
        simulatie=simulation,
        overzichten=[
            Overzicht(
                naam=overview.name,
                rijen=[
                    Rij(
                        groep=dict(zip(overview.by, group, strict=True)),
                        getallen=dict(zip(overview.numbers, numbers, strict=True)),
                    )
                    for group, numbers in overview.rows
                ],
            )
            for overview in overviews
        ],
    )


def _wants_csv(accept: str | None) -> bool:
    """Only a caller that names it; everything else is JSON."""
    ranges = (part.partition(";")[0].strip().lower() for part in (accept or "").split(","))
    return CSV in ranges
