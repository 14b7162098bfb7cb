"""Reads AuthZEN requests: required members are required, unknown ones are ignored, every mistake is named.

Source: OpenID Authorization API 1.0: 5 (entities), 7 (evaluations), 8 (search); certification scenario 2 to 5.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from starlette.requests import Request

from gateway.domain.errors import Cause, InvalidInput
from gateway.hub.policy.authzen import Action, Entity, Evaluation
from gateway.protocol.wire import load_json
from gateway.web.invalid_input import invalid_input

MAX_ITEMS: Final = 500  # of one batch: some seconds of work for the decision point
_PAGE_LIMIT: Final = 100

_Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Properties = dict[str, Any]


class _Part(BaseModel):
    # Unknown members MUST be ignored (AuthZEN, certification 5.5), unlike everywhere else in Schakel.
    model_config = ConfigDict(strict=True, extra="ignore")


class _Entity(_Part):
    type: _Text
    id: _Text
    properties: _Properties = Field(default_factory=dict)

    def value(self) -> Entity:
        return Entity(type=self.type, id=self.id, properties=self.properties)


class _Sought(_Part):
    type: _Text
    properties: _Properties = Field(default_factory=dict)

    def value(self) -> Entity:
        return Entity(type=self.type, id=None, properties=self.properties)


class _Action(_Part):
    name: _Text
    properties: _Properties = Field(default_factory=dict)

    def value(self) -> Action:
        return Action(name=self.name, properties=self.properties)


class _Traced(_Part):
    """`traceparent` and `tracestate` come together or not at all (NLGov AuthZEN, context)."""

    traceparent: str | None = None
    tracestate: str | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.traceparent is None) != (self.tracestate is None):
            raise ValueError("traceparent and tracestate come together")
        return self


class _Asked(_Part):
    context: _Properties = Field(default_factory=dict)

    @model_validator(mode="after")
    def _trace(self) -> Self:
        _Traced.model_validate(self.context)
        return self


class _Evaluation(_Asked):
    subject: _Entity
    action: _Action
    resource: _Entity


class _SubjectSearch(_Asked):
    subject: _Sought
    action: _Action
    resource: _Entity


class _ResourceSearch(_Asked):
    subject: _Entity
    action: _Action
    resource: _Sought


class _ActionSearch(_Asked):
    subject: _Entity
    resource: _Entity


class _Options(_Part):
    evaluations_semantic: Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"] = (
        "execute_all"
    )


class _Batch(_Part):
    """The defaults must be whole where they are given; what no item can use is a mistake of the whole request."""

    subject: _Entity | None = None
    action: _Action | None = None
    resource: _Entity | None = None
    context: _Properties | None = None
    evaluations: Annotated[list[dict[str, Any]], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)
    options: _Options = Field(default_factory=_Options)


class _PageAsked(_Part):
    token: str = ""
    limit: Annotated[int, Field(ge=1, le=_PAGE_LIMIT)] = _PAGE_LIMIT


class _Paged(_Part):
    page: _PageAsked = Field(default_factory=_PageAsked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The items in order, each an evaluation or the mistake that it has. Stop after the decision `stops_at`."""

    items: Sequence[Evaluation | InvalidInput]
    stops_at: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of the results is asked for."""

    start: int
    limit: int

    @staticmethod
    def token(start: int) -> str:
        """The opaque text that asks for what follows."""
        return base64.urlsafe_b64encode(f"vanaf {start}".encode()).decode()

    @classmethod
    def read(cls, token: str, limit: int) -> Self:
        """Raises InvalidInput for a token that is not ours."""
        if not token:
            return cls(start=0, limit=limit)
        try:
            text = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
            start = int(text.removeprefix("vanaf "))
        except ValueError:
            start = -1
        if start < 0 or cls.token(start) != token:
            raise InvalidInput(
                causes=[
                    Cause(
                        pointer="/page/token",
                        code="waarde",
                        detail_nl="Dit vervolgkenmerk is niet van ons.",
                        detail_en="This token is not ours.",
                    )
                ]
            )
        return cls(start=start, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is sought, and which part of the results."""

    question: Evaluation
    page: Page


async def read_document(request: Request) -> Mapping[str, Any]:
    """The JSON object of the body. Raises InvalidInput for another media type, no body, no JSON, no object."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise _mistake("soort_inhoud", "Stuur de vraag als application/json.", "Send application/json.")
    document = load_json(await request.body())
    if not isinstance(document, dict):
        raise _mistake("type", "De vraag is geen JSON-object.", "The question is no JSON object.")
    return document


def read_evaluation(document: Mapping[str, Any]) -> Evaluation:
    """Raises InvalidInput with every cause."""
    read = _read(_Evaluation, document)
    return Evaluation(
        subject=read.subject.value(),
        action=read.action.value(),
        resource=read.resource.value(),
        context=read.context,
    )


def read_batch(document: Mapping[str, Any]) -> Batch | None:
    """None when there is no item: the request is then one evaluation. Raises InvalidInput for the whole."""
    read = _read(_Batch, document)
    if not read.evaluations:
        return None
    defaults = {
        name: document[name] for name in ("subject", "action", "resource", "context") if name in document
    }
    stops_at = {"deny_on_first_deny": False, "permit_on_first_permit": True}
    return Batch(
        items=[_item(defaults | item) for item in read.evaluations],
        stops_at=stops_at.get(read.options.evaluations_semantic),
    )


def read_search(document: Mapping[str, Any], *, target: Literal["subject", "resource", "action"]) -> Search:
    """The question without what is sought, and the page. Raises InvalidInput with every cause."""
    asked = _read(_Paged, document).page
    page = Page.read(asked.token, asked.limit)
    match target:
        case "subject":
            subjects = _read(_SubjectSearch, document)
            subject, action, resource = (
                subjects.subject.value(),
                subjects.action.value(),
                subjects.resource.value(),
            )
            context = subjects.context
        case "resource":
            resources = _read(_ResourceSearch, document)
            subject, action, resource = (
                resources.subject.value(),
                resources.action.value(),
                resources.resource.value(),
            )
            context = resources.context
        case "action":
            actions = _read(_ActionSearch, document)
            subject, action, resource = actions.subject.value(), Action(name=None), actions.resource.value()
            context = actions.context
    return Search(
        question=Evaluation(subject=subject, action=action, resource=resource, context=context), page=page
    )


def _item(document: Mapping[str, Any]) -> Evaluation | InvalidInput:
    try:
        return read_evaluation(document)
    except InvalidInput as mistake:
        return mistake


_Shape = TypeVar("_Shape", bound=_Part)


def _read(shape: type[_Shape], document: Mapping[str, Any]) -> _Shape:
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise invalid_input([dict(each) | {"loc": ("body", *each["loc"])} for each in found]) from error


def _mistake(code: str, nl: str, en: str) -> InvalidInput:
    return InvalidInput(causes=[Cause(pointer="", code=code, detail_nl=nl, detail_en=en)])
