"""Makes inbox items that no honest node or hub would make: everything about a copy can be chosen, with real keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.identifiers import new_id
from gateway.local.registry_file import POLICE, VEILIG_THUIS
from gateway.protocol.canonical import sha256_hex
from gateway.protocol.copy import CopyContext, SealedCopy, seal_copy
from gateway.protocol.envelope import Envelope, source
from gateway.protocol.facts import facts_for_copy, facts_of
from gateway.protocol.keys import SealingKey, SigningKey
from gateway.protocol.manifest import ManifestField, Obligation
from gateway.protocol.receipt import InboxItem
from gateway.protocol.stamp import STAMP, Stamp
from gateway.protocol.wire import OinRole
from tests.node.makers import KENNISGEVING, NOW, Exchange, kennisgeving_content


@dataclass(kw_only=True)
class Forgery:
    """An honest copy of Veilig Thuis for the HOvJ, until a member is changed.

    `content` is sealed, `facts_from` is what the facts are taken from. `choices` are the manifest, as in Policy.
    """

    exchange: Exchange
    content: Mapping[str, Any] = field(default_factory=kennisgeving_content)
    facts_from: Mapping[str, Any] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    obligations: tuple[Obligation, ...] = ()
    number: int = 1
    sender_number: int = 1
    unused: tuple[int, ...] = ()
    urgency: str = "U1"
    case_id: str = field(default_factory=new_id)
    context: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    stamp: Mapping[str, Any] = field(default_factory=dict)
    manifest: list[ManifestField] | None = None
    signing_key: SigningKey | None = None
    sealing_key: SealingKey | None = None

    def copy(self) -> tuple[CopyContext, SealedCopy]:
        """The sender's part."""
        registry = self.exchange.registry
        recipient = registry.participant(POLICE.oin)
        to = self.sealing_key or recipient.sealing_key(NOW)
        by = self.signing_key or self.key_of(VEILIG_THUIS.oin)
        envelope = self._envelope()
        kind = catalogue().message(KENNISGEVING)
        facts = facts_of(kind, self.content if self.facts_from is None else self.facts_from)
        values: dict[str, Any] = {
            "afzender": OinRole(oin=VEILIG_THUIS.oin, rol="vt_procescoordinator"),
            "ontvanger": OinRole(oin=POLICE.oin, rol="politie_hovj"),
            "afzender_kid": by.kid,
            "ontvanger_kid": to.kid,
            "zaak_id": self.case_id,
            "bericht_id": envelope.id,
            "kopie_id": new_id(),
            "type": KENNISGEVING,
            "doel": "screening",
            "doel_afzender": "screening",
            "kant": "neutraal",
            "manifest": self._manifest() if self.manifest is None else self.manifest,
            "verplichtingen": list(self.obligations),
            "feiten": facts if self.facts_from is not None else facts_for_copy(facts, self.content),
            "revisie": "1",
            "afzendernummer": self.sender_number,
            "ongebruikt": list(self.unused),
        }
        context = CopyContext(**{**values, **self.context})
        return context, seal_copy(dict(self.content), envelope=envelope, context=context, to=to, by=by).copy

    def item(self) -> bytes:
        """The item as it stands in the inbox."""
        context, copy = self.copy()
        return self.stamped(context, copy)

    def stamped(self, context: CopyContext, copy: SealedCopy) -> bytes:
        """Any copy under a stamp of the real hub."""
        values: dict[str, Any] = {
            "kopie_id": context.kopie_id,
            "bericht_id": context.bericht_id,
            "zaak_id": context.zaak_id,
            "ontvanger": context.ontvanger,
            "urgentie": self.urgency,
            "volgnummer": self.number,
            "jws_sha256": sha256_hex(copy.jws.encode()),
            "aangenomen_op": rfc3339(NOW),
            "doel": context.doel,
        }
        stamp = self.exchange.hub.key.sign(Stamp(**{**values, **self.stamp}), typ=STAMP)
        return InboxItem(soort="kopie", stempel=stamp, jws=copy.jws, jwe=copy.jwe).canonical()

    def key_of(self, oin: str) -> SigningKey:
        return SigningKey.from_pem(self.exchange.folder.agency(oin).signing_key.read_bytes())

    def _envelope(self) -> Envelope:
        kind = catalogue().message(KENNISGEVING)
        return Envelope(
            id=new_id(),
            source=source(VEILIG_THUIS.oin, "knooppunt"),
            type=kind.event_type,
            subject=self.case_id,
            time=rfc3339(NOW),
            dataschema=kind.schema_uri,
            correlatieid=new_id(),
            doel="screening",
            urgentie=self.urgency,  # type: ignore[arg-type]  # an attacker is not held to it
            simulatie=True if self.simulated else None,
        )

    def _manifest(self) -> list[ManifestField]:
        found = []
        for each in catalogue().message(KENNISGEVING).fields:
            choice = self.choices.get(each.name, "allow")
            mask = choice if choice.startswith("M_") else None
            found.append(
                ManifestField(
                    veld=each.name,
                    categorie=each.category,
                    besluit="mask" if mask else choice,  # type: ignore[arg-type]  # as above
                    masker=mask,
                    regel="matrix",
                )
            )
        return found
