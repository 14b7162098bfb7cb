"""What a node asks the hub besides plans, submissions and receipts: may this person open this copy, and acts.

`DecideBody` is one closed union, asked over the subject `besluit` or POST /v1/besluiten.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from gateway.domain.errors import InvalidInput
from gateway.protocol.case_questions import CaseChangeQuestion
from gateway.protocol.clock_questions import ExtendClockQuestion, SettleClockQuestion
from gateway.protocol.conversations import ConversationQuestion
from gateway.protocol.duty_questions import DutiesAndAlarms
from gateway.protocol.manifest import Obligation
from gateway.protocol.plan import FieldPlan
from gateway.protocol.recall import RecallQuestions
from gateway.protocol.register_questions import RegisterQuestion
from gateway.protocol.retention import CaseDestructionReport
from gateway.protocol.submission import Staff
from gateway.protocol.visibility import VisibilityQuestion
from gateway.protocol.wire import Body, Facts, Instant, Kant, OinText, ShortText, Uuid, causes_of, load_json


class BreakGlass(Body):
    """An emergency that a person on duty declares. It replaces assignment only, and is reviewed within 24 hours."""

    reden: Annotated[str, Field(min_length=10, max_length=500)]


class ReadQuestion(Body):
    """May this person open this copy now, and what of it?"""

    kopie_id: Uuid
    lezer: Staff
    doel: ShortText | None = None  # None when the reader states none: refused (G02_geen_doel)
    breekglas: BreakGlass | None = None


class ReadAnswer(Body):
    """What of the copy this person may see. The node shows a field only as far as both the copy and this allow."""

    kopie_id: Uuid
    toegestaan: bool
    doel: ShortText
    velden: list[FieldPlan]
    verplichtingen: list[Obligation]
    revisie: ShortText
    besluit_id: Uuid


class ActQuestion(Body):
    """An act that changes the case and has no message of its own, such as `sluiten`."""

    soort: Literal["handeling"]
    zaak_id: Uuid
    handeling: ShortText
    door: Staff
    feiten: Facts
    gebeurd_op: Instant
    vastgelegd_op: Instant


class AssignQuestion(Body):
    """The agency assigns one of its people to a case, and states on whose side; or ends that assignment."""

    soort: Literal["toewijzing"]
    zaak_id: Uuid
    medewerker: Staff
    kant: Kant | None = None  # None only when it ends
    beeindigen: bool = False

    @model_validator(mode="after")
    def _side_is_stated(self) -> Self:
        if self.kant is None and not self.beeindigen:
            raise ValueError("the side (kant) of an assignment is stated")
        return self


class DutyQuestion(Body):
    """The agency states who is on duty in a role, from and until when; it replaces what overlaps."""

    soort: Literal["dienst"]
    medewerker: Staff
    van: Instant
    tot: Instant


class CaseQuestion(Body):
    """What the hub may tell of one case: state, own assignments, deliveries. Unknown and invisible look alike."""

    soort: Literal["zaak"]
    zaak_id: Uuid
    door: Staff
    doel: ShortText | None = None  # None when the person states none: refused (G02_geen_doel)


DecideQuestion = (
    ActQuestion
    | AssignQuestion
    | DutyQuestion
    | CaseQuestion
    | VisibilityQuestion
    | CaseChangeQuestion
    | ConversationQuestion
    | RecallQuestions
    | CaseDestructionReport
    | RegisterQuestion
    | DutiesAndAlarms
    | SettleClockQuestion
    | ExtendClockQuestion
)
_question: TypeAdapter[DecideQuestion] = TypeAdapter(Annotated[DecideQuestion, Field(discriminator="soort")])


def parse_question(data: bytes) -> DecideQuestion:
    """The question from the bytes of a request. Raises InvalidInput with every cause."""
    try:
        return _question.validate_python(load_json(data))
    except ValidationError as error:
        raise InvalidInput(causes=causes_of(error)) from error


class DeliveryStatus(Body):
    """Where one recipient's copy is: vervallen, wacht, gepubliceerd, technisch, functioneel, geopend, aanvaard,
    afgekeurd or dood."""

    kopie_id: Uuid | None
    oin: OinText
    rol: ShortText
    status: ShortText
    volgnummer: int | None = None
    regel: ShortText | None = None


class LogProof(Body):
    """That the audit leaf of this message is in the log: a proof of an integrated leaf, never a promise."""

    leaf_index: int
    leaf_sha256: str
    pad: list[str]
    checkpoint: str


class SubmitAnswer(Body):
    """The hub's answer after the commit; the same bytes for every verbatim retry."""

    bericht_id: Uuid
    zaak_id: Uuid
    toestand: str
    aangenomen_op: Instant
    afleveringen: list[DeliveryStatus]
    bewijs: LogProof
    gebeurd_op: Instant | None = None  # these three only when it was registered late
    laat_vastgelegd: bool = False
    uitleg: str | None = None
