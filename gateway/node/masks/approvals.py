"""What a person at the owner wrote or cleaned and approved. Without it nothing of the category or field is sent.

The values only; that the approval was signed by a person who may is checked by the node that keeps them.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gateway.domain.catalogue import Kind, TypeSpec
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId
from gateway.protocol.canonical import canonical

SUMMARY_MAX: Final = 500
"""Characters in a summary. Source: domain.md 5, M_SAM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedSummary:
    """A text instead of all fields of a category, approved for one role and purpose until `expires_at`.

    `sha256` is the digest that was signed (hex, of the UTF-8 text): another text under the same approval is
    no summary.
    """

    text: str
    category: CategoryId
    role: RoleId
    purpose: PurposeId
    expires_at: datetime
    sha256: str

    def holds(self, *, category: CategoryId, role: RoleId, purpose: PurposeId | None, at: datetime) -> bool:
        """Whether it may be sent to this role for this purpose at this time."""
        return (
            (self.category, self.role, self.purpose) == (category, role, purpose)
            and at < self.expires_at
            and 0 < len(self.text) <= SUMMARY_MAX
            and self.sha256 == hashlib.sha256(self.text.encode()).hexdigest()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedCleaning:
    """A field with its texts cleaned by a person (source or third persons taken out), for one role and purpose.

    `original_sha256` binds it to the value that the person saw: a later version of the field needs a new
    approval.
    """

    field: str
    value: Any
    role: RoleId
    purpose: PurposeId
    expires_at: datetime
    original_sha256: str

    def holds(
        self, *, field: str, original: Any, role: RoleId, purpose: PurposeId | None, at: datetime
    ) -> bool:
        """Whether it may take the place of this value, for this role and purpose, at this time."""
        return (
            (self.field, self.role, self.purpose) == (field, role, purpose)
            and at < self.expires_at
            and self.original_sha256 == value_digest(original)
        )


def value_digest(value: Any) -> str:
    """The digest (hex) by which an approval names the value that was approved; it never leaves the node."""
    return hashlib.sha256(canonical(value)).hexdigest()


def only_cleaned(original: Any, cleaned: Any, spec: TypeSpec, *, texts_may_differ: bool) -> bool:
    """Whether a person only shortened.

    Took lines out, and changed free text if that is allowed, and nothing else.
    """
    match spec.kind:
        case Kind.LIST if spec.item is not None:
            return _in_order(original, cleaned, spec.item, texts_may_differ=texts_may_differ)
        case Kind.STRUCT:
            return set(cleaned) <= set(original) and all(
                only_cleaned(
                    original[name],
                    cleaned[name],
                    spec.member(name).spec,
                    texts_may_differ=texts_may_differ,
                )
                for name in cleaned
            )
        case Kind.TEXT if texts_may_differ:
            return True
    return bool(original == cleaned)


def _in_order(original: list[Any], cleaned: list[Any], item: TypeSpec, *, texts_may_differ: bool) -> bool:
    left = iter(original)
    return all(
        any(only_cleaned(before, after, item, texts_may_differ=texts_may_differ) for before in left)
        for after in cleaned
    )
