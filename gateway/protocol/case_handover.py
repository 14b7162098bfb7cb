"""What the hub tells an agency when a case is handed over to another municipality: that, and nothing of the case."""

from typing import Literal

from gateway.protocol.case_questions import MunicipalityCode
from gateway.protocol.wire import Instant, OinText, ShortText, Signed, Uuid

CASE_HANDOVER = "schakel-zaakoverdracht+jws"

Standing = Literal["bevoegd", "niet_meer_bevoegd", "betrokken"]


class CaseHandover(Signed):
    """Signed by the hub, for one agency and the `rollen` in it that must know. `positie`: the agency is competent for
    the new dwelling and has to take the case up, it was competent for the old one only, or it takes part as before."""

    versie: Literal[1] = 1
    organisatie: OinText
    zaak_id: Uuid
    van_gemeente: MunicipalityCode
    naar_gemeente: MunicipalityCode
    positie: Standing
    rollen: list[ShortText]
    overgedragen_op: Instant
