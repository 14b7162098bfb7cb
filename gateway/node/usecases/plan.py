"""Asks the hub what each recipient would get of a message, before any copy is made."""

from gateway.domain.decision import FieldDecision, Obligation, RecipientDecision, Verdict
from gateway.domain.identifiers import CategoryId, MaskId, Oin, PurposeId, RoleId, RuleId
from gateway.node.hub_link import answer_or_error
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Parts
from gateway.node.usecases.pilot import check_pilot
from gateway.node.usecases.written_check import check_written
from gateway.protocol.facts import facts_of
from gateway.protocol.plan import FieldPlan, Plan, PlanRequest, RecipientPlan
from gateway.protocol.subjects import Verb
from gateway.protocol.submission import Staff


async def plan_message(parts: Parts, draft: Draft) -> Plan:
    """The hub's plan for a content that fits its schema and its form.

    Raises InvalidInput with every mistake in the content, before the hub is asked; then what the hub answers: Refused,
    NotFound, Unavailable; and InvalidInput with every field that the pilot of the region asks for.
    """
    check_written(draft, parts.rihg)
    request = PlanRequest(
        type=draft.message_type,
        zaak_id=draft.case_id,
        gemeentecode=draft.municipality,
        afzender=Staff(rol=draft.role, medewerker=draft.staff),
        doel=draft.purpose,
        feiten=facts_of(draft.type, draft.content),
        ontvangers=list(draft.recipients),
        handeling=draft.act,
        in_antwoord_op=draft.in_reply_to,
    )
    answer = await parts.hub.ask(Verb.PLAN, request.canonical())
    plan = Plan.parse(dict(answer_or_error(answer)))
    check_pilot(parts, draft, plan)
    return plan


def decision_of(plan: RecipientPlan) -> RecipientDecision:
    """What the plan decides for one recipient, as the value that masking works with.

    Raises ValueError for a plan that contradicts itself (a mask without the verdict mask).
    """
    return RecipientDecision(
        oin=Oin(plan.oin),
        role=RoleId(plan.rol),
        allowed=plan.toegestaan,
        rule=RuleId(plan.regel),
        purpose=None if plan.doel is None else PurposeId(plan.doel),
        fields=tuple(_field(field) for field in plan.velden),
        obligations=tuple(Obligation(id=o.id, parameters=o.parameters) for o in plan.verplichtingen),
        reason_nl=plan.reden.nl,
        reason_en=plan.reden.en,
        article=plan.artikel,
    )


def _field(plan: FieldPlan) -> FieldDecision:
    return FieldDecision(
        field=plan.veld,
        category=CategoryId(plan.categorie),
        decision=Verdict(plan.besluit),
        mask=None if plan.masker is None else MaskId(plan.masker),
        rule=RuleId(plan.regel),
        reason_nl=plan.reden.nl,
        reason_en=plan.reden.en,
        article=plan.artikel,
        article_status=plan.artikel_status,
    )
