"""Contents of the messages that the bench sends. Everything in them is invented, and of the size that people write."""

from typing import Any, Final
from uuid import uuid4

MUNICIPALITY: Final = "9901"
_TEXT: Final = (
    "Verzonnen tekst voor een meting, zo lang als een paar zinnen die iemand in een dienst opschrijft. " * 6
)
_SUSPECT_ID, _PARTNER_ID = str(uuid4()), str(uuid4())


def request() -> dict[str, Any]:
    """screening.verzoek, which opens a case."""
    return {
        **_people(),
        "pleger_meerderjarig": True,
        "anders_dan_incidenteel": _TEXT[:400],
        "situatie": "B_geen_acuut_hg",
        "onderbouwing_gevaar": _TEXT,
        "spoedeisendheid": _TEXT[:400],
        "feiten_verleden": [_fact("politie")],
        "signalen_heden": [_fact("omgeving")],
        "achtergrond": _TEXT,
        "plan_van_aanpak": {"bij_opleggen": _TEXT, "bij_niet_opleggen": _TEXT},
    }


def notice(*, without_weegteam: bool) -> dict[str, Any]:
    """screening.gepland.kennisgeving; without weegteam it also records the act that plans the screening."""
    advice = {} if without_weegteam else {"weegadvies_id": str(uuid4()), "weegadvies_samenvatting": _TEXT}
    return {
        **_people(),
        **advice,
        "pleger_meerderjarig": True,
        "situatie": "B_geen_acuut_hg",
        "zonder_weegteam": without_weegteam,
        "onderbouwing_gevaar": _TEXT,
        "spoedeisendheid": "vandaag",
        "gewenst_tijdvak": {"van": "2026-03-01T14:00:00+01:00", "tot": "2026-03-01T18:00:00+01:00"},
        "hovj_uitgesloten": [],
        "kinderen": [],
        "veiligheidsaandachtspunten": ["niet_alleen_gaan", "discreet_aanrijden"],
        "wapens_bekend": "onbekend",
        "plan_van_aanpak_gereed": True,
        "hulpverlener_ter_plaatse": _contact("Hulp Voorbeeldstad"),
        "vt_contact_24x7": _contact("Veilig Thuis Voorbeeldstad"),
    }


def invitation() -> dict[str, Any]:
    """weegteam.uitnodiging, which may go to many roles."""
    return {
        **_people(),
        "verzoek_id": str(uuid4()),
        "overleg_op": "2026-03-02T10:00:00+01:00",
        "leden": ["politie_weegteam", "gemeente_jurist"],
        "verzoeker_aanwezig": True,
        "vraag": _TEXT[:600],
    }


def _people() -> dict[str, Any]:
    suspect = _person(_SUSPECT_ID, "uithuisgeplaatste", "Testje van Verzonnen")
    return {
        "persoon_pleger": suspect,
        "personen_betrokken": [suspect, _person(_PARTNER_ID, "achterblijver", "Proefje van Verzonnen")],
        "woonadres": {
            "straat": "Voorbeeldlaan",
            "huisnummer": "1",
            "postcode": "0000AA",
            "plaats": "Voorbeeldstad",
            "gemeentecode": MUNICIPALITY,
        },
    }


def _person(person_id: str, role: str, name: str) -> dict[str, Any]:
    return {"persoon_id": person_id, "rol": role, "naam": name, "geboortedatum": "1985-04-30"}


def _fact(source: str) -> dict[str, Any]:
    return {"datum": "2026-02-10", "bronsoort": source, "omschrijving": _TEXT}


def _contact(organisation: str) -> dict[str, Any]:
    return {"organisatie": organisation, "rol": "achterwacht", "telefoon": "000-0000000"}
