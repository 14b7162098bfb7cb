"""What assignments and duties share: a person of the agency, in a role that its kind may carry."""

from gateway.domain.catalogue import catalogue
from gateway.domain.errors import Refused
from gateway.domain.identifiers import AgencyKind, RoleId
from gateway.hub.usecases.proposal import check_staff
from gateway.protocol.registry import Participant
from gateway.protocol.submission import Staff

_WRONG_ROLE = "G01_rol_past_niet_bij_organisatie"


def require_own_role(agency: Participant, staff: Staff) -> None:
    """Raises InvalidInput for a role that does not exist or a reference that could be a name, Refused (G01) for a
    role that this kind of agency may not carry."""
    check_staff(staff)
    if AgencyKind(agency.kind) in catalogue().roles[RoleId(staff.rol)].agencies:
        return
    text = catalogue().rule_text(_WRONG_ROLE)
    raise Refused(
        rule=_WRONG_ROLE,
        article=text.article,
        detail_nl=text.nl,
        detail_en=text.en,
        next_step_nl="Kies een rol van uw eigen organisatie.",
        next_step_en="Choose a role of your own organisation.",
    )
