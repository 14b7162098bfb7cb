"""Municipality: the decision and its term, then whom it concerns, then the reasons for it."""

from adapters.contract import Delivery
from adapters.lines import Layout, Line
from gateway.domain.identifiers import RoleId

LAYOUT = Layout(
    desks={
        RoleId("burgemeester"): "Postbak burgemeester",
        RoleId("gemeente_jurist"): "Postbak juridische zaken",
        RoleId("casemanager_gemeente"): "Postbak casemanagers huisverbod",
    },
    first=(
        "beschikking_nr",
        "zaaknummer",
        "uitkomst",
        "advies",
        "beslissing",
        "beslismoment_uiterlijk",
        "opgelegd_op",
        "eindigt_op",
        "verlengd_tot",
        "ingetrokken_per",
        "zitting_op",
        "in_vrijheid_op",
        "persoon_pleger",
        "contactverbod_personen",
        "plaats",
        "woonadres",
        "grond",
        "feiten_omstandigheden",
        "motivering",
        "belangenafweging",
    ),
)


def lines(delivery: Delivery) -> tuple[Line, ...]:
    """What this agency's system shows of the delivery. Raises: UnknownMessageType, NoDesk."""
    return LAYOUT.lines(delivery)
