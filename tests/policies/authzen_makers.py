"""The AuthZEN application under test: the real router over a decider whose policy is the certification fixture."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from fastapi import FastAPI

from gateway.domain.errors import NotAuthenticated
from gateway.domain.identifiers import Oin
from gateway.hub.http.authzen import authzen_router
from gateway.hub.policy.adl import AdlRecord
from gateway.hub.policy.authzen import Action, AuthzenDecider, Entity, Evaluated, Evaluation
from gateway.web.app import create_app

IDENTIFIER = "https://schakel.example"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CALLER = Oin("00000099000000002000")


@dataclass(slots=True)
class KeptLog:
    """A decision log in memory that, like the real one, keeps a record with a known key once."""

    records: dict[str, AdlRecord] = field(default_factory=dict)

    async def store(self, record: AdlRecord) -> None:
        self.records.setdefault(record.key, record)

    @property
    def last(self) -> AdlRecord:
        return list(self.records.values())[-1]


class FixtureDecider:
    """Asks a real OPA that runs `authzen_fixture/fixture.rego`."""

    revision = "fixture"

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/v1/data/authzen_fixture"

    def for_log(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return request

    async def evaluate(self, question: Evaluation, *, caller: Oin) -> Evaluated:
        document = {
            "subject": _document(question.subject),
            "action": {"name": question.action.name, "properties": dict(question.action.properties)},
            "resource": _document(question.resource),
        }
        decision = await asyncio.to_thread(self._post, "decision", document)
        assert isinstance(decision, bool)
        return Evaluated(decision=decision, information={"caller": caller})

    async def search_subjects(self, question: Evaluation, *, caller: Oin) -> Sequence[Entity]:
        names = await asyncio.to_thread(self._post, "subjects", {})
        found = [Entity(type=question.subject.type, id=name) for name in names]
        return [
            each
            for each in found
            if (await self.evaluate(_with(question, subject=each), caller=caller)).decision
        ]

    async def search_resources(self, question: Evaluation, *, caller: Oin) -> Sequence[Entity]:
        names = await asyncio.to_thread(self._post, "resources", {})
        found = [Entity(type=question.resource.type, id=name) for name in names]
        return [
            each
            for each in found
            if (await self.evaluate(_with(question, resource=each), caller=caller)).decision
        ]

    async def search_actions(self, question: Evaluation, *, caller: Oin) -> Sequence[str]:
        names = await asyncio.to_thread(self._post, "actions", {})
        return [
            name
            for name in names
            if (await self.evaluate(_with(question, action=Action(name=name)), caller=caller)).decision
        ]

    def _post(self, rule: str, document: dict[str, Any]) -> Any:
        answer = httpx2.post(f"{self._url}/{rule}", json={"input": document}, timeout=30)
        answer.raise_for_status()
        return answer.json()["result"]


def authzen_app(decider: AuthzenDecider, log: KeptLog) -> FastAPI:
    """The router as the hub mounts it; the caller stands in a header here, in the hub in the certificate."""
    app = create_app(title="AuthZEN", version="1.0.0", description="Toets")

    def caller(request: Any) -> Oin:
        if "x-test-anonymous" in request.headers:
            raise NotAuthenticated
        return CALLER

    app.include_router(
        authzen_router(decider, log=log, caller=caller, identifier=IDENTIFIER, clock=lambda: NOW)
    )
    return app


def client(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=IDENTIFIER)


def _document(entity: Entity) -> dict[str, Any]:
    return {"type": entity.type, "id": entity.id, "properties": dict(entity.properties)}


def _with(
    question: Evaluation,
    *,
    subject: Entity | None = None,
    resource: Entity | None = None,
    action: Action | None = None,
) -> Evaluation:
    return Evaluation(
        subject=subject or question.subject,
        resource=resource or question.resource,
        action=action or question.action,
        context=question.context,
    )
