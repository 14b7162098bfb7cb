"""The vocabulary of events in the log: `source:subject:action`, read as "in <source>, <subject> was
<action>".

Evolution: a tag is never renamed or given another meaning. A new event is a new tag; readers accept unknown
tags that have the right form, so adding one needs no new body version.
"""

import re
from enum import StrEnum

TAG_FORM = re.compile(r"[a-z][a-z_]*:[a-z][a-z_]*:[a-z][a-z_]*")


class EventTag(StrEnum):
    """What a leaf records. Sorted by tag; one line each, so that a diff shows exactly what came in."""

    POLICY_REVISION_ACTIVATED = "beleid:revisie:geactiveerd"
    DOCUMENT_STORED = "bericht:document:bewaard"
    DOCUMENT_REFUSED = "bericht:document:geweigerd"
    DOCUMENT_PROVIDED = "bericht:document:verstrekt"
    SUBMISSION_ACCEPTED = "bericht:inzending:aanvaard"
    SUBMISSION_REFUSED = "bericht:inzending:geweigerd"
    SUBMISSION_STALE = "bericht:inzending:verouderd"
    COPY_REJECTED = "bericht:kopie:afgekeurd"
    COPY_QUARANTINED = "bericht:kopie:onleesbaar"
    COPY_OFFERED_AGAIN = "bericht:kopie:opnieuw_aangeboden"
    COPY_RECALLED = "bericht:kopie:teruggehaald"
    COPY_DESTROYED = "bericht:kopie:vernietigd"
    COPY_PROVIDED = "bericht:kopie:verstrekt"
    COPY_WITHHELD = "bericht:kopie:vervallen"
    RECEIPT_ACCEPTED = "bericht:ontvangst:aanvaard"
    RECEIPT_FUNCTIONAL = "bericht:ontvangst:functioneel"
    RECEIPT_OPENED = "bericht:ontvangst:geopend"
    RECEIPT_TECHNICAL = "bericht:ontvangst:technisch"
    PLAN_REFUSED = "bericht:plan:geweigerd"
    PLAN_GIVEN = "bericht:plan:opgesteld"
    RECALL_REFUSED = "bericht:terughaling:geweigerd"
    DECISION_UNAVAILABLE = "beslispunt:antwoord:onbruikbaar"
    AUTHORIZATION_DECIDED = "beslispunt:vraag:vastgelegd"
    QUESTION_ANSWERED = "bevraging:antwoord:gegeven"
    QUESTION_ASKED = "bevraging:vraag:gesteld"
    QUESTION_REFUSED = "bevraging:vraag:geweigerd"
    BREACH_OPENED = "datalek:dossier:geopend"
    BREACH_CLOSED = "datalek:dossier:gesloten"
    BREACH_STEP = "datalek:stap:gezet"
    BREACH_LAPSED = "datalek:termijn:verstreken"
    DUTY_CHANGED = "dienst:rooster:gewijzigd"
    DUTY_TAKEN_OVER = "dienst:rooster:overgenomen"
    TOKEN_REFUSED = "identiteit:token:geweigerd"  # noqa: S105  # an event tag, not a secret
    TOKEN_GRANTED = "identiteit:token:verstrekt"  # noqa: S105
    ALARM_FIRED = "klok:alarm:afgegaan"
    ALARM_LISTED = "klok:alarm:gelijst"
    ALARM_NOT_SENT = "klok:alarm:niet_verzonden"
    ALARM_TAKEN_ON = "klok:alarm:overgenomen"
    ALARM_SENT = "klok:alarm:verzonden"
    CLOCK_SETTLED = "klok:termijn:afgehandeld"
    DEADLINE_EXPIRED = "klok:termijn:verstreken"
    BREAK_GLASS_REVIEWED = "lezen:breekglas:beoordeeld"
    BREAK_GLASS_OPENED = "lezen:breekglas:geopend"
    BREAK_GLASS_REFUSED = "lezen:breekglas:geweigerd"
    READING_REFUSED = "lezen:kopie:geweigerd"
    READING_ALLOWED = "lezen:kopie:toegestaan"
    LEAF_ERASED = "log:blad:gewist"
    ORIGIN_OPENED = "log:oorsprong:geopend"
    REPORT_GIVEN = "log:overzicht:verstrekt"
    REGISTRY_PARTICIPANT_CHANGED = "register:deelnemer:gewijzigd"
    PILOT_CHANGED = "register:proef:gewijzigd"
    PILOT_REVOKED = "register:proef:ingetrokken"
    REGISTRY_KEY_REVOKED = "register:sleutel:ingetrokken"
    REGISTER_REFUSED = "register:vastlegging:geweigerd"
    ACT_REFUSED = "zaak:handeling:geweigerd"
    ACT_PERFORMED = "zaak:handeling:uitgevoerd"
    MANDATE_CHANGED = "zaak:mandaat:gewijzigd"
    MANDATE_REVOKED = "zaak:mandaat:ingetrokken"
    CASE_KEY_DESTROYED = "zaak:sleutel:vernietigd"
    ACCESS_GIVEN = "zaak:toegang:gegeven"
    ACCESS_REFUSED = "zaak:toegang:geweigerd"
    ASSIGNMENT_ENDED = "zaak:toewijzing:beeindigd"
    ASSIGNMENT_MADE = "zaak:toewijzing:vastgelegd"
    STATEMENT_REVOKED = "zaak:verklaring:ingetrokken"
    STATEMENT_MADE = "zaak:verklaring:vastgelegd"
    CASE_OPENED = "zaak:zaak:geopend"
    CASE_TRANSFERRED = "zaak:zaak:overgedragen"
