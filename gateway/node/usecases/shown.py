"""What is left of a copy under the decision on one reading: never more than either of the two allows."""

from collections.abc import Mapping
from typing import Any

from gateway.domain.case import Side
from gateway.domain.catalogue import Field, MessageType
from gateway.domain.clock import parse_time
from gateway.domain.identifiers import MaskId, RoleId
from gateway.node.masks import ABSENT, SUMMARIES, Kept, MaskContext, Reader, apply_mask
from gateway.node.obligations import apply_obligations
from gateway.protocol.manifest import Manifest, ManifestField
from gateway.protocol.opening import OpenedCopy
from gateway.protocol.plan import FieldPlan
from gateway.protocol.questions import ReadAnswer


def reader_of(opened: OpenedCopy) -> Reader:
    """The reader for whom the copy was made."""
    context = opened.statement.context
    return Reader(
        role=RoleId(context.ontvanger.rol),
        side=Side(context.kant),
        at=parse_time(opened.statement.envelop.time),
    )


def shown(
    message_type: MessageType,
    content: Mapping[str, Any],
    manifest: Manifest,
    answer: ReadAnswer,
    ctx: MaskContext,
) -> dict[str, Any]:
    """The content that may be shown. Raises InvalidInput for an obligation that this node does not know.

    A field under a mask in the copy keeps that form; under another mask in the decision it is left out, because
    neither of two masks contains the other.
    """
    claimed = {field.veld: field for field in manifest}
    decided = {field.veld: field for field in answer.velden}
    whole = {name: value for name, value in content.items() if _is_whole(claimed.get(name))}
    duties = apply_obligations(answer.verplichtingen, message_type, whole, decided, ctx.reader)
    values = {name: value for name, value in content.items() if name not in whole} | duties
    kept: dict[str, Any] = {}
    for field in message_type.fields:
        value = _value(
            field, values.get(field.name, ABSENT), claimed.get(field.name), decided.get(field.name), ctx
        )
        if value is not ABSENT:
            kept[field.name] = value
    summaries = _summaries(message_type, content.get(SUMMARIES, {}), decided)
    return kept | ({SUMMARIES: summaries} if summaries else {})


def _value(
    field: Field, value: Any, claimed: ManifestField | None, decided: FieldPlan | None, ctx: MaskContext
) -> Any:
    if value is ABSENT or claimed is None or decided is None or decided.besluit == "deny":
        return ABSENT
    if decided.besluit == "allow" or (claimed.besluit == "mask" and claimed.masker == decided.masker):
        return value
    if not _is_whole(claimed) or decided.masker is None:
        return ABSENT
    masked = apply_mask(MaskId(decided.masker), field, value, ctx)
    return masked.value if isinstance(masked, Kept) else ABSENT


def _is_whole(claimed: ManifestField | None) -> bool:
    return claimed is not None and claimed.besluit == "allow"


def _summaries(
    message_type: MessageType, summaries: Mapping[str, str], decided: Mapping[str, FieldPlan]
) -> dict[str, str]:
    """A summary is shown when the decision lets the reader have anything of its category."""
    open_categories = {
        str(field.category)
        for field in message_type.fields
        if field.name in decided and decided[field.name].besluit != "deny"
    }
    return {category: text for category, text in summaries.items() if category in open_categories}
