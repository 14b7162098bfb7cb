"""The digest in a proof of service is that of the decision that was served.

Where this node has the decision, as its sender or as a recipient, it fills in the digest and refuses another one. A
node that never had it cannot tell: the digest is then as its writer gave it, and he hears when he gave none. What was
announced orally is no document, so nothing is filled in for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.domain.catalogue import catalogue
from gateway.domain.documents import document_fields
from gateway.domain.errors import Cause, InvalidInput
from gateway.node.storage import received, sent
from gateway.node.storage.database import Connection
from gateway.node.storage.sent import SentState
from gateway.node.usecases.draft import Draft, draft_of
from gateway.node.usecases.kept import open_kept
from gateway.node.usecases.parts import Parts

SERVICE: Final = "huisverbod.uitreiking"
DIGEST: Final = "document_hash"
DECISION_NUMBER: Final = "beschikking_nr"
ORAL: Final = "mondeling"
DECISIONS: Final[Mapping[str, str]] = {
    "huisverbod.opgelegd": "opleggen",
    "huisverbod.verlengd": "verlengen",
    "huisverbod.ingetrokken": "intrekken",
}
"""The decisions that are served, and the `soort` of their proof of service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Digests of decisions of the case with this number: of any decision, and of the kind that was served."""

    all: frozenset[str]
    served: frozenset[str]


async def with_digest(parts: Parts, draft: Draft) -> Draft:
    """The draft, with the digest of the decision that was served where exactly one is known here and none is stated."""
    if not lacks_digest(draft):
        return draft
    known = await _known(parts, draft)
    if len(known.served) != 1:
        return draft
    return replace(draft, content={**draft.content, DIGEST: next(iter(known.served))})


async def check_service(parts: Parts, draft: Draft) -> None:
    """For a draft from `with_digest`, of which the content fits its schema.

    Raises InvalidInput when the digest is not that of a decision of the case with this number that is here, or when
    there are several and none is stated: which of them was served only the writer knows.
    """
    if draft.message_type != SERVICE:
        return
    stated, known = draft.content.get(DIGEST), await _known(parts, draft)
    if stated is not None and known.all and stated not in known.served:
        raise InvalidInput(
            code="document-hash-anders",
            causes=(
                _cause(
                    "ander-document",
                    "Dit is niet de digest van het besluit met dit nummer dat hier bekend is.",
                    "This is not the digest of the decision with this number that is known here.",
                ),
            ),
        )
    if lacks_digest(draft) and len(known.served) > 1:
        raise InvalidInput(
            code="document-hash-onbepaald",
            causes=(
                _cause(
                    "meer-documenten",
                    "Van het besluit met dit nummer zijn hier meer versies; noem de digest van die is uitgereikt.",
                    "There are several versions here of the decision with this number; state the digest of the one "
                    "that was served.",
                ),
            ),
        )


def lacks_digest(draft: Draft) -> bool:
    """Whether this is a proof that a document was served, and does not say which."""
    if draft.message_type != SERVICE or draft.content.get(DIGEST) is not None:
        return False
    return draft.content.get("wijze") != ORAL


def service_remarks(draft: Draft) -> tuple[Cause, ...]:
    """What the writer has to hear about a draft from `with_digest`; it goes all the same."""
    if not lacks_digest(draft):
        return ()
    return (
        _cause(
            "digest-ontbreekt",
            "Dit bewijs zegt niet welk document is uitgereikt: hier is geen document van het besluit met dit nummer "
            "bekend. Noem de digest ervan; wie het opmaakte heeft die.",
            "This proof does not say which document was served: no document of the decision with this number is "
            "known here. State its digest; whoever made it has it.",
        ),
    )


def _cause(code: str, nl: str, en: str) -> Cause:
    return Cause(pointer=f"/inhoud/{DIGEST}", code=code, detail_nl=nl, detail_en=en)


async def _known(parts: Parts, draft: Draft) -> _Known:
    found = await parts.database.read(lambda c: tuple(_digests(parts, c, draft)))
    kind = draft.content.get("soort")
    return _Known(
        all=frozenset(digest for _, digest in found),
        served=frozenset(digest for name, digest in found if DECISIONS[name] == kind),
    )


def _digests(parts: Parts, connection: Connection, draft: Draft) -> Iterator[tuple[str, str]]:
    for name, content in _decisions(parts, connection, draft.case_id):
        if content.get(DECISION_NUMBER) == draft.content.get(DECISION_NUMBER):
            for field in document_fields(catalogue().message(name)):
                if field in content:
                    yield name, content[field]["sha256"]


def _decisions(parts: Parts, connection: Connection, case_id: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The decisions of the case, ours and those that came; one that the hub refused was never taken."""
    for message in sent.messages_in_case(connection, case_id, DECISIONS):
        if message.state != SentState.REFUSED:
            yield message.message_type, draft_of(parts, message).content
    for copy in received.copies_in_case(connection, case_id, DECISIONS):
        yield copy.message_type, open_kept(parts, copy).content
