"""Whether the hub can do its work: decision point, database, NATS and what goes out by it, each by its own name.

For the platform, so without a token; it says nothing about anybody.
"""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from gateway.domain.catalogue import START
from gateway.domain.errors import Unavailable
from gateway.domain.identifiers import AgencyKind, Oin, RoleId
from gateway.hub.policy.questions import AccessQuestion, Subject
from gateway.hub.usecases.parts import Parts

Check = Callable[[], Awaitable[bool]]


def health_router(checks: Mapping[str, Check]) -> APIRouter:
    """GET /health (200 or 503, with each part), and GET /alive, which asks only whether the process answers."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health")
    async def health() -> Response:
        parts = {name: await check() for name, check in checks.items()}
        sound = all(parts.values())
        words = {name: "in orde" if good else "niet in orde" for name, good in parts.items()}
        return JSONResponse(
            {"status": "in orde" if sound else "niet in orde", **words}, 200 if sound else 503
        )

    @router.get("/alive")
    async def alive() -> Response:
        return JSONResponse({"status": "in orde"})

    return router


def _unanswerable(parts: Parts) -> AccessQuestion:
    hub = Subject(oin=Oin(parts.registry().hub_oin), agency=AgencyKind("hub"), role=RoleId("hub_beheerder"))
    return AccessQuestion(
        now=parts.clock(), subject=hub, case_state=START, question="zaak_zichtbaar", purpose=None
    )


async def does_decide(parts: Parts) -> bool:
    """Whether the decision point answers with the revision that the hub expects: a question without facts, which is
    always refused, is an answer."""
    try:
        await parts.decider.decide_access(_unanswerable(parts))
    except Unavailable:
        return False
    return True
