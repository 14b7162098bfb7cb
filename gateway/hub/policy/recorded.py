"""Questions that were recorded with their decisions, read back so that they can be asked again.

A record is one JSON line: `{"package": "schakel.sending", "input": {...}}`, the input as it was sent to OPA; other
members are left alone. It holds no content and no person, so it may be kept as long as the decision.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.domain.clock import parse_time
from gateway.domain.errors import InvalidValue
from gateway.domain.identifiers import AgencyKind, CategoryId, Oin, PurposeId, RoleId, StateId
from gateway.hub.policy.questions import (
    AccessQuestion,
    MessageQuestion,
    Question,
    ReadingAction,
    ReadingQuestion,
    RecipientQuestion,
    Subject,
    ThirdParty,
    TransitionQuestion,
)


class InvalidRecord(Exception):
    """The line is no recorded question."""


def read_recorded(path: Path) -> Iterator[tuple[str, Question]]:
    """Every question of the file with the number of its line. Raises InvalidRecord, naming the line."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                question = question_from(record["package"], record["input"])
            except (ValueError, KeyError, TypeError, InvalidRecord) as error:
                raise InvalidRecord(f"{path}:{number}: {type(error).__name__}: {error}") from error
            yield f"regel {number}", question


def question_from(package: str, given: Mapping[str, Any]) -> Question:
    """The question whose `to_input` gave this document; its revision is that of whoever asks again.

    Raises InvalidRecord when asking it again would not send the same document.
    """
    try:
        question = _KINDS[package](given)
    except (KeyError, TypeError, ValueError, InvalidValue) as error:
        raise InvalidRecord(f"{package}: {error}") from error
    sent = question.to_input(given["revision"])
    # A null that was left out when it was recorded says the same.
    if {name: value for name, value in sent.items() if name in given or value is not None} != dict(given):
        raise InvalidRecord(f"{package}: the record holds more than the question")
    return question


def _message(given: Mapping[str, Any]) -> MessageQuestion:
    asked = given.get("categories")
    after = given["resource"]["state_after"]
    return MessageQuestion(
        **_common(given),
        message=given["message"],
        purpose=_purpose(given.get("purpose")),
        owner=Oin(given["resource"]["owner"]),
        state_after=None if after is None else StateId(after),
        categories=None if asked is None else tuple(map(CategoryId, asked)),
        recipients=tuple(
            RecipientQuestion(
                oin=Oin(each["oin"]),
                agency=AgencyKind(each["agency"]),
                role=RoleId(each["role"]),
                competent_or_assigned=each["competent_or_assigned"],
                context=each["context"],
            )
            for each in given["recipients"]
        ),
    )


def _reading(given: Mapping[str, Any]) -> ReadingQuestion:
    party = given.get("third_party")
    return ReadingQuestion(
        **_common(given),
        action=ReadingAction(given["action"]),
        purpose=_purpose(given["purpose"]),
        owner=Oin(given["resource"]["owner"]),
        categories=tuple(map(CategoryId, given["categories"])),
        message=given.get("message"),
        third_party=None if party is None else ThirdParty(**party),
    )


def _transition(given: Mapping[str, Any]) -> TransitionQuestion:
    return TransitionQuestion(**_common(given), action=given["action"])


def _access(given: Mapping[str, Any]) -> AccessQuestion:
    return AccessQuestion(**_common(given), question=given["question"], purpose=_purpose(given["purpose"]))


_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Question]]] = {
    MessageQuestion.package: _message,
    ReadingQuestion.package: _reading,
    TransitionQuestion.package: _transition,
    AccessQuestion.package: _access,
}


def _common(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "now": parse_time(given["now"]),
        "subject": Subject(**given["subject"]),
        "case_state": given["resource"]["case_state"],
        "context": given["context"],
    }


def _purpose(name: str | None) -> PurposeId | None:
    return None if name is None else PurposeId(name)
