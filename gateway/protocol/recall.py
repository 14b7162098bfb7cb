"""Taking back a copy that went to the wrong recipient, and the file of a breach when it was too late.

Three signatures, so that nobody can make a copy vanish alone: the sender orders (`RecallOrder`), the hub decides
(`RecallDecision`), the recipient's node attests what became of the copy (`Destruction`). Reasons and steps are codes:
a sentence could hold content. Sources: AVG 5(1)(f), 33, 34; domain.md 3.2, message 47 (ten_onrechte_verzonden).
"""

from typing import Literal

from gateway.protocol.submission import Staff
from gateway.protocol.wire import Body, Compact, Digest, Instant, OinRole, OinText, Signed, Uuid

RECALL_ORDER = "schakel-terughaalopdracht+jws"
RECALL_DECISION = "schakel-terughaling+jws"
DESTRUCTION = "schakel-vernietiging+jws"

Reason = Literal["verkeerde_ontvanger", "verkeerde_zaak", "verkeerde_persoon", "zonder_grondslag"]
Outcome = Literal["teruggehaald", "datalek"]
Attested = Literal["vernietigd", "in_systeem", "geopend"]
Step = Literal[
    "gemeld_ap", "niet_gemeld_ap", "betrokkenen_ingelicht", "betrokkenen_niet_ingelicht", "gesloten"
]
StepReason = Literal[
    "geen_risico", "geen_hoog_risico", "onevenredige_inspanning", "veiligheid_betrokkenen", "langer_onderzoek"
]


class RecallOrder(Signed):
    """The sender takes one copy back. `afzendernummer` is its number in the sender's own count, so that the recipient
    does not miss it; `aud` is the hub."""

    versie: Literal[1] = 1
    aud: OinText
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    afzender: OinRole
    ontvanger: OinRole
    afzendernummer: int
    reden: Reason
    tijdstip: Instant


class RecallDecision(Signed):
    """The hub's decision: nobody had opened the copy (`teruggehaald`), or somebody had (`datalek`). Either way the
    recipient uses it no more."""

    versie: Literal[1] = 1
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    ontvanger: OinRole
    volgnummer: int
    soort: Outcome
    opdracht_sha256: Digest
    besloten_op: Instant


class Destruction(Signed):
    """The recipient's node: it holds the copy no more. `vernietigd`: nobody saw it; `in_systeem`: the agency's own
    system has it; `geopend`: a person has seen it. `documenten` is how many documents the copy named there; their files
    are gone with it."""

    versie: Literal[1] = 1
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    ontvanger: OinRole
    uitkomst: Attested
    documenten: int = 0
    tijdstip: Instant


class RecallQuestion(Body):
    """The sender takes a copy back: its node's signed order, and who gave it."""

    soort: Literal["terughalen"]
    opdracht: Compact
    door: Staff


class DestructionReport(Body):
    """What the recipient's node attests about a copy that was taken back."""

    soort: Literal["vernietiging"]
    verklaring: Compact


class BreachQuestion(Body):
    """The breach files of the agency, in the role of `door`, newest first."""

    soort: Literal["datalekken"]
    door: Staff


class BreachStepQuestion(Body):
    """A step in a breach file. `reden` goes with every decision not to report or inform, and with a report that is
    later than the 72 hours of AVG 33(1)."""

    soort: Literal["datalekstap"]
    datalek_id: Uuid
    stap: Step
    reden: StepReason | None = None
    door: Staff


RecallQuestions = RecallQuestion | DestructionReport | BreachQuestion | BreachStepQuestion


class RecallAnswer(Body):
    """What was decided about the copy, the same whenever it is asked again. `datalek_id` names the file of a breach."""

    kopie_id: Uuid
    uitkomst: Outcome
    besloten_op: Instant
    datalek_id: Uuid | None


class DestructionAnswer(Body):
    """What is on record."""

    kopie_id: Uuid
    uitkomst: Attested


class BreachField(Body):
    """A field that the recipient could see: its name and category, never what stood in it."""

    veld: str
    categorie: str
    masker: str | None


class BreachStep(Body):
    """A step that was taken, by whom and when."""

    stap: Step
    reden: StepReason | None
    rol: str
    medewerker: str
    gezet_op: Instant


class Breach(Body):
    """A breach file. `melden_voor` is 72 elapsed hours after the sender knew (AVG 33(1)); `te_laat` when that passed
    and nothing was decided about reporting."""

    datalek_id: Uuid
    zaak_id: Uuid
    bericht_id: Uuid
    kopie_id: Uuid
    type: str
    afzender: OinRole
    ontvanger: OinRole
    oorzaak: Literal["geopend", "in_systeem"]
    reden: Reason
    gebeurd_op: Instant
    bekend_op: Instant
    melden_voor: Instant
    te_laat: bool
    velden: list[BreachField]
    stappen: list[BreachStep]
    gesloten: bool


class BreachAnswer(Body):
    """Breach files, newest first."""

    datalekken: list[Breach]
