"""The manifest of a copy: for every field of the schema what the policy decided, whatever the values are.

It lists all fields, filled or not, so that it reveals nothing about them.
"""

from collections.abc import Iterable
from typing import Literal

from gateway.domain.decision import FieldDecision
from gateway.protocol.canonical import malformed
from gateway.protocol.wire import ShortText, Signed

_ORDER = {"allow": 0, "mask": 1, "deny": 2}


class ManifestField(Signed):
    """The decision on one field. `masker` is set exactly when `besluit` is mask."""

    veld: ShortText
    categorie: ShortText
    besluit: Literal["allow", "mask", "deny"]
    masker: ShortText | None = None
    regel: ShortText


class Obligation(Signed):
    """A rule that depends on a value: the sender's node applies it, the recipient's node checks it."""

    id: ShortText
    parameters: dict[str, bool | int | str | list[str]]


Manifest = list[ManifestField]


def manifest_of(decisions: Iterable[FieldDecision]) -> Manifest:
    """The manifest of the decisions on one recipient's copy, in the order of the schema."""
    return [
        ManifestField(
            veld=d.field,
            categorie=str(d.category),
            besluit=d.decision.value,
            masker=d.mask,
            regel=str(d.rule),
        )
        for d in decisions
    ]


def check_covers(manifest: Manifest, field_names: Iterable[str]) -> None:
    """Raises InvalidInput unless the manifest lists exactly the fields of the schema, each once."""
    if sorted(f.veld for f in manifest) != sorted(field_names):
        raise malformed("manifest", "noemt niet precies de velden van het schema")


def is_stricter(decided: Manifest, claimed: Manifest) -> bool:
    """Whether the new decision allows less than the copy was made with. Two different masks count as stricter,
    because neither contains the other."""
    by_name = {f.veld: f for f in claimed}
    return any(_stricter(field, by_name.get(field.veld)) for field in decided)


def _stricter(decided: ManifestField, claimed: ManifestField | None) -> bool:
    if claimed is None:
        return True
    if decided.besluit == claimed.besluit == "mask":
        return decided.masker != claimed.masker
    return _ORDER[decided.besluit] > _ORDER[claimed.besluit]
