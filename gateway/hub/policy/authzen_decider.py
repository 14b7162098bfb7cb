"""AuthZEN over the policy of the hub: the asker states the facts, OPA decides as for everything else.

Information model (its address is in `context.mim`): the subject is a role, `id` its name, with `properties` `oin`
and `organisatie`; the resource is a category of case data, with `properties` `toestand` and `eigenaar`; the action is
`lezen`, `doorverstrekken`, `verzenden:<type>` or `besluiten:<handeling>`; `context.doel` is the purpose,
`context.feiten` holds facts by the names of domain.md 6.4, and `context.derde` the third party that would be
forwarded to: `rol`, `oin`, `organisatie`, `doel` and `feiten` of its own. A fact that is missing is refused by the
policy, as everywhere. The answer is advice to the agency that asked: what is shared is decided again by the hub, on
facts of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from gateway.domain.catalogue import catalogue
from gateway.domain.decision import Verdict
from gateway.domain.identifiers import Oin
from gateway.hub.policy.at_once import each_at_once
from gateway.hub.policy.authzen import Action, Entity, Evaluated, Evaluation
from gateway.hub.policy.authzen_log import own_words
from gateway.hub.policy.authzen_question import CATEGORY_TYPE, ROLE_TYPE, Asked, read_question
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.questions import ReadingAction
from gateway.hub.policy.verdicts import MessageVerdict, ReadingDecision, TransitionDecision

MIM: Final = "https://schakel.example/v1/informatiemodel/authzen"
_Found = TypeVar("_Found")


class PolicyAuthzen:
    """An AuthzenDecider on the running decision point. `clock` gives the time when `context.time` does not."""

    def __init__(self, point: DecisionPoint, *, clock: Callable[[], datetime]) -> None:
        self._point = point
        self._clock = clock

    @property
    def revision(self) -> str:
        """The revision that decides now."""
        return self._point.revision

    def for_log(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The request without every member and word that is not of our own vocabulary.

        The hub stores no content, and an asker may put anything into a property.
        """
        return own_words(request)

    async def evaluate(self, question: Evaluation, *, caller: Oin) -> Evaluated:
        """One decision of the policy."""
        if question.subject.type != ROLE_TYPE or question.resource.type != CATEGORY_TYPE:
            return Evaluated(decision=False, context=_because("G00_default", "Dit soort vraag bestaat niet."))
        return await self._decide(question, read_question(question, caller, self._clock))

    async def search_subjects(self, question: Evaluation, *, caller: Oin) -> Sequence[Entity]:
        """Roles of the caller's own agency, never of another: who works where is not for others to list."""
        if question.subject.type != ROLE_TYPE:
            return []
        agency = str(question.subject.properties.get("organisatie", ""))
        roles = [role.id for role in catalogue().roles.values() if agency in role.agencies]
        candidates = [
            Entity(type=ROLE_TYPE, id=role, properties=question.subject.properties) for role in roles
        ]
        return await self._those_allowed(
            [(each, _with(question, subject=each)) for each in candidates], caller
        )

    async def search_resources(self, question: Evaluation, *, caller: Oin) -> Sequence[Entity]:
        """Categories of case data, under the state and owner that the question gives."""
        if question.resource.type != CATEGORY_TYPE:
            return []
        candidates = [
            Entity(type=CATEGORY_TYPE, id=category, properties=question.resource.properties)
            for category in catalogue().categories
        ]
        return await self._those_allowed(
            [(each, _with(question, resource=each)) for each in candidates], caller
        )

    async def search_actions(self, question: Evaluation, *, caller: Oin) -> Sequence[str]:
        """Reading, forwarding, every message and every act."""
        words = catalogue()
        names = [
            *(action.value for action in ReadingAction),
            *(f"verzenden:{message.name}" for message in words.messages),
            *(f"besluiten:{action}" for action in words.transitions),
        ]
        return await self._those_allowed(
            [(name, _with(question, action=Action(name=name))) for name in names], caller
        )

    async def _those_allowed(
        self, candidates: Sequence[tuple[_Found, Evaluation]], caller: Oin
    ) -> list[_Found]:
        async def allowed(candidate: tuple[_Found, Evaluation]) -> bool:
            return (await self.evaluate(candidate[1], caller=caller)).decision

        verdicts = await each_at_once(candidates, allowed)
        return [found for (found, _), verdict in zip(candidates, verdicts, strict=True) if verdict]

    async def _decide(self, question: Evaluation, asked: Asked) -> Evaluated:
        kind, _, name = (question.action.name or "").partition(":")
        match kind:
            case ReadingAction.READ | ReadingAction.FORWARD if not name:
                return _of_category(await self._point.decide_reading(asked.reading(ReadingAction(kind))))
            case "verzenden" if name:
                return _of_whole(await self._point.decide_message(asked.sending(name)))
            case "besluiten" if name:
                return _of_whole(await self._point.decide_transition(asked.act(name)))
            case _:
                return Evaluated(
                    decision=False, context=_because("G00_default", "Deze handeling bestaat niet.")
                )


def _with(
    question: Evaluation,
    *,
    subject: Entity | None = None,
    resource: Entity | None = None,
    action: Action | None = None,
) -> Evaluation:
    return Evaluation(
        subject=subject or question.subject,
        resource=resource or question.resource,
        action=action or question.action,
        context=question.context,
    )


def _of_category(said: ReadingDecision) -> Evaluated:
    only = said.categories[0]
    masked = {} if only.mask is None else {"masker": only.mask}
    context = _because(only.rule, only.reason_nl, only.article) | masked
    # A mask is a permission with a duty; an asker that does not know the duty must take it for a refusal.
    return Evaluated(
        decision=only.decision is not Verdict.DENY,
        context=context | {"oordeel": only.decision.value},
        information={"besluit_id": said.decision_id, "revisie": said.revision, "regel": only.rule},
    )


def _of_whole(said: MessageVerdict | TransitionDecision) -> Evaluated:
    return Evaluated(
        decision=said.allowed,
        context=_because(said.rule, said.reason_nl, said.article),
        information={"besluit_id": said.decision_id, "revisie": said.revision, "regel": said.rule},
    )


def _because(rule: str, reason: str, article: str = "") -> dict[str, Any]:
    ground = {"artikel": article} if article else {}
    return {"mim": MIM, "regel": rule, "reden": reason, **ground}
