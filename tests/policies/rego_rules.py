"""The words of every rule as the METADATA of the policy has them, for programs that show a rule without its decision.

`python -m tests.policies.rego_rules` writes gateway/domain/catalogue/rules.json; a test finds it stale.
"""

import json
from pathlib import Path
from typing import Any

from tests.policies.rego_engine import opa, rule_folders

RULES = Path(__file__).resolve().parents[2] / "gateway" / "domain" / "catalogue" / "rules.json"


def syntax() -> dict[str, Any]:
    """The parsed rules of the policy without their tests, by file."""
    modules: dict[str, Any] = {}
    for folder in rule_folders():
        for file in sorted(each for each in folder.glob("*.rego") if not each.stem.endswith("_test")):
            parsed = opa("parse", "--format", "json", "--json-include", "locations", file)
            assert parsed.returncode == 0, parsed.stderr
            modules[f"{file.parent.name}/{file.name}"] = json.loads(parsed.stdout)
    return modules


def rules() -> dict[str, dict[str, str]]:
    """By rule, sorted: its sentences and article. Raises AssertionError where two annotations of one rule differ."""
    found: dict[str, dict[str, str]] = {}
    for module in syntax().values():
        for custom in _annotated(module):
            words = {"nl": custom["message_nl"], "en": custom["message_en"], "article": custom["citation"]}
            assert found.setdefault(custom["rule_id"], words) == words, custom["rule_id"]
    return dict(sorted(found.items()))


def _annotated(module: dict[str, Any]) -> list[dict[str, str]]:
    annotations = [each for rule in module["rules"] for each in rule.get("annotations", [])]
    return [each["custom"] for each in annotations if "message_nl" in each.get("custom", {})]


def written(words: dict[str, dict[str, str]]) -> str:
    """The file: one line for each rule."""
    lines = (f"  {_json(rule)}: {_json(each)}" for rule, each in words.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    RULES.write_text(written(rules()), encoding="utf-8")
