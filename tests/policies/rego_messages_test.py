"""What the policy knows of messages is what the catalogue says of them."""

import re

from gateway.domain.catalogue import catalogue
from tests.policies.rego_engine import POLICIES, rule_folders
from tests.policies.rego_messages import MESSAGES, messages, written
from tests.policies.rego_rules import RULES, rules
from tests.policies.rego_rules import written as written_rules


def test_the_messages_of_the_policy_are_those_of_the_catalogue() -> None:
    assert MESSAGES.read_text() == written(messages()), "stale: python -m tests.policies.rego_messages"


def test_the_words_of_the_rules_stand_in_the_metadata_only() -> None:
    assert RULES.read_text(encoding="utf-8") == written_rules(rules()), (
        "stale: python -m tests.policies.rego_rules"
    )


def test_every_rule_that_the_policy_can_name_has_words() -> None:
    """A message, a set of categories or an annotation that names a rule without words gives no reason."""
    annotated = {
        found
        for folder in rule_folders()
        for place in folder.glob("*.rego")
        if not place.stem.endswith("_test")
        for found in re.findall(r"rule_id: (\S+)", place.read_text(encoding="utf-8"))
    }
    in_data = {
        found
        for place in (POLICIES / "data").rglob("*.json")
        for found in re.findall(r'"rule": "([A-Z][A-Z0-9]*_[^" ]+)"', place.read_text(encoding="utf-8"))
    }
    assert len(annotated) > 50
    assert in_data
    assert annotated | in_data == set(map(str, catalogue().rules))
