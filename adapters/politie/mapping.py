"""Police: what keeps people safe at the door: how soon, what to watch for, where, who; only then the rest."""

from adapters.contract import Delivery
from adapters.lines import Layout, Line
from gateway.domain.identifiers import RoleId

LAYOUT = Layout(
    desks={
        RoleId("politie_hovj"): "Postbak hulpofficier van dienst",
        RoleId("politie_wijkagent"): "Postbak wijkagent",
        RoleId("politie_noodhulp"): "Postbak noodhulp",
        RoleId("politie_weegteam"): "Postbak weegteam",
        RoleId("politie_zsm"): "Postbak ZSM",
    },
    first=(
        "spoedeisendheid",
        "veiligheidsaandachtspunten",
        "wapens_bekend",
        "wapens",
        "woonadres",
        "plaats",
        "gewenst_tijdvak",
        "persoon_pleger",
        "contactverbod_personen",
        "gebied",
        "in_vrijheid_op",
        "opgelegd_op",
        "eindigt_op",
        "verlengd_tot",
        "ingetrokken_per",
        "aanhouding",
        "kinderen",
        "kinderen_aanwezig",
        "hovj_uitgesloten",
        "hulpverlener_ter_plaatse",
        "vt_contact_24x7",
        "tolk_taal",
    ),
)


def lines(delivery: Delivery) -> tuple[Line, ...]:
    """What this agency's system shows of the delivery. Raises: UnknownMessageType, NoDesk."""
    return LAYOUT.lines(delivery)
