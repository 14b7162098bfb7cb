"""What of an AuthZEN request the hub may keep: its own words, and nothing that an asker may have put in between."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from gateway.domain.catalogue import catalogue
from gateway.hub.policy.authzen_question import CATEGORY_TYPE, ROLE_TYPE
from gateway.hub.policy.casebook_file import context_keys
from gateway.hub.policy.questions import ReadingAction


def own_words(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request without members that are not ours, and with `weggelaten` for every text and number that is not."""
    known: Mapping[str, Any] = _known(dict(request), _vocabulary())
    return known


@cache
def _vocabulary() -> frozenset[str]:
    """Every name that our questions are made of."""
    words = catalogue()
    return frozenset(
        {
            *_MEMBERS,
            *(ROLE_TYPE, CATEGORY_TYPE, *ReadingAction),
            *words.roles,
            *words.agencies,
            *words.purposes,
            *words.categories,
            *words.states,
            *(f"verzenden:{message.name}" for message in words.messages),
            *(f"besluiten:{action}" for action in words.transitions),
            *context_keys(),
            *(value for rule in context_keys().values() for value in rule.get("values", ())),
        }
    )


_MEMBERS: Final = (
    *("subject", "resource", "action", "context", "evaluations", "options", "page", "type", "id", "name"),
    *("properties", "oin", "organisatie", "toestand", "eigenaar", "doel", "feiten", "derde", "rol", "time"),
    *("evaluations_semantic", "execute_all", "deny_on_first_deny", "permit_on_first_permit", "limit"),
)
_OIN_OR_TIME: Final = re.compile(
    r"[0-9]{20}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _known(value: Any, words: frozenset[str]) -> Any:
    match value:
        case dict():
            return {name: _known(each, words) for name, each in value.items() if name in words}
        case list():
            return [_known(each, words) for each in value]
        case bool():
            return value
        case int() | float():
            return value if abs(value) <= _LARGEST_NUMBER else "weggelaten"
        case str():
            return value if value in words or _OIN_OR_TIME.fullmatch(value) else "weggelaten"
        case _:
            return None


_LARGEST_NUMBER: Final = 1000  # facts are ages, days and months; a BSN is larger
