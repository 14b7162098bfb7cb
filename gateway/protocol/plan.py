"""The disclosure plan: what a node asks before it builds copies, and what the hub answers per recipient and field.

A plan is advice, logged and rate-limited; on submission the hub decides again. Its digest covers what decides how
copies are made, not the wording of reasons.
"""

from typing import Any, Literal

from gateway.domain.decision import FieldDecision, MessageDecision, RecipientDecision
from gateway.protocol.canonical import canonical, sha256_hex
from gateway.protocol.manifest import Manifest, ManifestField, Obligation
from gateway.protocol.submission import Staff
from gateway.protocol.wire import Body, Digest, Facts, Instant, OinRole, RecordedKant, ShortText, Uuid


class PlanRequest(Body):
    """`gemeentecode` is given exactly when the message opens a case, whose id the node then mints at random.

    `handeling` is the act that the sender names, for the acts that facts cannot tell apart.
    """

    type: ShortText
    zaak_id: Uuid
    gemeentecode: str | None = None
    afzender: Staff
    doel: ShortText | None = None
    feiten: Facts
    ontvangers: list[OinRole]
    handeling: ShortText | None = None
    in_antwoord_op: Uuid | None = None


class Reason(Body):
    """Why, in both languages of the pages."""

    nl: str
    en: str


class FieldPlan(Body):
    """The decision on one field of one recipient's copy."""

    veld: ShortText
    categorie: ShortText
    besluit: Literal["allow", "mask", "deny"]
    masker: ShortText | None = None
    regel: ShortText
    reden: Reason
    artikel: str
    artikel_status: str


class RecipientPlan(Body):
    """The copy of one recipient. Not `toegestaan`: it gets none (status `vervallen`), for this reason."""

    oin: ShortText
    rol: ShortText
    toegestaan: bool
    regel: ShortText
    reden: Reason
    artikel: str
    doel: ShortText | None = None
    kant: RecordedKant
    velden: list[FieldPlan]
    verplichtingen: list[Obligation]

    def manifest(self) -> Manifest:
        """The manifest that a copy made by this plan must carry."""
        return [
            ManifestField(
                veld=f.veld, categorie=f.categorie, besluit=f.besluit, masker=f.masker, regel=f.regel
            )
            for f in self.velden
        ]


class PilotPlan(Body):
    """What the pilot in the municipality of the case asks of this message. `verplicht` are fields that are optional
    elsewhere; with `risicosignalen_tellen` the signals beside a RiHG count in it, in a `simulatie` only."""

    regio: ShortText
    simulatie: bool
    verplicht: list[ShortText]
    risicosignalen_tellen: bool


class Plan(Body):
    """The answer to a plan request that is not refused as a whole."""

    zaak_id: Uuid
    type: ShortText
    toestand: str
    handeling: str | None = None  # the act that commits with this message
    doel: ShortText
    urgentie: Literal["U0", "U1", "U2", "U3"]
    revisie: ShortText
    ontvangers: list[RecipientPlan]
    opgesteld_op: Instant
    plan_sha256: Digest
    proef: PilotPlan | None = None

    def to_json(self) -> dict[str, Any]:
        """Without a pilot there is no member for one."""
        return {name: value for name, value in super().to_json().items() if (name, value) != ("proef", None)}

    def for_recipient(self, oin: str, role: str) -> RecipientPlan | None:
        return next((r for r in self.ontvangers if (r.oin, r.rol) == (oin, role)), None)


def plan_digest(*, message: str, case_id: str, act: str | None, decision: MessageDecision) -> str:
    """SHA-256 over everything in a plan that decides how copies are made."""
    body: dict[str, Any] = {
        "type": message,
        "zaak_id": case_id,
        "handeling": act,
        "doel": decision.purpose,
        "revisie": decision.revision,
        "ontvangers": [
            {
                "oin": r.oin,
                "rol": r.role,
                "toegestaan": r.allowed,
                "doel": r.purpose,
                "velden": [[f.field, f.decision.value, f.mask] for f in r.fields],
                "verplichtingen": [{"id": o.id, "parameters": dict(o.parameters)} for o in r.obligations],
            }
            for r in decision.recipients
        ],
    }
    return sha256_hex(canonical(body))


def recipient_plan(decision: RecipientDecision, *, side: RecordedKant) -> RecipientPlan:
    """The plan of one recipient, who stands on `side` in the case, from the policy's decision."""
    return RecipientPlan(
        oin=decision.oin,
        rol=decision.role,
        toegestaan=decision.allowed,
        regel=decision.rule,
        reden=Reason(nl=decision.reason_nl, en=decision.reason_en),
        artikel=decision.article,
        doel=decision.purpose,
        kant=side,
        velden=[field_plan(f) for f in decision.fields],
        verplichtingen=[Obligation(id=o.id, parameters=dict(o.parameters)) for o in decision.obligations],
    )


def field_plan(decision: FieldDecision) -> FieldPlan:
    return FieldPlan(
        veld=decision.field,
        categorie=decision.category,
        besluit=decision.decision.value,
        masker=decision.mask,
        regel=decision.rule,
        reden=Reason(nl=decision.reason_nl, en=decision.reason_en),
        artikel=decision.article,
        artikel_status=decision.article_status,
    )
