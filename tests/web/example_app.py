"""A small application with one resource of each kind, to test what `create_app` gives every application."""

from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.domain.errors import (
    Cause,
    InvalidInput,
    NotFound,
    PlanStale,
    Refused,
    SchakelError,
    TooManyRequests,
)
from gateway.web.app import API_BASE, create_app


class Aantekening(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    soort: Literal["kort", "lang"]
    tekst: Annotated[str, Field(max_length=10)]
    aantal: int = 0
    vanaf: Annotated[AwareDatetime | None, Field(strict=False)] = None


router = APIRouter(tags=["aantekeningen"])


@router.get("/aantekeningen")
def lijst_aantekeningen(
    pagina_grootte: Annotated[int, Query(alias="paginaGrootte", ge=1)] = 20,
) -> list[Aantekening]:
    return [Aantekening(soort="kort", tekst="x", aantal=pagina_grootte)]


@router.post("/aantekeningen", status_code=201)
def maak_aantekening(aantekening: Aantekening) -> Aantekening:
    return aantekening


@router.get("/aantekeningen/{volgnummer}", responses={404: {"description": "Niet gevonden"}})
def lees_aantekening(volgnummer: Annotated[int, Path(ge=0)]) -> Aantekening:  # noqa: ARG001 - declared only
    raise NotFound


ERRORS: dict[str, SchakelError] = {
    "geweigerd": Refused(
        rule="S_doel", article="art. 1", next_step_nl="Vraag toestemming.", next_step_en="Ask consent."
    ),
    "verouderd": PlanStale(plan={"plan_id": "p1"}),
    "druk": TooManyRequests(retry_after_s=7),
    "ongeldig": InvalidInput(
        causes=[
            Cause(
                pointer="/inhoud/melder",
                code="S_categorie_niet_in_schema",
                detail_nl="Dit veld hoort niet in dit bericht.",
                detail_en="This field does not belong in this message.",
                article="art. 2",
            ),
            Cause(pointer="/inhoud/datum", code="verplicht", detail_nl="Verplicht.", detail_en="Required."),
        ]
    ),
}


@router.get("/fouten/{soort}")
def geef_fout(soort: str) -> None:
    if soort == "onverwacht":
        raise ZeroDivisionError("geheim-canary-4711")
    raise ERRORS[soort]


def example_app() -> FastAPI:
    app = create_app(title="Proef", version="1.2.3", description="Een proef.", body_limit_bytes=2000)
    app.include_router(router, prefix=API_BASE)
    return app
