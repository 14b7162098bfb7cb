"""What the hub asks the policy: four questions, each exactly one OPA query.

A question states facts that are known. A fact that is not known is left out, never guessed: the policy then
refuses and names it. The shapes are those of `policies/schemas/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import AgencyKind, CategoryId, Oin, PurposeId, RoleId, StateId

FactValue = bool | int | float | str | None  # None: known that there is none, such as no mandate


class ReadingAction(StrEnum):
    """The two ways to disclose what is already there."""

    READ = "lezen"
    FORWARD = "doorverstrekken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who acts: one role of one agency."""

    oin: Oin
    agency: AgencyKind
    role: RoleId

    def to_input(self) -> dict[str, Any]:
        return {"oin": self.oin, "agency": self.agency, "role": self.role}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientQuestion:
    """One listed recipient and the facts on its side: `ontvanger_kant` and the keys of the conditions.

    `competent_or_assigned`: the agency is competent for the case or assigned to it; otherwise the policy
    answers S_ontvanger.
    """

    oin: Oin
    agency: AgencyKind
    role: RoleId
    competent_or_assigned: bool
    context: Mapping[str, FactValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", MappingProxyType(dict(self.context)))

    def to_input(self) -> dict[str, Any]:
        return {
            "oin": self.oin,
            "agency": self.agency,
            "role": self.role,
            "competent_or_assigned": self.competent_or_assigned,
            "context": dict(self.context),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdParty:
    """To whom is forwarded, under its own purpose. A role or purpose that is not named is refused (G18)."""

    oin: Oin | None
    agency: AgencyKind | None
    role: RoleId | None
    purpose: PurposeId | None
    context: Mapping[str, FactValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", MappingProxyType(dict(self.context)))

    def to_input(self) -> dict[str, Any]:
        return {
            "oin": self.oin,
            "agency": self.agency,
            "role": self.role,
            "purpose": self.purpose,
            "context": dict(self.context),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    now: datetime
    subject: Subject
    case_state: StateId
    context: Mapping[str, FactValue] = field(default_factory=dict)

    package: ClassVar[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", MappingProxyType(dict(self.context)))

    def _common(self, revision: str) -> dict[str, Any]:
        return {
            "now": rfc3339(self.now),
            "revision": revision,
            "subject": self.subject.to_input(),
            "context": dict(self.context),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuestion(_Question):
    """May this message go, and what of every field may each recipient have? Answered in one query.

    `state_after` is the state after the act that commits together with the message, None when there is none.
    `categories` None means every category of the schema. Without recipients only the sender is judged.
    """

    message: str
    owner: Oin
    purpose: PurposeId | None = None
    state_after: StateId | None = None
    categories: tuple[CategoryId, ...] | None = None
    recipients: tuple[RecipientQuestion, ...] = ()

    package: ClassVar[str] = "schakel.sending"

    def to_input(self, revision: str) -> dict[str, Any]:
        """The document under `input`; the declared purpose is present but not judged (domain.md 6.4)."""
        asked = {} if self.categories is None else {"categories": list(self.categories)}
        return (
            self._common(revision)
            | asked
            | {
                "message": self.message,
                "purpose": self.purpose,
                "resource": {
                    "case_state": self.case_state,
                    "state_after": self.state_after,
                    "owner": self.owner,
                },
                "recipients": [recipient.to_input() for recipient in self.recipients],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingQuestion(_Question):
    """May this person read, or forward, these categories of one copy or one view of a case?

    `message` is the type of the copy that is opened, so that obligations name its fields; None for a view of
    a case. Forwarding names a third party.
    """

    action: ReadingAction
    purpose: PurposeId | None
    owner: Oin
    categories: tuple[CategoryId, ...]
    message: str | None = None
    third_party: ThirdParty | None = None

    package: ClassVar[str] = "schakel.disclosure"

    def to_input(self, revision: str) -> dict[str, Any]:
        opened: dict[str, Any] = {} if self.message is None else {"message": self.message}
        if self.third_party is not None:
            opened["third_party"] = self.third_party.to_input()
        return (
            self._common(revision)
            | opened
            | {
                "action": self.action.value,
                "purpose": self.purpose,
                "resource": {"case_state": self.case_state, "owner": self.owner},
                "categories": list(self.categories),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionQuestion(_Question):
    """May this person take this act in this case now? `action` is without the prefix `besluiten:`."""

    action: str

    package: ClassVar[str] = "schakel.transition"

    def to_input(self, revision: str) -> dict[str, Any]:
        return self._common(revision) | {
            "action": self.action,
            "resource": {"case_state": self.case_state},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuestion(_Question):
    """Does this case exist for this person, and the other questions about a whole case (`break_glass`)."""

    question: str
    purpose: PurposeId | None

    package: ClassVar[str] = "schakel.access"

    def to_input(self, revision: str) -> dict[str, Any]:
        return self._common(revision) | {
            "question": self.question,
            "purpose": self.purpose,
            "resource": {"case_state": self.case_state},
        }


Question = MessageQuestion | ReadingQuestion | TransitionQuestion | AccessQuestion
