"""Veilig Thuis: who is concerned and which children, then danger, then help."""

from adapters.contract import Delivery
from adapters.lines import Layout, Line
from gateway.domain.identifiers import RoleId

LAYOUT = Layout(
    desks={
        RoleId("vt_medewerker"): "Postbak meldingen",
        RoleId("vt_procescoordinator"): "Postbak procescoördinatie",
        RoleId("vt_vertrouwensarts"): "Postbak vertrouwensarts",
        RoleId("casemanager_vt"): "Postbak casemanagers huisverbod",
    },
    first=(
        "acuut_gevaar",
        "reactie",
        "advies",
        "beslissing",
        "gevraagde_actie",
        "persoon_pleger",
        "personen_betrokken",
        "kinderen_aanwezig",
        "kinderen",
        "kinderen_veilig",
        "wapens",
        "risicosignalen",
        "woonadres",
        "in_vrijheid_op",
        "opgelegd_op",
        "eindigt_op",
        "contactverbod_personen",
        "lopende_trajecten",
    ),
)


def lines(delivery: Delivery) -> tuple[Line, ...]:
    """What this agency's system shows of the delivery. Raises: UnknownMessageType, NoDesk."""
    return LAYOUT.lines(delivery)
