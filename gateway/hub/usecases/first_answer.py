"""First answers: the same bytes always get the answer that they got first, whatever their age.

Only after `plan-verouderd` or `handtekening-verlopen` may other bytes come under the same id; the older bytes are
then void for ever, and keep their answer. An accepted answer is stored without its proof: that follows from the log,
and is the same whenever it is made, since the size of the tree that it proves is fixed.
"""

import json
from collections.abc import Sequence

from gateway.domain.errors import Conflict, SchakelError
from gateway.hub.storage.changes import Placement
from gateway.hub.storage.log_reading import LogSigner
from gateway.hub.storage.rows import SubmissionRow
from gateway.hub.storage.submissions import earlier_bodies, placement_of
from gateway.hub.usecases.parts import Parts
from gateway.protocol.exchange import Answer
from gateway.protocol.questions import LogProof

MAY_FOLLOW = frozenset({"plan-verouderd", "handtekening-verlopen"})


async def look_up(parts: Parts, source: str, message_id: str, digest: str) -> tuple[Answer | None, int]:
    """The first answer to these bytes, if they came before; and how many bodies came under this identity.

    Raises Conflict (`bericht-id-hergebruikt`) when other bytes came whose answer was final.
    """
    earlier = await parts.reader.read(lambda c: earlier_bodies(c, source, message_id))
    same = next((row for row in earlier if row.body_sha256 == digest), None)
    if same is None:
        _require_may_follow(earlier)
        return None, len(earlier)
    if same.status >= 400:
        return Answer(same.status, json.loads(same.answer)), len(earlier)
    placement = await parts.reader.read(lambda c: placement_of(c, same.item_key))
    return accepted_answer(same.answer, placement, parts.log_signer), len(earlier)


def accepted_answer(stored: str, placement: Placement, signer: LogSigner) -> Answer:
    """The answer to an accepted submission, with the proof that its leaf is in the log."""
    proof = LogProof(
        leaf_index=placement.leaf_index,
        leaf_sha256=placement.leaf_hash.hex(),
        pad=[step.hex() for step in placement.path],
        checkpoint=signer.note(placement.tree_size, placement.root),
    )
    return Answer(200, {**json.loads(stored), "bewijs": proof.to_json()})


def may_follow(error: SchakelError) -> bool:
    """Whether the same id may come again with new bytes after this refusal."""
    return error.code in MAY_FOLLOW


def _require_may_follow(earlier: Sequence[SubmissionRow]) -> None:
    if any(not row.may_follow for row in earlier):
        raise Conflict(
            code="bericht-id-hergebruikt",
            detail_nl="Onder dit bericht-id kwam eerder een andere inzending; stuur een nieuw bericht-id.",
            detail_en="Another submission came under this message id before; send a new message id.",
        )
