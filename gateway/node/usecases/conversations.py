"""How it stands with the answers to messages that people of the agency sent or received. The hub knows; it is asked."""

from collections.abc import Mapping, Sequence

from gateway.domain.errors import InvalidInput, TooManyRequests, Unavailable
from gateway.node.hub_link import answer_or_error
from gateway.node.usecases.parts import Parts
from gateway.protocol.conversations import (
    MOST_AT_ONCE,
    ConversationAnswer,
    ConversationQuestion,
    MessageConversation,
)
from gateway.protocol.subjects import Verb


async def conversations_of(
    parts: Parts, message_ids: Sequence[str]
) -> Mapping[str, MessageConversation] | None:
    """By message id, for the first 200 messages. None when the hub cannot tell now: then nothing is known of any.

    A person gets what the lists show him anyway, so the caller passes only messages of the person's roles.
    """
    wanted = list(dict.fromkeys(message_ids))[:MOST_AT_ONCE]
    if not wanted:
        return {}
    question = ConversationQuestion(soort="gesprek", berichten=wanted)
    try:
        body = answer_or_error(await parts.hub.ask(Verb.DECIDE, question.canonical()))
        answer = ConversationAnswer.parse(dict(body))
    except (Unavailable, TooManyRequests, InvalidInput):
        return None  # a list must not fail because of what is shown beside it
    return {each.bericht_id: each for each in answer.gesprekken}
