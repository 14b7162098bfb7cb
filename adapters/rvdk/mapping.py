"""Child-protection board: how soon, which children, and what worries there are about them."""

from adapters.contract import Delivery
from adapters.lines import Layout, Line
from gateway.domain.identifiers import RoleId

LAYOUT = Layout(
    desks={
        RoleId("rvdk_raadsonderzoeker"): "Postbak raadsonderzoekers",
    },
    first=(
        "spoed",
        "kinderen",
        "kinderen_bsn",
        "gevraagde_maatregel",
        "zorgen",
        "ondernomen_stappen",
        "ouders_geinformeerd",
        "beslismoment_uiterlijk",
        "in_vrijheid_op",
        "persoon_pleger",
        "gevraagd",
        "noodzaak",
    ),
)


def lines(delivery: Delivery) -> tuple[Line, ...]:
    """What this agency's system shows of the delivery. Raises: UnknownMessageType, NoDesk."""
    return LAYOUT.lines(delivery)
