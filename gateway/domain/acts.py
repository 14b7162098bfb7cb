"""Which act on the case a message records: decided by its facts, its sender and the state of the case.

A message and its act commit together or not at all. Whether the sender has the power, and whether the act fits the
state, is for the policy: this module names the act also where policy will refuse it. Source: domain.md 2.3.
"""

from collections.abc import Mapping

from gateway.domain.catalogue import ActRule, MessageType, Transition, catalogue
from gateway.domain.identifiers import RoleId, StateId


def act_for(
    message_type: MessageType,
    sender_role: RoleId,
    facts: Mapping[str, object],
    state: StateId,
    *,
    declared: str | None = None,
) -> Transition | None:
    """The transition that the message records in this state, or None when it changes nothing.

    `declared` is the act that the sender names, for the acts that facts cannot tell apart (acuut_zonder_screening).
    """
    rule = act_rule_for(message_type, sender_role, facts, state, declared=declared)
    return None if rule is None else catalogue().transitions[rule.action]


def act_rule_for(
    message_type: MessageType,
    sender_role: RoleId,
    facts: Mapping[str, object],
    state: StateId,
    *,
    declared: str | None = None,
) -> ActRule | None:
    """As act_for, with the rule: its `by_hub` says that the hub applies the act without judging a power."""
    for rule in message_type.acts:
        if _holds(rule, sender_role, facts, state) and (not rule.declared or rule.action == declared):
            return rule
    return None


def _holds(rule: ActRule, sender_role: RoleId, facts: Mapping[str, object], state: StateId) -> bool:
    return (
        (not rule.states_in or state in rule.states_in)
        and state not in rule.states_not_in
        and (not rule.senders or sender_role in rule.senders)
        and all(_among(facts.get(name), values) for name, values in rule.when.items())
    )


def _among(fact: object, values: tuple[bool | str, ...]) -> bool:
    return any(type(fact) is type(value) and fact == value for value in values)
