"""The AuthZEN 1.0 endpoints: what comes in and goes out. Who may do what is for the AuthzenDecider.

Every call is one record of the Authorization Decision Log, stored before the answer leaves, also when there is no
decision. Source: OpenID Authorization API 1.0, and the NLGov profile for `context.time` and trace context.
Two deliberate points: a media type other than JSON is 400 here (certification scenario, 2.4.3) where the API Design
Rules would say 415, and errors are problem+json.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.domain.errors import InvalidInput, Refused, SchakelError
from gateway.domain.identifiers import Oin
from gateway.hub.http.authzen_request import Page, read_batch, read_document, read_evaluation, read_search
from gateway.hub.policy.adl import AdlEvent, AdlRecord, Span
from gateway.hub.policy.authzen import AuthzenDecider, Entity, Evaluated, Evaluation
from gateway.web.negotiation import language_of
from gateway.web.problem_response import problem_response
from gateway.web.problems import problem_of
from gateway.web.trace import trace_id_of

BASE: Final = "/access/v1"
CONFIGURATION: Final = "/.well-known/authzen-configuration"


class DecisionLog(Protocol):
    """Where records go. `store` returns after the record is durable; the same `key` again is no second record."""

    async def store(self, record: AdlRecord) -> None: ...


def authzen_router(
    decider: AuthzenDecider,
    *,
    log: DecisionLog,
    caller: Callable[[Request], Oin],
    identifier: str,
    clock: Callable[[], datetime],
) -> APIRouter:
    """The routes. `caller` gives the OIN of who asks or raises NotAuthenticated or Refused; `identifier` is the
    https address of this decision point, without a path at the end.
    """
    desk = _Desk(decider=decider, log=log, caller=caller, clock=clock)
    router = APIRouter(include_in_schema=False)  # its own standard, not part of the published API

    async def evaluation(request: Request) -> Response:
        return await desk.answer(request, AdlEvent.EVALUATION, _evaluation)

    async def evaluations(request: Request) -> Response:
        return await desk.answer(request, AdlEvent.EVALUATIONS, _evaluations)

    async def search_subject(request: Request) -> Response:
        return await desk.answer(request, AdlEvent.SEARCH_SUBJECT, _search_subject)

    async def search_resource(request: Request) -> Response:
        return await desk.answer(request, AdlEvent.SEARCH_RESOURCE, _search_resource)

    async def search_action(request: Request) -> Response:
        return await desk.answer(request, AdlEvent.SEARCH_ACTION, _search_action)

    async def configuration() -> dict[str, str]:
        return _configuration(identifier)

    for path, handler in {
        "/evaluation": evaluation,
        "/evaluations": evaluations,
        "/search/subject": search_subject,
        "/search/resource": search_resource,
        "/search/action": search_action,
    }.items():
        router.add_api_route(BASE + path, handler, methods=["POST"])
    router.add_api_route(CONFIGURATION, configuration, methods=["GET"])
    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The body, and what the decisions stood on."""

    body: Mapping[str, Any]
    information: Mapping[str, Any]


_Work = Callable[[AuthzenDecider, Mapping[str, Any], Oin], Awaitable[_Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    decider: AuthzenDecider
    log: DecisionLog
    caller: Callable[[Request], Oin]
    clock: Callable[[], datetime]

    async def answer(self, request: Request, event: AdlEvent, work: _Work) -> Response:
        """The answer, logged; the request id comes back on every one, errors included."""
        try:
            response: Response = JSONResponse(await self._logged(request, event, work))
        except SchakelError as error:
            response = _problem(request, error)
        request_id = request.headers.get("x-request-id")
        if request_id is not None:
            response.headers["X-Request-ID"] = request_id
        return response

    async def _logged(self, request: Request, event: AdlEvent, work: _Work) -> dict[str, Any]:
        caller = self.caller(request)
        document: Mapping[str, Any] = {}
        answered: _Answer | None = None
        try:
            document = await read_document(request)
            answered = await work(self.decider, document, caller)
        finally:
            await self.log.store(
                AdlRecord(
                    span=_span(request),
                    event=event,
                    at=self.clock(),
                    request=self.decider.for_log(document),
                    response=None if answered is None else answered.body,
                    revision=self.decider.revision,
                    information={} if answered is None else answered.information,
                    controller=caller,
                )
            )
        return dict(answered.body)


async def _evaluation(decider: AuthzenDecider, document: Mapping[str, Any], caller: Oin) -> _Answer:
    return _one(await decider.evaluate(read_evaluation(document), caller=caller))


async def _evaluations(decider: AuthzenDecider, document: Mapping[str, Any], caller: Oin) -> _Answer:
    """Items in order. One that is no valid evaluation is a deny of its own (certification scenario, 3.4.1)."""
    batch = read_batch(document)
    if batch is None:
        return await _evaluation(decider, document, caller)
    answers: list[_Answer] = []
    for item in batch.items:
        answer = await _batch_item(decider, item, caller)
        answers.append(answer)
        if answer.body["decision"] is batch.stops_at:
            break
    return _Answer(
        body={"evaluations": [each.body for each in answers]},
        information={"evaluations": [each.information for each in answers]},
    )


async def _batch_item(decider: AuthzenDecider, item: Evaluation | InvalidInput, caller: Oin) -> _Answer:
    try:
        if isinstance(item, InvalidInput):
            raise item
        return _one(await decider.evaluate(item, caller=caller))
    except (InvalidInput, Refused) as mistake:
        return _Answer(body={"decision": False, "context": {"fout": mistake.code}}, information={})


async def _search_subject(decider: AuthzenDecider, document: Mapping[str, Any], caller: Oin) -> _Answer:
    search = read_search(document, target="subject")
    found = await decider.search_subjects(search.question, caller=caller)
    return _page(search.page, [_entity(each) for each in found])


async def _search_resource(decider: AuthzenDecider, document: Mapping[str, Any], caller: Oin) -> _Answer:
    search = read_search(document, target="resource")
    found = await decider.search_resources(search.question, caller=caller)
    return _page(search.page, [_entity(each) for each in found])


async def _search_action(decider: AuthzenDecider, document: Mapping[str, Any], caller: Oin) -> _Answer:
    search = read_search(document, target="action")
    found = await decider.search_actions(search.question, caller=caller)
    return _page(search.page, [{"name": name} for name in found])


def _one(evaluated: Evaluated) -> _Answer:
    context = {"context": dict(evaluated.context)} if evaluated.context else {}
    return _Answer(body={"decision": evaluated.decision, **context}, information=evaluated.information)


def _page(page: Page, found: Sequence[Mapping[str, Any]]) -> _Answer:
    """The asked part; an empty `next_token` is the end."""
    part = found[page.start : page.start + page.limit]
    end = page.start + len(part)
    told = {
        "next_token": "" if end >= len(found) else page.token(end),
        "count": len(part),
        "total": len(found),
    }
    return _Answer(body={"results": list(part), "page": told}, information={"gevonden": len(found)})


def _entity(entity: Entity) -> dict[str, Any]:
    return {"type": entity.type, "id": entity.id}


def _span(request: Request) -> Span:
    """A span of our own below the caller's, drawn at random. Source: ADL, 5.3: CSPRNG, not derived from users."""
    traceparent = request.headers.get("traceparent")
    trace_id = trace_id_of(traceparent)
    came_in = traceparent is not None and traceparent[3:35] == trace_id
    parent = traceparent[36:52] if came_in and traceparent is not None else None
    return Span(trace_id=trace_id, span_id=secrets.token_hex(8), parent_id=parent)


def _problem(request: Request, error: SchakelError) -> Response:
    return problem_response(
        problem_of(
            error,
            instance=request.url.path,
            trace_id=trace_id_of(request.headers.get("traceparent")),
            language=language_of(request.headers.get("accept-language")),
        )
    )


def _configuration(identifier: str) -> dict[str, str]:
    """The metadata document (AuthZEN 9.2)."""
    base = identifier + BASE
    return {
        "policy_decision_point": identifier,
        "access_evaluation_endpoint": f"{base}/evaluation",
        "access_evaluations_endpoint": f"{base}/evaluations",
        "search_subject_endpoint": f"{base}/search/subject",
        "search_resource_endpoint": f"{base}/search/resource",
        "search_action_endpoint": f"{base}/search/action",
    }
