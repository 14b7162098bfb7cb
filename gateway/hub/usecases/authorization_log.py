"""Keeps the Authorization Decision Log: each call of the decision point once, before its answer leaves.

With every record goes a leaf of the audit log that names its key, so that none can be taken away unnoticed; the leaf
holds no more than that the agency asked. What stands in a record is decided by `gateway.hub.policy.adl`.
"""

from typing import Final

from audit.body import Body, Who, Why
from audit.events import EventTag
from audit.leaf import Leaf
from gateway.domain.clock import rfc3339
from gateway.hub.policy.adl import AdlRecord
from gateway.hub.storage.authorizations import stored_authorization
from gateway.hub.storage.changes import Change, Clash, Judgement
from gateway.hub.storage.rows import AuthorizationRow
from gateway.hub.usecases.parts import Parts
from gateway.protocol.canonical import canonical

_KEY: Final = "autorisatie"


class AuthorizationLog:
    """A DecisionLog in the hub's database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def store(self, record: AdlRecord) -> None:
        """Returns after the commit; the same record again changes nothing.

        Raises StorageUnavailable, and Clash when another record has this key: then this one is not kept.
        """
        row = AuthorizationRow(
            record_key=record.key,
            document=canonical(record.to_json()).decode(),
            recorded_at=rfc3339(record.at),
        )
        change = Change(
            key=f"{_KEY}:{record.key}",
            judge=lambda _: Judgement(inserts=(row,)),
            leaves=(self._leaf(record),),
        )
        try:
            await self._parts.writer.write(change)
        except Clash:
            known = await self._parts.reader.read(lambda c: stored_authorization(c, record.key))
            if known != row.document:
                raise

    def _leaf(self, record: AdlRecord) -> Leaf:
        """Of the agency that asked; of the hub itself where a record names none."""
        why = Why(rule=record.event.value, decision_id=record.key, revision=record.revision)
        return Leaf.of(
            Body(
                at=record.at,
                who=Who(oin=record.controller or self._parts.registry().hub_oin),
                what=EventTag.AUTHORIZATION_DECIDED,
                why=why,
                trace_id=record.span.trace_id,
            )
        )
