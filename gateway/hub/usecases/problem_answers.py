"""Errors as answers: the same body through both doors, in Dutch, with the path of the resource as instance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.errors import SchakelError
from gateway.protocol.exchange import Answer
from gateway.protocol.subjects import Verb
from gateway.web.problems import problem_of, problem_of_status

RESOURCES: Mapping[Verb, str] = {
    Verb.PLAN: "/v1/plannen",
    Verb.SUBMIT: "/v1/inzendingen",
    Verb.RECEIPT: "/v1/ontvangsten",
    Verb.READ: "/v1/leesvragen",
    Verb.DECIDE: "/v1/besluiten",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer with what belongs beside the body: `Retry-After`, in seconds."""

    answer: Answer
    headers: Mapping[str, str] = field(default_factory=dict)


def problem_reply(error: SchakelError, verb: Verb, trace_id: str) -> Reply:
    """The answer to a request that fails."""
    problem = problem_of(error, instance=RESOURCES[verb], trace_id=trace_id)
    return Reply(answer=Answer(problem.status, _plain(problem.body)), headers=problem.headers)


def fault_reply(verb: Verb, trace_id: str) -> Reply:
    """The answer to a fault of ours: it says nothing but the trace id."""
    problem = problem_of_status(500, instance=RESOURCES[verb], trace_id=trace_id)
    return Reply(answer=Answer(problem.status, _plain(problem.body)))


def _plain(body: Mapping[str, object]) -> dict[str, Any]:
    return dict(body)
