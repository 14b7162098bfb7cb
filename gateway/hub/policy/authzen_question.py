"""An AuthZEN evaluation in the words of the policy: the information model of authzen_decider.py, read strictly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.domain.errors import Cause, InvalidInput, Refused
from gateway.domain.identifiers import AgencyKind, CategoryId, Oin, PurposeId, RoleId, StateId
from gateway.hub.policy.authzen import Evaluation
from gateway.hub.policy.questions import (
    FactValue,
    MessageQuestion,
    ReadingAction,
    ReadingQuestion,
    Subject,
    ThirdParty,
    TransitionQuestion,
)

ROLE_TYPE: Final = "https://schakel.example/id/rol"
CATEGORY_TYPE: Final = "https://schakel.example/id/categorie"


class _Properties(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")  # AuthZEN: unknown members are ignored


class _SubjectProperties(_Properties):
    oin: str
    organisatie: str


class _ResourceProperties(_Properties):
    toestand: str
    eigenaar: str


class _ThirdParty(_Properties):
    rol: str | None = None
    oin: str | None = None
    organisatie: str | None = None
    doel: str | None = None
    feiten: dict[str, bool | int | float | str | None] = {}


class _Context(_Properties):
    doel: str | None = None
    feiten: dict[str, bool | int | float | str | None] = {}
    derde: _ThirdParty = _ThirdParty()
    time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An evaluation in the words of the policy."""

    now: datetime
    subject: Subject
    state: StateId
    owner: Oin
    category: CategoryId
    purpose: PurposeId | None
    facts: Mapping[str, FactValue]
    third_party: ThirdParty

    def reading(self, action: ReadingAction) -> ReadingQuestion:
        """May the subject read the category, or forward it to the third party?"""
        return ReadingQuestion(
            now=self.now,
            subject=self.subject,
            case_state=self.state,
            owner=self.owner,
            action=action,
            purpose=self.purpose,
            categories=(self.category,),
            context=self.facts,
            third_party=self.third_party if action is ReadingAction.FORWARD else None,
        )

    def sending(self, message: str) -> MessageQuestion:
        """May the subject send this message, as far as the category goes?"""
        return MessageQuestion(
            now=self.now,
            subject=self.subject,
            case_state=self.state,
            owner=self.owner,
            message=message,
            purpose=self.purpose,
            categories=(self.category,),
            context=self.facts,
        )

    def act(self, action: str) -> TransitionQuestion:
        """May the subject take this act?"""
        return TransitionQuestion(
            now=self.now, subject=self.subject, case_state=self.state, action=action, context=self.facts
        )


def read_question(question: Evaluation, caller: Oin, clock: Callable[[], datetime]) -> Asked:
    """Raises InvalidInput with every cause, and Refused when the subject is of another agency."""
    subject = _parsed(_SubjectProperties, question.subject.properties, "/subject/properties")
    resource = _parsed(_ResourceProperties, question.resource.properties, "/resource/properties")
    context = _parsed(_Context, question.context, "/context")
    if subject.oin != caller:
        raise Refused(
            rule="G01_rol_past_niet_bij_organisatie",
            article="AVG 5(1)(f), 32",
            detail_nl="U kunt alleen vragen stellen over mensen van uw eigen organisatie.",
            detail_en="You can only ask about people of your own agency.",
        )
    return Asked(
        now=clock() if context.time is None else _moment(context.time),
        subject=Subject(
            oin=caller, agency=AgencyKind(subject.organisatie), role=RoleId(question.subject.id or "")
        ),
        state=StateId(resource.toestand),
        owner=Oin(resource.eigenaar),
        category=CategoryId(question.resource.id or ""),
        purpose=None if context.doel is None else PurposeId(context.doel),
        facts=context.feiten,
        third_party=_third_party(context.derde),
    )


def _third_party(given: _ThirdParty) -> ThirdParty:
    """Whoever is forwarded to, as far as named: what is not named is refused by the policy (G18)."""
    return ThirdParty(
        oin=None if given.oin is None else Oin(given.oin),
        agency=None if given.organisatie is None else AgencyKind(given.organisatie),
        role=None if given.rol is None else RoleId(given.rol),
        purpose=None if given.doel is None else PurposeId(given.doel),
        context=given.feiten,
    )


_Shape = TypeVar("_Shape", bound=_Properties)


def _parsed(shape: type[_Shape], given: Mapping[str, Any], pointer: str) -> _Shape:
    try:
        return shape.model_validate(dict(given))
    except ValidationError as error:
        raise InvalidInput(
            causes=[
                Cause(
                    pointer="/".join([pointer, *map(str, each["loc"])]),
                    code="type" if each["type"] != "missing" else "verplicht",
                    detail_nl="Dit onderdeel ontbreekt of heeft een andere vorm.",
                    detail_en="This part is missing or has another form.",
                )
                for each in error.errors(include_input=False, include_url=False)
            ]
        ) from error


def _moment(text: str) -> datetime:
    """`context.time` (NLGov profile, RFC 3339); AuthZEN's own examples leave out the seconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        cause = Cause(
            pointer="/context/time",
            code="tijdstip",
            detail_nl="Een tijdstip heeft een datum, een tijd en een tijdzone (RFC 3339).",
            detail_en="A time has a date, a time and an offset (RFC 3339).",
        )
        raise InvalidInput(causes=[cause])
    return moment
