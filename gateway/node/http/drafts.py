"""From a body of the API to a draft: which case it is about, and which ids the node draws."""

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.identifiers import new_id
from gateway.node.http.bodies import Bericht
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Person
from gateway.protocol.wire import OinRole


def draft_from(body: Bericht, person: Person) -> Draft:
    """The case is named, or opened in a municipality and its id drawn at random; never both.

    Raises UnknownMessageType, and InvalidInput with every mistake that the body alone shows.
    """
    causes = list(_causes(body))
    if causes:
        raise InvalidInput(causes=causes)
    message_id = body.bericht_id or new_id()
    return Draft(
        message_id=message_id,
        correlation_id=body.correlatie_id or body.in_antwoord_op or message_id,
        case_id=body.zaak_id or new_id(),
        municipality=body.gemeentecode,
        message_type=body.type,
        role=body.rol,
        staff=person.staff,
        purpose=body.doel,
        act=body.handeling,
        in_reply_to=body.in_antwoord_op,
        recipients=[OinRole(oin=each.oin, rol=each.rol) for each in body.ontvangers or []],
        content=body.inhoud,
    )


def _causes(body: Bericht) -> list[Cause]:
    message_type, causes = catalogue().message(body.type), []
    if (body.zaak_id is None) == (body.gemeentecode is None):
        causes.append(
            _cause(
                "/zaakId",
                "zaak",
                "Noem de zaak, of de gemeentecode om er een te openen.",
                "Name the case, or the municipality to open one in.",
            )
        )
    declared = {act.action for act in message_type.acts if act.declared}
    if body.handeling is not None and body.handeling not in declared:
        causes.append(
            _cause(
                "/handeling",
                "handeling",
                "Deze handeling volgt uit de inhoud of bestaat niet; noem haar niet.",
                "This act follows from the content or does not exist; do not name it.",
            )
        )
    recipients = body.ontvangers or []
    if len({(each.oin, each.rol) for each in recipients}) != len(recipients):
        causes.append(
            _cause(
                "/ontvangers", "dubbel", "Een ontvanger staat er dubbel in.", "A recipient is listed twice."
            )
        )
    return causes


def _cause(pointer: str, code: str, detail_nl: str, detail_en: str) -> Cause:
    return Cause(pointer=pointer, code=code, detail_nl=detail_nl, detail_en=detail_en)
