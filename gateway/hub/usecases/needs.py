"""Whether a need was recorded for what is decided: `noodzaak`, of the condition C_NOODZAAK. Pure.

A need is stated in a `historie.verzoek`, by one agency in one role, to the agencies asked, under one purpose. It covers
what it asks for and nothing else: an answer to it; and, until that agency answered, what comes from an agency that was
asked under the purpose of the request alone. Its categories are sealed in the request, so the matrix decides on those.
"""

from typing import Final

from gateway.hub.storage.rows import MessageRow
from gateway.hub.usecases.case_record import CaseRecord
from gateway.hub.usecases.grounds import Matter

_REQUEST: Final = "historie.verzoek"


def is_needed(record: CaseRecord, oin: str, role: str, matter: Matter) -> bool:
    """Whether this agency, in this role, stated a need for the matter. A word of its predecessor is not its own."""
    mine = (
        each
        for each in record.situation.sent
        if (each.message_type, each.oin, each.role) == (_REQUEST, oin, role)
    )
    return any(_covers(record, request, matter) for request in mine)


def _covers(record: CaseRecord, request: MessageRow, matter: Matter) -> bool:
    asked = {record.heir(r.oin) for r in record.situation.received if r.message_id == request.message_id}
    if matter.owner not in asked:
        return False
    if matter.in_reply_to == request.message_id:
        return True
    answered = {record.heir(m.oin) for m in record.situation.sent if m.in_reply_to == request.message_id}
    in_purpose = bool(matter.purposes) and {str(each) for each in matter.purposes} <= {request.purpose}
    return in_purpose and matter.owner not in answered
