"""Questions that together touch every row, every message and every act, for comparing two revisions.

Not every combination of facts: each question is asked with the facts of a quiet case, and with every condition
fulfilled. What lies between is found by the casebook and by recorded decisions.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Final

from gateway.domain.catalogue import ANYONE, Catalogue, MessageType, catalogue
from gateway.domain.identifiers import CategoryId, Oin, PurposeId, RoleId, StateId
from gateway.hub.policy.casebook_file import context_keys
from gateway.hub.policy.questions import (
    FactValue,
    MessageQuestion,
    Question,
    ReadingAction,
    ReadingQuestion,
    RecipientQuestion,
    Subject,
    TransitionQuestion,
)

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)  # no rule of the policy looks at the clock on the wall
_OWN, _OTHER = Oin("00000099000000000001"), Oin("00000099000000000002")
_ANY_STATE: Final = StateId("opgelegd")  # most purposes are valid in it
_PARTIES: Final = frozenset({"ontvanger_rol", "ontvanger_doel", "ontvanger_oin"})


def grid(pairs: Collection[tuple[str, str]]) -> Iterator[tuple[str, Question]]:
    """Every question with a name that says what it is, always in the same order.

    `pairs` are the combinations of purpose and role that have rows: these are asked in every state, all others
    in one.
    """
    words = catalogue()
    for name, facts in (("rustig", _quiet()), ("alles waar", fulfilled_facts())):
        for label, question in _questions(words, pairs, facts):
            yield f"{label}, {name}", question


def _questions(
    words: Catalogue, pairs: Collection[tuple[str, str]], facts: dict[str, FactValue]
) -> Iterator[tuple[str, Question]]:
    for purpose in words.purposes:
        for role in words.roles:
            for state in words.states if (purpose, role) in pairs else (_ANY_STATE,):
                yield f"lezen, {purpose}, {role}, {state}", _reading(words, purpose, role, state, facts)
    for message in words.messages:
        yield from _sendings(words, message, facts)
    yield from _acts(words, facts)


def _reading(
    words: Catalogue, purpose: str, role: str, state: str, facts: dict[str, FactValue]
) -> ReadingQuestion:
    return ReadingQuestion(
        now=NOW,
        subject=_subject(words, role, _OWN),
        case_state=StateId(state),
        owner=_OTHER,
        action=ReadingAction.READ,
        purpose=PurposeId(purpose),
        categories=tuple(map(CategoryId, words.categories)),
        context=facts,
    )


def _sendings(
    words: Catalogue, message: MessageType, facts: dict[str, FactValue]
) -> Iterator[tuple[str, Question]]:
    senders = words.roles if ANYONE in message.senders else message.senders
    recipients = words.roles if ANYONE in message.recipients else message.recipients
    for state in message.states:
        for sender in senders:
            yield (
                f"verzenden, {message.name}, {sender}, {state}",
                MessageQuestion(
                    now=NOW,
                    subject=_subject(words, sender, _OWN),
                    case_state=StateId(state),
                    owner=_OWN,
                    message=message.name,
                    context=facts,
                    recipients=tuple(
                        RecipientQuestion(
                            oin=_OTHER,
                            agency=words.roles[RoleId(role)].agencies[0],
                            role=RoleId(role),
                            competent_or_assigned=True,
                            context=facts,
                        )
                        for role in recipients
                    ),
                ),
            )


def _acts(words: Catalogue, facts: dict[str, FactValue]) -> Iterator[tuple[str, Question]]:
    """Every act by who may take it in every state, and by everybody in the first state that it starts from."""
    for action, act in words.transitions.items():
        for role in words.roles:
            states = words.states if role in act.roles else act.from_states[:1]
            for state in states:
                yield (
                    f"besluiten, {action}, {role}, {state}",
                    TransitionQuestion(
                        now=NOW,
                        subject=_subject(words, role, _OWN),
                        case_state=StateId(state),
                        action=action,
                        context=facts,
                    ),
                )


def _subject(words: Catalogue, role: str, oin: Oin) -> Subject:
    return Subject(oin=oin, agency=words.roles[RoleId(role)].agencies[0], role=RoleId(role))


def _quiet() -> dict[str, FactValue]:
    return {name: rule["default"] for name, rule in context_keys().items() if name not in _PARTIES}


def fulfilled_facts() -> dict[str, FactValue]:
    """Every yes-or-no fact is yes, but for those that refuse when they are."""
    refusing = {"bewaartermijn_verlopen", "functiescheiding_conflict", "al_verlengd", "embargo"}
    open_tasks = {"vrijlating_taak_open"}
    given = _quiet()
    yes = {
        name: True for name, value in given.items() if value is False and name not in refusing | open_tasks
    }
    return given | yes | {"mandaat": "beslissing"}
