"""The digest in a proof of service is that of the decision that was served.

Checked where this node has the decision, as its sender or as a recipient; a node that never had it cannot tell, and the
digest is then as its writer gave it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.documents import document_fields
from gateway.domain.errors import Cause, InvalidInput
from gateway.node.storage import received, sent
from gateway.node.storage.database import Connection
from gateway.node.usecases.draft import Draft, draft_of
from gateway.node.usecases.kept import open_kept
from gateway.node.usecases.parts import Parts

SERVICE: Final = "huisverbod.uitreiking"
DIGEST: Final = "document_hash"
DECISION_NUMBER: Final = "beschikking_nr"


async def check_service(parts: Parts, draft: Draft) -> None:
    """Raises InvalidInput when the digest is not that of a decision of the case with this number that is here."""
    stated = draft.content.get(DIGEST)
    if draft.message_type != SERVICE or stated is None:
        return
    known = await parts.database.read(lambda c: frozenset(_digests(parts, c, draft)))
    if known and stated not in known:
        cause = Cause(
            pointer=f"/inhoud/{DIGEST}",
            code="ander-document",
            detail_nl="Dit is niet de digest van het besluit met dit nummer dat hier bekend is.",
            detail_en="This is not the digest of the decision with this number that is known here.",
        )
        raise InvalidInput(code="document-hash-anders", causes=(cause,))


def _digests(parts: Parts, connection: Connection, draft: Draft) -> Iterator[str]:
    for kind, content in _decisions(parts, connection, draft.case_id):
        if content.get(DECISION_NUMBER) == draft.content.get(DECISION_NUMBER):
            yield from (content[field]["sha256"] for field in document_fields(kind) if field in content)


def _decisions(
    parts: Parts, connection: Connection, case_id: str
) -> Iterator[tuple[MessageType, Mapping[str, Any]]]:
    """The messages of the case that carry a document and a number, ours and those that came."""
    kinds = {
        kind.name: kind
        for kind in catalogue().messages
        if document_fields(kind) and any(field.name == DECISION_NUMBER for field in kind.fields)
    }
    for message in sent.messages_in_case(connection, case_id, kinds):
        yield kinds[message.message_type], draft_of(parts, message).content
    for copy in received.copies_in_case(connection, case_id, kinds):
        yield kinds[copy.message_type], open_kept(parts, copy).content
