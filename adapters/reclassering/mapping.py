"""Probation: which client and by when, then the conditions to advise on or to supervise."""

from adapters.contract import Delivery
from adapters.lines import Layout, Line
from gateway.domain.identifiers import RoleId

LAYOUT = Layout(
    desks={
        RoleId("reclassering_adviseur"): "Postbak advies",
        RoleId("reclassering_toezichthouder"): "Postbak toezicht",
    },
    first=(
        "persoon_pleger",
        "parketnummer",
        "parketnummer_of_pv",
        "reclassering_opdracht",
        "beslismoment_uiterlijk",
        "beslissing",
        "in_vrijheid_op",
        "soort",
        "voorwaarden",
        "inhoud",
        "ingang",
        "einde",
        "gebied",
        "contact_personen",
        "recidiverisico",
        "advies_voorwaarden",
    ),
)


def lines(delivery: Delivery) -> tuple[Line, ...]:
    """What this agency's system shows of the delivery. Raises: UnknownMessageType, NoDesk."""
    return LAYOUT.lines(delivery)
