"""From what the use cases return to what the API shows."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.rihg import RihgVersion
from gateway.domain.text_warnings import text_warnings
from gateway.node.http import bodies
from gateway.node.http.conversation_views import conversation_view, corrections_view
from gateway.node.http.recall_bodies import recall_view
from gateway.node.http.rihg_view import copy_rihg_view
from gateway.node.ports import Mark
from gateway.node.usecases.overview import MailboxEntry, SentEntry, Signals
from gateway.node.usecases.reading import LeftOut, Reading
from gateway.protocol.conversations import MessageConversation
from gateway.protocol.plan import RecipientPlan
from gateway.protocol.registry import Registry
from gateway.web.problems import Language


def sent_view(
    entry: SentEntry, language: Language, known: Mapping[str, MessageConversation] | None = None
) -> bodies.VerstuurdBericht:
    """Per asked recipient where its copy is; one without a copy has status `vervallen` and the reason."""
    message = entry.message
    copies = {(copy.oin, copy.role): copy for copy in entry.copies}
    deliveries = []
    for plan in entry.plan.ontvangers:
        copy = copies.get((plan.oin, plan.rol))
        given = [r for r in entry.receipts if copy is not None and r.copy_id == copy.copy_id]
        withheld = _all_withheld(plan) if copy is None else json.loads(copy.withheld)
        deliveries.append(
            bodies.Aflevering(
                oin=plan.oin,
                rol=plan.rol,
                kopie_id=None if copy is None else copy.copy_id,
                status="vervallen" if copy is None else copy.status,
                doel=plan.doel,
                weggelaten=_by_plan(withheld, plan, language),
                ontvangsten=[bodies.Ontvangst(soort=r.kind, tijdstip=r.stated_at) for r in given],
                terughaling=next(
                    (recall_view(r) for r in entry.recalls if copy and r.copy_id == copy.copy_id), None
                ),
            )
        )
    return bodies.VerstuurdBericht(
        bericht_id=message.message_id,
        zaak_id=message.case_id,
        type=message.message_type,
        rol=message.role,
        urgentie=message.urgency,
        toestand=message.state,
        verstuurd_op=message.created_at,
        afleveringen=deliveries,
        weigering=_refusal(message.answer, message.answer_status),
        kenmerken=[Mark.CONTESTED.value] if entry.is_contested else [],
        gesprek=conversation_view(known, message.message_id),
    )


def mailbox_view(
    entry: MailboxEntry, registry: Registry, known: Mapping[str, MessageConversation] | None = None
) -> bodies.PostvakKopie:
    copy, sender = entry.copy, registry.participants.get(entry.copy.sender_oin)
    simulated = (Mark.SIMULATION,) if registry.simulation else ()
    return bodies.PostvakKopie(
        kopie_id=copy.copy_id,
        bericht_id=copy.message_id,
        zaak_id=copy.case_id,
        type=copy.message_type,
        titel=catalogue().message(copy.message_type).title,
        afzender=bodies.Afzender(
            oin=copy.sender_oin, naam=copy.sender_oin if sender is None else sender.name, rol=copy.sender_role
        ),
        rol=copy.role,
        doel=copy.purpose,
        urgentie=copy.urgency,
        verstuurd_op=copy.sent_at,
        ontvangen_op=copy.received_at,
        kenmerken=[mark.value for mark in (*simulated, *entry.marks)],
        correcties=corrections_view(entry.corrections),
        ontvangsten=[bodies.Ontvangst(soort=r.kind, tijdstip=r.made_at) for r in entry.receipts],
        gesprek=conversation_view(known, copy.message_id),
    )


def reading_view(
    reading: Reading, registry: Registry, language: Language, versions: Mapping[str, RihgVersion]
) -> bodies.GelezenKopie:
    """`versions` are those of the RiHG."""
    return bodies.GelezenKopie(
        kopie=mailbox_view(
            MailboxEntry(
                copy=reading.copy,
                receipts=(),
                corrections=reading.corrections,
                is_contested=reading.is_contested,
            ),
            registry,
        ),
        doel=reading.purpose,
        besluit_id=reading.decision_id,
        inhoud=dict(reading.content),
        weggelaten=[_left_out(each, language) for each in reading.left_out],
        bewaren=(
            None
            if reading.kept_for is None
            else bodies.Bewaartermijn(jaren=reading.kept_for.years, vanaf=reading.kept_for.since)
        ),
        rihg=copy_rihg_view(reading.copy.message_type, reading.content, versions, language),
    )


def signals_view(found: Signals) -> bodies.Signalen:
    return bodies.Signalen(
        ontbrekend=[
            bodies.OntbrekendNummer(
                zaak_id=each.case_id,
                afzender=each.sender_oin,
                rol=each.role,
                nummer=each.number,
                opgemerkt_op=each.noticed_at,
            )
            for each in found.missing
        ],
        apart_gezet=[
            bodies.ApartGezet(
                kopie_id=each.copy_id,
                reden=each.reason,
                gemeld=each.rejection is not None,
                ontvangen_op=each.received_at,
            )
            for each in found.quarantined
        ],
    )


def _all_withheld(plan: RecipientPlan) -> list[dict[str, str]]:
    return [{"veld": field.veld, "regel": plan.regel} for field in plan.velden]


def _by_plan(
    withheld: Iterable[Mapping[str, str]], plan: RecipientPlan, language: Language
) -> list[bodies.Weggelaten]:
    fields = {field.veld: field for field in plan.velden}
    as_a_whole = {plan.regel: plan} if not plan.toegestaan else {}
    found = []
    for each in withheld:
        field = fields.get(each["veld"])
        if field is not None and field.regel == each["regel"]:
            reason = field.reden.nl if language is Language.NL else field.reden.en
            found.append(
                bodies.Weggelaten(veld=field.veld, regel=field.regel, reden=reason, artikel=field.artikel)
            )
        elif each["regel"] in as_a_whole:
            reason = plan.reden.nl if language is Language.NL else plan.reden.en
            found.append(
                bodies.Weggelaten(veld=each["veld"], regel=plan.regel, reden=reason, artikel=plan.artikel)
            )
        else:
            found.append(_by_rule(each["veld"], each["regel"], language))
    return found


def _by_rule(field: str, rule: str, language: Language) -> bodies.Weggelaten:
    text = catalogue().words(rule)
    reason = text.nl if language is Language.NL else text.en
    return bodies.Weggelaten(veld=field, regel=rule, reden=reason, artikel=text.article)


def _left_out(each: LeftOut, language: Language) -> bodies.Weggelaten:
    return bodies.Weggelaten(
        veld=each.field,
        regel=each.rule,
        reden=each.reason_nl if language is Language.NL else each.reason_en,
        artikel=each.article,
        bij_lezen=each.by_reading,
    )


def _refusal(answer: str | None, status: int | None) -> str | None:
    if answer is None or status is None or status < 400:
        return None
    detail = json.loads(answer).get("detail")
    return detail if isinstance(detail, str) else None


def warning_views(
    message_type: MessageType, content: Mapping[str, Any], registry: Registry
) -> list[dict[str, Any]]:
    """What the free texts of a draft seem to hold. For the writer alone: it goes nowhere else."""
    return [
        {
            "pointer": warning.pointer,
            "code": warning.code,
            "tekst": {"nl": warning.detail_nl, "en": warning.detail_en},
        }
        for warning in text_warnings(message_type, content, _shelters(registry))
    ]


def _shelters(registry: Registry) -> list[str]:
    return [each.name for each in registry.participants.values() if each.kind == "opvang"]
