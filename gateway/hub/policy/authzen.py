"""The vocabulary of AuthZEN 1.0 inside the hub: what is evaluated, and who does it. No HTTP here.

Source: OpenID Authorization API 1.0, sections 5 (information model), 6 and 7 (evaluation), 8 (search).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway.domain.identifiers import Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A subject or resource. `id` None only for what a search looks for."""

    type: str
    id: str | None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What the subject wants to do. `name` None only in a search for actions."""

    name: str | None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One question: may this subject do this to this resource, in this context?"""

    subject: Entity
    action: Action
    resource: Entity
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The answer. `context` goes to the asker; `information` is what the decision stood on, for the log."""

    decision: bool
    context: Mapping[str, Any] = field(default_factory=dict)
    information: Mapping[str, Any] = field(default_factory=dict)


class AuthzenDecider(Protocol):
    """Decides for one caller: `caller` is the OIN of the agency that asks.

    Every method raises DecisionUnavailable when there is no decision, Refused when this caller may not ask
    this, and InvalidInput when the question cannot be understood.
    """

    @property
    def revision(self) -> str:
        """The revision of the policies that decides now."""
        ...

    def for_log(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """What of a request may be stored: members whose values cannot hold personal data."""
        ...

    async def evaluate(self, question: Evaluation, *, caller: Oin) -> Evaluated:
        """One decision; a deny is an answer."""
        ...

    async def search_subjects(self, question: Evaluation, *, caller: Oin) -> Sequence[Entity]:
        """Every subject of the asked type for whom the decision is true, in a fixed order."""
        ...

    async def search_resources(self, question: Evaluation, *, caller: Oin) -> Sequence[Entity]:
        """Every resource of the asked type for which the decision is true, in a fixed order."""
        ...

    async def search_actions(self, question: Evaluation, *, caller: Oin) -> Sequence[str]:
        """The names of all actions for which the decision is true, in a fixed order."""
        ...
