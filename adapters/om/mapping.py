"""Public prosecutor: by when to decide, whether a ban stands, and what happened since."""

from adapters.contract import Delivery
from adapters.lines import Layout, Line
from gateway.domain.identifiers import RoleId

LAYOUT = Layout(
    desks={
        RoleId("om_ovj_zsm"): "Postbak officier van justitie ZSM",
        RoleId("om_parketsecretaris"): "Postbak parketsecretaris ZSM",
    },
    first=(
        "parketnummer",
        "beslismoment_uiterlijk",
        "huisverbod_stand",
        "stand",
        "opgelegd_op",
        "eindigt_op",
        "verlengd_tot",
        "ingetrokken_per",
        "werkt_vanaf",
        "aanhouding",
        "voorgeleiding",
        "overtredingen",
        "persoon_pleger",
        "contactverbod_personen",
        "rihg_advies",
        "advies_509hh",
        "recidiverisico",
        "advies_voorwaarden",
        "tot_wanneer_geldig",
    ),
)


def lines(delivery: Delivery) -> tuple[Line, ...]:
    """What this agency's system shows of the delivery. Raises: UnknownMessageType, NoDesk."""
    return LAYOUT.lines(delivery)
