"""A file of worked decision cases: a JSON list as in the domain's `cases.json` (domain.md 7), read strictly.

A key that is not on the list of context keys makes the file invalid (domain.md 6.4).
"""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from gateway.domain.catalogue import catalogue
from gateway.domain.identifiers import RoleId

OIN_DIGITS = 20

_Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Facts = dict[str, bool | int | float | str | None]


class InvalidCasebook(Exception):
    """The file cannot be asked. `findings` says where and why, one line each."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = tuple(findings)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CaseSubject(_Part):
    """Who asks: one role of one agency."""

    agency: _Id
    oin: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
    role: _Id


class CaseResource(_Part):
    """The state of the case, and the category and owner of what is asked."""

    case_state: _Id
    data_category: _Id
    owner: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]


class Case(_Part):
    """One case. `expect`, `mask` and `rule` are compared when they are there."""

    id: _Id
    title: str = ""
    subject: CaseSubject
    purpose: _Id | None = None
    action: Annotated[
        str,
        StringConstraints(pattern=r"^(lezen|doorverstrekken|verzenden:[a-z0-9_.]+|besluiten:[a-z0-9_]+)$"),
    ]
    resource: CaseResource
    context: Facts = Field(default_factory=dict)
    expect: Literal["allow", "mask", "deny"] | None = None
    mask: str | None = None
    rule: str | None = None
    why: str = ""
    legal_ref: str = ""


def read_casebook(path: Path) -> list[Case]:
    """The cases of the file, in its order. Raises InvalidCasebook with every finding."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidCasebook([f"{path}: {error}"]) from error
    return parse_cases(document)


def parse_cases(document: object) -> list[Case]:
    """As `read_casebook`, from the parsed JSON."""
    try:
        cases = TypeAdapter(list[Case]).validate_python(document)
    except ValidationError as error:
        raise InvalidCasebook(
            [
                f"/{'/'.join(map(str, each['loc']))}: {each['msg']}"
                for each in error.errors(include_input=False, include_url=False)
            ]
        ) from error
    findings = [finding for case in cases for finding in _context_findings(case)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            findings.append(f"{case.id}: this id occurs twice")
        seen.add(case.id)
    if findings:
        raise InvalidCasebook(findings)
    return cases


def case_of_options(given: Namespace) -> Case:
    """The case that the options of `explain` describe; without `own` the data is of a third agency, neither of who asks
    nor of who receives. Raises InvalidCasebook."""
    role = catalogue().roles.get(RoleId(given.role or ""))
    facts = dict(_fact(each) for each in given.fact)
    asker, *others = (f"0000009900000000000{n}" for n in (1, 2, 3))
    third = next(oin for oin in others if oin != facts.get("ontvanger_oin"))
    document = {
        "id": "vraag",
        "subject": {
            "agency": given.agency or (role.agencies[0] if role else ""),
            "oin": asker,
            "role": given.role or "",
        },
        "purpose": given.purpose,
        "action": given.action or "",
        "resource": {
            "case_state": given.state or "",
            "data_category": given.category or "procesgegevens",
            "owner": asker if given.own else third,
        },
        "context": facts,
    }
    return parse_cases([document])[0]


def _fact(text: str) -> tuple[str, bool | int | str | None]:
    name, _, said = text.partition("=")
    words: dict[str, bool | None] = {"true": True, "ja": True, "false": False, "nee": False, "null": None}
    if said in words:
        return name, words[said]
    return name, int(said) if said.isdecimal() and len(said) < OIN_DIGITS else said


@cache
def context_keys() -> Mapping[str, Mapping[str, Any]]:
    """Every key that a case may give: its type, its values where closed, and its default in a casebook."""
    path = Path(__file__).with_name("casebook_defaults.json")
    keys: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return keys


def _context_findings(case: Case) -> list[str]:
    findings = []
    for name, value in case.context.items():
        rule = context_keys().get(name)
        if rule is None:
            findings.append(f"{case.id}: unknown context key {name}")
        elif not _fits(value, rule):
            findings.append(f"{case.id}: {name} must be {rule['type']} {rule.get('values', '')}".rstrip())
    return findings


def _fits(value: object, rule: Mapping[str, Any]) -> bool:
    if value is None:
        return rule["default"] is None
    match rule["type"]:
        case "bool":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        case "enum":
            return value in rule["values"]
        case "oin":
            return isinstance(value, str) and len(value) == OIN_DIGITS and value.isdecimal()
        case _:
            return isinstance(value, str)
