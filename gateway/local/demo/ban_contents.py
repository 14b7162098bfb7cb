"""What is written from the screening to the ban, about the household of the demo."""

from datetime import datetime
from typing import Any, Final

from gateway.local.demo.contents import BAN_SUBJECT, BSN, CHILD, CHILD_DETAILS, MARKER, STAYS, address
from gateway.local.registry_file import VEILIG_THUIS, VOORBEELDSTAD
from gateway.local.simulate.contents import make_content
from gateway.local.simulate.people import Household, seeded

HOUSEHOLD: Final = Household(
    suspect=BAN_SUBJECT,
    stays=STAYS,
    children=(CHILD,),
    details=(CHILD_DETAILS,),
    address=address(VOORBEELDSTAD),
    bsn=BSN,
)


def started(notice_id: str) -> dict[str, Any]:
    """screening.gepland.bevestiging: the screening has begun."""
    return {"kennisgeving_id": notice_id, "reactie": "gestart", "hovj_ref": "pol-hovj-1"}


def form(at: datetime) -> dict[str, Any]:
    """screening.rihg.uitkomst: two red signals in one part, so in principle a ban."""
    return _made("screening.rihg.uitkomst", at, advies="opleggen", ingevuld_door="pol-hovj-1")


def hearing(role: str, at: datetime) -> dict[str, Any]:
    """besluit.hoorverslag: heard, in words of the own."""
    return _made(
        "besluit.hoorverslag",
        at,
        gehoorde_rol=role,
        wijze="mondeling",
        zienswijze=f"Zo kijkt deze persoon ertegenaan ({MARKER})",
        afgezien_reden=None,
        verslag=None,
    )


def imposed(at: datetime, decided_by: str, *, number: str, keys: int | None = None) -> dict[str, Any]:
    """huisverbod.opgelegd: ten days, for everybody in the household."""
    return _made(
        "huisverbod.opgelegd",
        at,
        beschikking_nr=f"VB-{number}",
        feiten_omstandigheden=f"Wat er gebeurde ({MARKER})",
        belangenafweging=f"Waarom dit nodig is ({MARKER})",
        mondeling_aangezegd=False,
        bevoegd_door=decided_by,
        mandaatbesluit_ref="VB-MANDAAT",
        grond_kindermishandeling=False,
        aangewezen_instantie=VEILIG_THUIS.oin,
        rechtsmiddelen_vermeld=True,
        sleutels_ingenomen=keys,
        verblijf_uhg=None,
        beschikking=None,
    )


def served(at: datetime, *, number: str) -> dict[str, Any]:
    """huisverbod.uitreiking: in person, identity seen. It leaves to the node which document that was."""
    return _made(
        "huisverbod.uitreiking",
        at,
        beschikking_nr=f"VB-{number}",
        soort="opleggen",
        wijze="in_persoon",
        identiteit_vastgesteld="id_bewijs",
        document_hash=None,
    )


def _made(name: str, at: datetime, **fields: Any) -> dict[str, Any]:
    return make_content(name, seeded(f"demo:{name}"), at=at, household=HOUSEHOLD, **fields)
