"""Masks: what the owner's node takes out of a copy before it is sealed, and what the recipient's node accepts.

table.json says what each mask does to each type of field. The policy decides which mask; a person approves
summaries and cleaned texts; this package applies and checks.
"""

from gateway.node.masks.approvals import ApprovedCleaning, ApprovedSummary, value_digest
from gateway.node.masks.building import SUMMARIES, MaskedCopy, build_copy
from gateway.node.masks.checking import CopyBreaksManifest, check_copy, withheld
from gateway.node.masks.reducing import ABSENT, Dropped, Kept, MaskContext, Summarised, apply_mask
from gateway.node.masks.shapes import schema_after_mask
from gateway.node.masks.table import Action, How, MaskRow, mask_table, row_for
from gateway.node.reader import Reader

__all__ = [
    "ABSENT",
    "SUMMARIES",
    "Action",
    "ApprovedCleaning",
    "ApprovedSummary",
    "CopyBreaksManifest",
    "Dropped",
    "How",
    "Kept",
    "MaskContext",
    "MaskRow",
    "MaskedCopy",
    "Reader",
    "Summarised",
    "apply_mask",
    "build_copy",
    "check_copy",
    "mask_table",
    "row_for",
    "schema_after_mask",
    "value_digest",
    "withheld",
]
