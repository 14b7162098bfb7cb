"""Questions that together touch every row, every message and every act, for comparing two revisions.

Not every combination of facts and states: each pair of purpose and role, each sender and each act is asked in every
state with all its conditions fulfilled, and in a few states with the facts of a quiet case. What lies between is
found by the casebook and by recorded decisions. Some 6,000 questions.
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

Facts = dict[str, FactValue]

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)  # no rule of the policy looks at the clock on the wall
_OWN, _OTHER = Oin("00000099000000000001"), Oin("00000099000000000002")
_ANY_STATE: Final = StateId("opgelegd")  # most purposes are valid in it
# Before, during and after a ban.
_QUIET_STATES: Final = (StateId("screening_gepland"), StateId("opgelegd"), StateId("monitoring"))
_PARTIES: Final = frozenset({"ontvanger_rol", "ontvanger_doel", "ontvanger_oin"})


def grid(pairs: Collection[tuple[str, str]]) -> Iterator[tuple[str, Question]]:
    """Every question with a name that says what it is, always in the same order.

    `pairs` are the combinations of purpose and role that have rows; the others are asked in one state.
    """
    words = catalogue()
    fulfilled, quiet = fulfilled_facts(), _quiet()
    for purpose in words.purposes:
        for role in words.roles:
            known = (purpose, role) in pairs
            for state in words.states if known else (_ANY_STATE,):
                yield f"lezen, {purpose}, {role}, {state}", _reading(words, purpose, role, state, fulfilled)
            for state in _QUIET_STATES if known else ():
                name = f"lezen, {purpose}, {role}, {state}, rustig"
                yield name, _reading(words, purpose, role, state, quiet)
    for message in words.messages:
        yield from _sendings(words, message, fulfilled, quiet)
    yield from _acts(words, fulfilled, quiet)


def _reading(words: Catalogue, purpose: str, role: str, state: str, facts: Facts) -> ReadingQuestion:
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
    words: Catalogue, message: MessageType, fulfilled: Facts, quiet: Facts
) -> Iterator[tuple[str, Question]]:
    anyone = ANYONE in message.senders
    for sender in words.roles if anyone else message.senders:
        # Whoever may send a receipt may do so in every state: one state stands for all.
        for state in (_ANY_STATE,) if anyone else message.states:
            name = f"verzenden, {message.name}, {sender}, {state}"
            yield name, _sending(words, message, sender, state, fulfilled)
        if not anyone:
            name = f"verzenden, {message.name}, {sender}, {message.states[0]}, rustig"
            yield name, _sending(words, message, sender, message.states[0], quiet)


def _sending(
    words: Catalogue, message: MessageType, sender: str, state: str, facts: Facts
) -> MessageQuestion:
    recipients = words.roles if ANYONE in message.recipients else message.recipients
    return MessageQuestion(
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
    )


def _acts(words: Catalogue, fulfilled: Facts, quiet: Facts) -> Iterator[tuple[str, Question]]:
    """Every act by who may take it in every state, and by everybody in the first state that it starts from."""
    for action, act in words.transitions.items():
        for role in words.roles:
            for state in words.states if role in act.roles else act.from_states[:1]:
                yield f"besluiten, {action}, {role}, {state}", _act(words, action, role, state, fulfilled)
            for state in act.from_states if role in act.roles else ():
                yield f"besluiten, {action}, {role}, {state}, rustig", _act(words, action, role, state, quiet)


def _act(words: Catalogue, action: str, role: str, state: str, facts: Facts) -> TransitionQuestion:
    return TransitionQuestion(
        now=NOW,
        subject=_subject(words, role, _OWN),
        case_state=StateId(state),
        action=action,
        context=facts,
    )


def _subject(words: Catalogue, role: str, oin: Oin) -> Subject:
    return Subject(oin=oin, agency=words.roles[RoleId(role)].agencies[0], role=RoleId(role))


def _quiet() -> Facts:
    return {name: rule["default"] for name, rule in context_keys().items() if name not in _PARTIES}


def fulfilled_facts() -> Facts:
    """Every yes-or-no fact is yes, but for those that refuse when they are."""
    refusing = {"bewaartermijn_verlopen", "functiescheiding_conflict", "al_verlengd", "embargo"}
    open_tasks = {"vrijlating_taak_open"}
    given = _quiet()
    yes = {
        name: True for name, value in given.items() if value is False and name not in refusing | open_tasks
    }
    return given | yes | {"mandaat": "beslissing"}
