"""The documents of a hub in memory, behind the node's port: takes from the sender of a copy, gives to its recipient."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from gateway.domain.errors import Conflict, NotFound, SchakelError
from gateway.node.hub_link import HubUnreachable
from gateway.protocol.exchange import Answer
from gateway.protocol.files import pieces_of, write_whole
from gateway.web.problems import problem_of
from tests.node.hub_in_memory import HubInMemory


@dataclass
class DocumentsInMemory:
    """`kept` by copy and field; a test may change what is there."""

    hub: HubInMemory
    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    lose_answers: int = 0

    def link(self, oin: str) -> "DocumentLinkInMemory":
        return DocumentLinkInMemory(self, oin)


@dataclass(frozen=True)
class DocumentLinkInMemory:
    """The link of one agency."""

    documents: DocumentsInMemory
    oin: str

    async def put(self, copy_id: str, field: str, part: Path) -> Answer:
        self._require_hub()
        copy, body = self.documents.hub.copies.get(copy_id), b"".join(pieces_of(part))
        self.documents.sent.append(body)
        if copy is None or copy.sender != self.oin:
            return _problem(NotFound())
        if self.documents.kept.setdefault((copy_id, field), body) != body:
            return _problem(Conflict(code="document-hergebruikt"))
        if self.documents.lose_answers:
            self.documents.lose_answers -= 1
            raise HubUnreachable(retry_after_s=1)
        return Answer(200, {})

    async def fetch(self, copy_id: str, field: str, into: Path) -> Answer:
        self._require_hub()
        copy, body = self.documents.hub.copies.get(copy_id), self.documents.kept.get((copy_id, field))
        if copy is None or copy.recipient.oin != self.oin or body is None:
            return _problem(NotFound())
        write_whole(into, [body])
        return Answer(200, {})

    async def close(self) -> None:
        return None

    def _require_hub(self) -> None:
        if self.documents.hub.down:
            raise HubUnreachable(retry_after_s=1)


def _problem(error: SchakelError) -> Answer:
    problem = problem_of(error, instance="/v1", trace_id="0" * 32)
    return Answer(problem.status, json.loads(json.dumps(dict(problem.body))))
