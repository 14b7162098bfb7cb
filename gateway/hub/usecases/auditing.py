"""The leaves of the audit log that the use cases write: identifiers only, and the rule also where outsiders do not
learn it."""

from datetime import datetime
from typing import Final

from audit.body import About, Body, MessageRef, Who, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.errors import Refused, SchakelError
from gateway.domain.identifiers import new_id
from gateway.hub.storage.changes import Change, Judgement
from gateway.hub.usecases.parts import Asker, Parts
from gateway.protocol.canonical import b64u

ARTICLE_LENGTH: Final = 200  # characters; audit/FORMAT.md, artikel
_MORE: Final = "; en meer"
FOREIGN_COPY: Final = "kopie-niet-van-deze-organisatie"


def leaf(
    event: EventTag,
    asker: Asker,
    now: datetime,
    *,
    role: str | None = None,
    staff: str | None = None,
    why: Why | None = None,
    case_id: str | None = None,
    message: MessageRef | None = None,
) -> Leaf:
    """One event of the agency that asks, in a role and by a person where that is known."""
    return Leaf.of(
        Body(
            at=now,
            who=Who(oin=asker.oin, role=role, person=staff),
            what=event,
            why=why,
            about=None if case_id is None else About(case_id=case_id),
            message=message,
            trace_id=asker.trace_id,
        )
    )


def cited(article: str) -> str:
    """The citations of a decision as a leaf holds them: whole ones, the first that fit; the decision keeps them all."""
    if len(article) <= ARTICLE_LENGTH:
        return article
    fitting = article[: ARTICLE_LENGTH - len(_MORE)].rpartition("; ")[0]
    return f"{fitting}{_MORE}" if fitting else article[:ARTICLE_LENGTH]


def why_refused(error: SchakelError) -> Why:
    """The reason of a refusal that policy did not give."""
    if isinstance(error, Refused):
        return Why(rule=error.rule, article=cited(error.article))
    return Why(rule=error.code)


def commitment_ref(digest_hex: str) -> str:
    """A digest as the log writes it: base64url."""
    return b64u(bytes.fromhex(digest_hex))


async def audit_foreign_copy(parts: Parts, asker: Asker, event: EventTag) -> None:
    """A leaf for a question about a copy that is not the asker's. The id that was named is not repeated: nothing
    proves that it is one."""
    written = leaf(event, asker, parts.clock(), why=Why(rule=FOREIGN_COPY))
    await parts.writer.write(
        Change(key=f"vreemde-kopie:{new_id()}", judge=lambda _: Judgement(), leaves=(written,))
    )
