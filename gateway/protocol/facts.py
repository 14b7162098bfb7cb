"""Case facts: the closed list of fields that travel in clear, because a clock, a transition or a condition needs them.

Decides which facts a message states and which of them a recipient's copy may repeat. A fact is no way around the
matrix: towards a recipient only those facts remain whose field its own copy holds (domain handbook 3.5).
"""

from collections.abc import Collection, Mapping
from typing import Any

from gateway.domain.catalogue import MessageType
from gateway.protocol.canonical import malformed
from gateway.protocol.wire import Facts


def facts_of(message_type: MessageType, content: Mapping[str, Any]) -> Facts:
    """All facts that this content states, by field name."""
    return {f.name: content[f.name] for f in message_type.fields if f.is_fact and f.name in content}


def facts_for_copy(facts: Facts, copy_content: Mapping[str, Any]) -> Facts:
    """The facts that the envelope of one copy may repeat: those that the copy itself holds unchanged."""
    return {
        name: value for name, value in facts.items() if name in copy_content and copy_content[name] == value
    }


def check_fact_names(message_type: MessageType, facts: Facts) -> None:
    """Raises InvalidInput for a fact that is no fact of this type: nothing else may travel in clear."""
    allowed = {f.name for f in message_type.fields if f.is_fact}
    unknown = sorted(set(facts) - allowed)
    if unknown:
        raise malformed("feiten", "onbekend: " + ", ".join(unknown))


def check_facts_match(
    message_type: MessageType, facts: Facts, copy_content: Mapping[str, Any], *, unmasked: Collection[str]
) -> None:
    """Raises InvalidInput when a fact in the signed envelope differs from the sealed content (partner lying), or when
    a fact is missing whose field the copy holds unmasked. Under a mask the value may differ from the fact; then the
    envelope leaves the fact out."""
    wrong = {name for name, value in facts.items() if name not in copy_content or copy_content[name] != value}
    stated = facts_of(message_type, copy_content)
    missing = {name for name in stated if name in unmasked and name not in facts}
    if wrong or missing:
        raise malformed("feiten", "wijkt af van de inhoud: " + ", ".join(sorted(wrong | missing)))
