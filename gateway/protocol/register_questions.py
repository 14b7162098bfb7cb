"""What an agency has the hub register: mandates, agreements and consents, pilots; and how it takes them back.

A mandate and a statement are signed by the node of the agency that gives them, so that they prove themselves later;
ending one needs no signature, since that only ever closes something. No names and no free text: every member is an
identifier, a code or a time.
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.protocol.submission import Staff
from gateway.protocol.wire import Body, Compact, Instant, OinRole, OinText, ShortText, Signed, Uuid

MANDATE = "schakel-mandaat+jws"
STATEMENT = "schakel-verklaring+jws"
Gemeentecode = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Register = Literal["mandaat", "verklaring", "proef"]


class Mandate(Signed):
    """The burgemeester of `gemeentecode` gives a person of another agency a mandate. Source: Wth 3(1), Awb 10:3."""

    versie: Literal[1] = 1
    aud: OinText
    mandaat_id: Uuid
    gemeentecode: Gemeentecode
    soort: Literal["beslissing", "ondertekening"]
    houder_oin: OinText
    houder: Staff
    van: Instant
    tot: Instant
    door: Staff


class CaseStatement(Signed):
    """An agreement or consent in one case; `soort` is the context key of the policy that it makes true.

    About a disclosure: `ontvanger`, `categorie` and `doelen`; about a decision: `besluit`; about a commission:
    `opdrachtnemer`. The others are absent.
    """

    versie: Literal[1] = 1
    aud: OinText
    verklaring_id: Uuid
    zaak_id: Uuid
    soort: ShortText
    ontvanger: OinRole | None = None
    categorie: ShortText | None = None
    doelen: Annotated[list[ShortText], Field(default_factory=list, max_length=20)]
    besluit: ShortText | None = None
    opdrachtnemer: OinText | None = None
    van: Instant
    tot: Instant
    door: Staff


class MandateQuestion(Body):
    """Register this mandate."""

    soort: Literal["mandaat"]
    mandaat: Compact


class StatementQuestion(Body):
    """Register this agreement or consent."""

    soort: Literal["verklaring"]
    verklaring: Compact


class PilotQuestion(Body):
    """Register a region's pilot for the municipality of the agency that asks. `instellingen` is the region's file
    (gateway.domain.pilot); it is read and not kept."""

    soort: Literal["proef"]
    proef_id: Uuid
    gemeentecode: Gemeentecode
    instellingen: Annotated[str, Field(min_length=1, max_length=20_000)]
    van: Instant
    tot: Instant
    door: Staff


class RevokeQuestion(Body):
    """End an entry that the asking agency registered, from now on."""

    soort: Literal["intrekking"]
    welk_register: Register
    id: Uuid
    door: Staff


class RegistersQuestion(Body):
    """What is on record for the asking agency; with `zaak_id` also what was stated in that case by it or for it."""

    soort: Literal["registers"]
    zaak_id: Uuid | None = None
    door: Staff


RegisterQuestion = MandateQuestion | StatementQuestion | PilotQuestion | RevokeQuestion | RegistersQuestion
