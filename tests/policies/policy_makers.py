"""Questions, keys and a server that misbehaves, for the tests of the policy door."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from joserfc.jwk import ECKey

from gateway.domain.identifiers import AgencyKind, CategoryId, Oin, PurposeId, RoleId, StateId
from gateway.hub.policy.questions import (
    MessageQuestion,
    ReadingAction,
    ReadingQuestion,
    RecipientQuestion,
    Subject,
    TransitionQuestion,
)
from gateway.hub.policy.signing import PolicyKey

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
REVISION = "3-0123456789ab"
VEILIG_THUIS = Oin("00000099000000002000")
POLITIE = Oin("00000099000000001000")

TEXT = {"nl": "Dit mag.", "en": "This is allowed."}
WORDS: dict[str, Any] = {
    "rule": "matrix",
    "reason": TEXT,
    "article": "Wth 2(1)",
    "article_status": "C",
    "next_step": TEXT,
}
FIELD: dict[str, Any] = {
    "field": "woonadres",
    "category": "woonadres",
    "decision": "allow",
    "mask": None,
    "rule": "matrix",
    "reason": TEXT,
    "article": "Wth 2(1)",
    "article_status": "C",
}
RECIPIENT: dict[str, Any] = WORDS | {
    "oin": POLITIE,
    "role": "politie_hovj",
    "allowed": True,
    "purpose": "screening",
    "fields": [FIELD],
    "obligations": [{"id": "O_LEEFTIJD_POLITIE", "parameters": {"jaren": 5}}],
}
MESSAGE: dict[str, Any] = WORDS | {
    "allowed": True,
    "rule": "send",
    "purpose": "screening",
    "revision": REVISION,
    "recipients": [RECIPIENT],
}


def subject(role: str = "vt_procescoordinator") -> Subject:
    return Subject(oin=VEILIG_THUIS, agency=AgencyKind("veilig_thuis"), role=RoleId(role))


def message_question(context: Mapping[str, bool | int | str | None] | None = None) -> MessageQuestion:
    """Veilig Thuis sends the police the notification of a planned screening."""
    return MessageQuestion(
        now=NOW,
        subject=subject(),
        message="screening.gepland.kennisgeving",
        case_state=StateId("screening_gepland"),
        owner=VEILIG_THUIS,
        context=context or {},
        recipients=(
            RecipientQuestion(
                oin=POLITIE,
                agency=AgencyKind("politie"),
                role=RoleId("politie_hovj"),
                competent_or_assigned=True,
                context=context or {},
            ),
        ),
    )


def reading_question(*categories: str) -> ReadingQuestion:
    return ReadingQuestion(
        now=NOW,
        subject=subject(),
        action=ReadingAction.READ,
        case_state=StateId("screening"),
        owner=VEILIG_THUIS,
        purpose=PurposeId("screening"),
        categories=tuple(CategoryId(each) for each in categories),
    )


def transition_question(action: str = "weging_positief") -> TransitionQuestion:
    return TransitionQuestion(now=NOW, subject=subject(), case_state=StateId("weging"), action=action)


def new_key() -> PolicyKey:
    return PolicyKey(ECKey.generate_key("P-256", private=True))


def public(key: PolicyKey) -> PolicyKey:
    return PolicyKey.from_pem(key.public_pem())


Answering = Callable[[asyncio.StreamWriter, bytes], Awaitable[None]]


@asynccontextmanager
async def server_that(answers: Answering) -> AsyncIterator[int]:
    """The port of a server that reads one HTTP request after another and lets `answers` write the bytes."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        serving.add(task)
        task.add_done_callback(serving.discard)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await answers(writer, await reader.readexactly(length))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away, as the test wants
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in serving:  # an answer that never comes would outlive the loop
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def http(body: bytes, *, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """The bytes of one HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def always(answer: bytes) -> Answering:
    async def write(writer: asyncio.StreamWriter, _: bytes) -> None:
        writer.write(answer)

    return write


def result(document: object) -> bytes:
    """What OPA answers when the decision is `document`."""
    return http(json.dumps({"result": document}).encode())
