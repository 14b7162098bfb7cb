"""Summaries and cleaned fields that a person approves, without which masks leave out what they concern."""

from typing import Any

from fastapi import APIRouter

from gateway.node.http.bodies import Bewerking, Goedkeuring, Samenvatting
from gateway.node.usecases.approve import Scope, approve_cleaning, approve_summary
from gateway.node.usecases.parts import Parts


def goedkeuringen_router(parts: Parts, person_type: Any) -> APIRouter:
    """POST /samenvattingen and /bewerkingen."""
    router = APIRouter(tags=["goedkeuringen"])

    @router.post("/samenvattingen", status_code=201, summary="Keur een samenvatting goed")
    async def keur_samenvatting_goed(samenvatting: Samenvatting, person: person_type) -> Goedkeuring:
        done = await approve_summary(
            parts, person, _scope(samenvatting), samenvatting.categorie, samenvatting.tekst
        )
        return Goedkeuring(goedkeuring_id=done.approval_id, verloopt_op=done.expires_at)

    @router.post("/bewerkingen", status_code=201, summary="Keur een geschoonde versie van een veld goed")
    async def keur_bewerking_goed(bewerking: Bewerking, person: person_type) -> Goedkeuring:
        done = await approve_cleaning(
            parts,
            person,
            _scope(bewerking),
            message_type=bewerking.type,
            field=bewerking.veld,
            original=bewerking.origineel,
            cleaned=bewerking.bewerkt,
        )
        return Goedkeuring(goedkeuring_id=done.approval_id, verloopt_op=done.expires_at)

    return router


def _scope(body: Samenvatting | Bewerking) -> Scope:
    return Scope(
        case_id=body.zaak_id,
        role=body.rol,
        recipient_roles=body.rollen,
        purpose=body.doel,
        expires_at=body.verloopt_op,
    )
