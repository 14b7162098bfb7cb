"""The five questions of a node over HTTPS.

The body is read as bytes and goes to the desk as it came: what is signed is never parsed here and written anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.hub.http.callers import caller
from gateway.hub.http.schemas import json_content
from gateway.hub.identity.clients import Scope
from gateway.hub.usecases.desk import Desk
from gateway.hub.usecases.parts import Asker
from gateway.protocol.plan import Plan, PlanRequest
from gateway.protocol.questions import (
    ActQuestion,
    AssignQuestion,
    CaseQuestion,
    DutyQuestion,
    ReadAnswer,
    ReadQuestion,
    SubmitAnswer,
)
from gateway.protocol.receipt import ReceiptBody
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import SubmissionBody
from gateway.web.problems import PROBLEM_MEDIA_TYPE
from gateway.web.tokens import TokenVerifier

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resource:
    """One question: its path and name in the document, the scope that opens it, and its bodies."""

    verb: Verb
    path: str
    name: str
    summary: str
    scope: Scope
    bodies: tuple[type[BaseModel], ...]
    answer: type[BaseModel] | None


_RESOURCES: Final = (
    _Resource(
        verb=Verb.PLAN,
        path="/plannen",
        name="vraag_plan",
        summary="Vraag wat elke ontvanger van een bericht zou krijgen",
        scope=Scope.MESSAGES,
        bodies=(PlanRequest,),
        answer=Plan,
    ),
    _Resource(
        verb=Verb.SUBMIT,
        path="/inzendingen",
        name="zend_in",
        summary="Zend een verzegeld bericht in",
        scope=Scope.MESSAGES,
        bodies=(SubmissionBody,),
        answer=SubmitAnswer,
    ),
    _Resource(
        verb=Verb.RECEIPT,
        path="/ontvangsten",
        name="meld_ontvangst",
        summary="Meld een ontvangst of een afkeuring van een kopie",
        scope=Scope.MESSAGES,
        bodies=(ReceiptBody,),
        answer=None,
    ),
    _Resource(
        verb=Verb.READ,
        path="/leesvragen",
        name="vraag_lezen",
        summary="Vraag of iemand een kopie mag openen",
        scope=Scope.DECISIONS,
        bodies=(ReadQuestion,),
        answer=ReadAnswer,
    ),
    _Resource(
        verb=Verb.DECIDE,
        path="/besluiten",
        name="vraag_besluit",
        summary="Leg een handeling, toewijzing of dienst vast, of vraag een zaak op",
        scope=Scope.DECISIONS,
        bodies=(ActQuestion, AssignQuestion, DutyQuestion, CaseQuestion),
        answer=None,
    ),
)


def exchange_router(desk: Desk, verifier: TokenVerifier) -> APIRouter:
    """The resources that nodes ask, to be included below the base path."""
    router = APIRouter(tags=["Uitwisseling"])
    for resource in _RESOURCES:
        answer = {} if resource.answer is None else {"content": json_content([resource.answer])}
        router.add_api_route(
            resource.path,
            _endpoint(desk, resource.verb, caller(verifier, resource.scope)),
            methods=["POST"],
            name=resource.name,
            summary=resource.summary,
            response_class=Response,
            responses={200: {"description": "Het antwoord", **answer}},
            openapi_extra={"requestBody": {"required": True, "content": json_content(resource.bodies)}},
        )
    return router


def _endpoint(desk: Desk, verb: Verb, who: Callable[..., Asker]) -> Callable[..., Any]:
    async def endpoint(request: Request, asker: Asker = Depends(who)) -> Response:
        reply = await desk.ask(verb, asker, await request.body())
        return Response(
            reply.answer.to_bytes(),
            status_code=reply.answer.status,
            headers=dict(reply.headers),
            media_type=PROBLEM_MEDIA_TYPE if reply.answer.is_problem else _JSON,
        )

    return endpoint
