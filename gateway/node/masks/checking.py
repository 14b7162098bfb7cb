"""The recipient's side: a copy holds nothing beyond its manifest, or nobody sees it.

Checks form, not truth: that a text was cleaned of its source, or that a pseudonym is random, cannot be seen
in the copy. A copy that breaks its manifest is refused and reported, with the sender's own signature as
evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.domain.catalogue import Field, MessageType, TypeSpec
from gateway.domain.content_schema import check_value
from gateway.domain.decision import Verdict
from gateway.domain.errors import CatalogueError, Cause, SchakelError
from gateway.domain.identifiers import MaskId
from gateway.node.masks.approvals import SUMMARY_MAX
from gateway.node.masks.building import SUMMARIES
from gateway.node.masks.hard_rules import hard_rule
from gateway.node.masks.shapes import schema_after_mask
from gateway.node.masks.table import Action, row_for
from gateway.node.obligations import obligation_breaks
from gateway.node.reader import Reader
from gateway.protocol.manifest import Manifest, ManifestField, Obligation


class CopyBreaksManifest(SchakelError):
    """The copy holds more than its own signed manifest allows.

    `causes` names fields and codes, never values.
    """

    default_code = "kopie-breekt-manifest"
    default_nl = (
        "Deze kopie bevat meer dan haar eigen manifest toestaat. Zij wordt niet getoond en is gemeld."
    )
    default_en = "This copy holds more than its own manifest allows. It is not shown and was reported."


def check_copy(
    message_type: MessageType,
    content: Mapping[str, Any],
    manifest: Manifest,
    obligations: Sequence[Obligation],
    *,
    reader: Reader,
) -> None:
    """Nothing, when the copy keeps to its manifest. Raises: CopyBreaksManifest with every break.

    A field that is missing is never a break: the sender may always send less.
    """
    by_name = {each.veld: each for each in manifest}
    causes = [
        *_manifest_breaks(message_type, manifest),
        *_content_breaks(message_type, content, by_name, reader),
    ]
    if not causes:
        causes = [
            _cause(
                f"/inhoud/{name}" if name else "/verplichtingen",
                "verplichting",
                f"Hier is {rule} niet nagekomen.",
                f"It breaks {rule}.",
            )
            for name, rule in obligation_breaks(obligations, message_type, content, by_name, reader)
        ]
    if causes:
        raise CopyBreaksManifest(causes=causes)


def withheld(message_type: MessageType, manifest: Manifest) -> list[dict[str, str]]:
    """What a reader is told that the copy does not hold as it was filled in: `veld` and `regel`, in schema order.

    Read from the manifest, so it is the list that the sender's node made, unless that node withheld even more.
    """
    by_name = {each.veld: each for each in manifest}
    return [
        {"veld": field.name, "regel": by_name[field.name].regel}
        for field in message_type.fields
        if field.name in by_name and not _is_whole(field, by_name[field.name])
    ]


def _is_whole(field: Field, claimed: ManifestField) -> bool:
    if claimed.besluit == Verdict.MASK.value and claimed.masker is not None:
        return row_for(MaskId(claimed.masker), field.kind).action is Action.KEEP
    return claimed.besluit == Verdict.ALLOW.value


def _manifest_breaks(message_type: MessageType, manifest: Manifest) -> Iterator[Cause]:
    """The manifest is about exactly this schema, with its own categories and with masks that exist."""
    claimed = [(each.veld, each.categorie) for each in manifest]
    expected = [(field.name, str(field.category)) for field in message_type.fields]
    if sorted(claimed) != sorted(expected):
        yield _cause(
            "/manifest", "manifest", "Dit manifest hoort niet bij het schema.", "Not of this schema."
        )


def _content_breaks(
    message_type: MessageType,
    content: Mapping[str, Any],
    by_name: Mapping[str, ManifestField],
    reader: Reader,
) -> Iterator[Cause]:
    fields = {field.name: field for field in message_type.fields}
    for name, value in content.items():
        pointer = f"/inhoud/{name}" if name in fields else "/inhoud"
        if name == SUMMARIES:
            yield from _summary_breaks(message_type, value, by_name)
        elif name not in fields or name not in by_name:
            yield _cause(
                pointer, "buiten_manifest", "Dit veld hoort er niet in.", "This field is not allowed."
            )
        elif hard := hard_rule(fields[name], reader):
            yield _cause(pointer, hard, "Dit veld mag er nooit in.", "This field is never allowed.")
        else:
            shape = _shape(fields[name], by_name[name])
            if shape is None:
                yield _cause(
                    pointer, "buiten_manifest", "Dit veld hoort er niet in.", "Not allowed by its manifest."
                )
            else:
                yield from check_value(shape, value, pointer)


def _shape(field: Field, claimed: ManifestField) -> TypeSpec | None:
    """The type that the manifest allows, or None when the field may not be there."""
    if claimed.besluit == Verdict.ALLOW.value:
        return field.spec
    if claimed.besluit == Verdict.MASK.value and claimed.masker is not None:
        try:
            return schema_after_mask(field, MaskId(claimed.masker))
        except CatalogueError:
            return None
    return None


def _summary_breaks(
    message_type: MessageType, value: Any, by_name: Mapping[str, ManifestField]
) -> Iterator[Cause]:
    pointer = f"/inhoud/{SUMMARIES}"
    allowed = {str(f.category) for f in message_type.fields if _is_summarised(f, by_name.get(f.name))}
    if not isinstance(value, dict) or not set(value) <= allowed:
        yield _cause(
            pointer, "buiten_manifest", "Deze samenvatting hoort er niet in.", "Summary not allowed."
        )
        return
    for category, text in value.items():
        if not isinstance(text, str) or not 0 < len(text) <= SUMMARY_MAX:
            yield _cause(
                f"{pointer}/{category}", "te_lang", f"Ten hoogste {SUMMARY_MAX} tekens.", "Not a short text."
            )


def _is_summarised(field: Field, claimed: ManifestField | None) -> bool:
    if claimed is None or claimed.masker is None or claimed.besluit != Verdict.MASK.value:
        return False
    try:
        return row_for(MaskId(claimed.masker), field.kind).action is Action.SUMMARY
    except CatalogueError:
        return False


def _cause(pointer: str, code: str, detail_nl: str, detail_en: str) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=detail_nl, detail_en=detail_en)
