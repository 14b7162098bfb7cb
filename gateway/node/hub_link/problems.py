"""The hub's problems (RFC 9457) as errors of the domain, so that the node's callers get the same problem again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import (
    Cause,
    Conflict,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    PlanStale,
    Refused,
    SchakelError,
    TooManyRequests,
    Unavailable,
)
from gateway.domain.identifiers import RuleId
from gateway.node.hub_link.link import HubUnreachable
from gateway.protocol.exchange import Answer

RETRY_AFTER_S = 5  # when the hub does not say when


def answer_or_error(answer: Answer) -> Mapping[str, Any]:
    """The body of a good answer. Raises the error that a problem stands for."""
    if answer.is_problem:
        raise error_of(answer)
    return answer.body


def asked_wait(error: Unavailable | TooManyRequests) -> timedelta:
    """How long the hub asks to be left alone; no time when it did not answer at all: then we choose ourselves."""
    return timedelta(0) if isinstance(error, HubUnreachable) else timedelta(seconds=error.retry_after_s)


def error_of(answer: Answer) -> SchakelError:
    """The error of a problem. What this node was refused as a node (401) its callers see as unavailable."""
    body = answer.body
    code = str(body.get("code", "hub-fout"))
    dutch = str(body.get("detail", "De hub weigert dit verzoek."))
    english = _english(body) or dutch
    causes = tuple(_cause(item) for item in body.get("errors", []) if isinstance(item, dict))
    wait_s = RETRY_AFTER_S if answer.retry_after_s is None else answer.retry_after_s
    match answer.status:
        case 400:
            return InvalidInput(code=code, detail_nl=dutch, detail_en=english, causes=causes)
        case 403:
            return Refused(
                rule=str(body.get("regel", code)),
                article=str(body.get("artikel", "")),
                next_step_nl=str(body.get("vervolgstap", "")),
                next_step_en=str(body.get("vervolgstap", "")),
                code=code,
                detail_nl=dutch,
                detail_en=english,
                causes=causes,
            )
        case 404:
            return NotFound(code=code)
        case 409 if isinstance(body.get("plan"), dict):
            return PlanStale(plan=body["plan"], code=code, detail_nl=dutch, detail_en=english)
        case 409:
            return Conflict(code=code, detail_nl=dutch, detail_en=english, causes=causes)
        case 413:
            return PayloadTooLarge(code=code, detail_nl=dutch, detail_en=english)
        case 429:
            return TooManyRequests(retry_after_s=wait_s, code=code, detail_nl=dutch, detail_en=english)
    return Unavailable(retry_after_s=wait_s, code=code, detail_nl=dutch, detail_en=english)


def _english(body: Mapping[str, Any]) -> str | None:
    text = catalogue().rules.get(RuleId(str(body.get("regel"))))
    return None if text is None else text.en


def _cause(item: Mapping[str, Any]) -> Cause:
    detail = str(item.get("detail", ""))
    article = item.get("artikel")
    return Cause(
        pointer=str(item.get("pointer", "")),
        code=str(item.get("code", "")),
        detail_nl=detail,
        detail_en=detail,
        article=None if article is None else str(article),
    )
