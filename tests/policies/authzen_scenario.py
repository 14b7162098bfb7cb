"""Reads the requests and expectations out of the text of the AuthZEN certification scenario."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEADING = re.compile(r"^#+ (?P<title>.*?) \{#(?P<id>c-[0-9-]+)\}$", re.MULTILINE)
_REQUEST = re.compile(
    r"^\*\*(?P<label>[^*]*(?:Request|Search)[^*]*):\*\*(?P<rest>.*?)^~~~ json\n(?P<body>.*?)^~~~$",
    re.MULTILINE | re.DOTALL,
)
_EXPECTED = re.compile(r"\*\*Expected:\*\*\s*(?:HTTP (?P<status>\d{3}))?")
_JSON = re.compile(r"^~~~ json\n(.*?)^~~~$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One request with the status, and where given the body, that must come back."""

    id: str
    title: str
    path: str
    request: Any
    status: int
    response: Any | None


def scenarios(document: Path) -> Iterator[Scenario]:
    """Every request of chapters 2, 3 and 4 that stands in the text as JSON, in order."""
    text = document.read_text("utf-8")
    headings = list(_HEADING.finditer(text))
    for number, heading in enumerate(headings):
        end = headings[number + 1].start() if number + 1 < len(headings) else len(text)
        yield from _of_section(heading["id"], heading["title"], text[heading.end() : end])


def _of_section(section: str, title: str, text: str) -> Iterator[Scenario]:
    requests = list(_REQUEST.finditer(text))
    for number, found in enumerate(requests):
        end = requests[number + 1].start() if number + 1 < len(requests) else len(text)
        after = text[found.end() : end]
        expected = _EXPECTED.search(after)
        assert expected is not None, f"{section}: no expectation"
        answer = _JSON.search(after, expected.end())
        if "<next_token" in found["body"]:
            continue  # needs an earlier answer; tested by name
        yield Scenario(
            id=f"{section}#{number + 1}",
            title=f"{title}: {found['label']}",
            path=_path(section, found["label"]),
            request=json.loads(found["body"]),
            status=int(expected["status"] or 200),
            response=None if answer is None else json.loads(answer[1]),
        )


def _path(section: str, label: str) -> str:
    if section.startswith("c-2"):
        return "/access/v1/evaluation"
    if section.startswith("c-3"):
        return "/access/v1/evaluations"
    for kind, chapter in (("action", "c-4-4"), ("resource", "c-4-3"), ("subject", "c-4-2")):
        if f"{kind} search" in label.lower() or section.startswith(chapter):
            return f"/access/v1/search/{kind}"
    return "/access/v1/search/subject"  # paging (4.5) shows subject searches
