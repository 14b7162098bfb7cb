"""What the policy knows of messages is what the catalogue says of them."""

from gateway.domain.catalogue import catalogue
from tests.policies.rego_messages import MESSAGES, messages, written
from tests.policies.rego_quality_test import syntax


def test_the_messages_of_the_policy_are_those_of_the_catalogue() -> None:
    assert MESSAGES.read_text() == written(messages()), "stale: python -m tests.policies.rego_messages"


def test_the_words_of_a_rule_are_the_same_in_the_catalogue() -> None:
    said = {
        custom["rule_id"]: (custom["message_nl"], custom["message_en"], custom["citation"])
        for module in syntax().values()
        for rule in module["rules"]
        for custom in (each.get("custom", {}) for each in rule.get("annotations", []))
        if "next_step_nl" in custom
    }
    words = {rule: (each.nl, each.en, each.article) for rule, each in catalogue().rules.items()}
    assert len(words) >= 50
    assert {rule: said[rule] for rule in words} == words
