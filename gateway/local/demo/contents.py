"""What the agencies of the demo write: one invented household, with one secret in every free text.

Each free text holds a marker, so that whoever looks for content where there should be none can search for it.
"""

from typing import Any, Final

from gateway.local.simulate.values import SENTENCE

MARKER: Final = "VERZONNEN-INHOUD"

BSN: Final = "999999990"  # fails the 11-check, so it is nobody's
PHONES: Final = ("+31000000001", "+31000000002", "+31000000003")
BIRTHDAYS: Final = ("1990-01-01", "1991-01-01", "2020-01-01")
SECRETS: Final = (MARKER, SENTENCE.strip(), BSN, *PHONES, "Voorbeeldstraat", "0000XX", *BIRTHDAYS)
"""What nobody but sender and recipient may hold: free text, names, street, postcode, birth dates, BSN, phones."""

BAN_SUBJECT: Final = {
    "persoon_id": "7b0e4f52-6a0e-4a57-9f0d-5d2f6f6f0001",
    "rol": "uithuisgeplaatste",
    "naam": f"Testpersoon Alfa ({MARKER})",
    "geboortedatum": "1990-01-01",
    "geslacht": "man",
}
STAYS: Final = {
    "persoon_id": "7b0e4f52-6a0e-4a57-9f0d-5d2f6f6f0002",
    "rol": "achterblijver",
    "naam": f"Testpersoon Beta ({MARKER})",
    "geboortedatum": "1991-01-01",
    "geslacht": "vrouw",
}
CHILD: Final = {
    "persoon_id": "7b0e4f52-6a0e-4a57-9f0d-5d2f6f6f0003",
    "rol": "kind",
    "naam": f"Testkind Gamma ({MARKER})",
    "geboortedatum": "2020-01-01",
    "geslacht": "x",
}
CHILD_DETAILS: Final = {
    "persoon_id": CHILD["persoon_id"],
    "leeftijd": 6,
    "gezag": "beide",
    "getuige": True,
    "maatregel": "geen",
}


def address(municipality: str) -> dict[str, str]:
    """Where the household lives."""
    return {
        "straat": f"Voorbeeldstraat ({MARKER})",
        "huisnummer": "1",
        "postcode": "0000XX",
        "plaats": "Voorbeeldstad",
        "gemeentecode": municipality,
    }


def report(municipality: str) -> dict[str, Any]:
    """melding.zorg: a concern that the police report to Veilig Thuis."""
    return {
        "gemeld_op": "2026-11-23T22:00:00+01:00",
        "melding_soort": "huiselijk_geweld",
        "incident_datumtijd": "2026-11-23T21:30:00+01:00",
        "omschrijving": f"Ruzie in de woning ({MARKER})",
        "persoon_pleger": BAN_SUBJECT,
        "personen_betrokken": [STAYS],
        "woonadres": address(municipality),
        "kinderen_aanwezig": False,
        "acuut_gevaar": False,
        "melder": {
            "organisatie": "Politie eenheid Voorbeeld",
            "functie": "noodhulp",
            "anoniem_gewenst": False,
        },
        "terugkoppeling_gewenst": True,
    }


def request(municipality: str) -> dict[str, Any]:
    """screening.verzoek: why a screening is asked for."""
    return {
        "persoon_pleger": BAN_SUBJECT,
        "pleger_meerderjarig": True,
        "personen_betrokken": [STAYS, CHILD],
        "woonadres": address(municipality),
        "anders_dan_incidenteel": f"Woont er sinds het voorjaar ({MARKER})",
        "situatie": "B_geen_acuut_hg",
        "onderbouwing_gevaar": f"De dreiging neemt toe ({MARKER})",
        "spoedeisendheid": f"Binnen enkele dagen ({MARKER})",
        "feiten_verleden": [
            {
                "datum": "2026-09-01",
                "bronsoort": "hulpverlening",
                "omschrijving": f"Eerder voorval ({MARKER})",
            }
        ],
        "signalen_heden": [
            {"datum": "2026-11-20", "bronsoort": "omgeving", "omschrijving": f"Nieuw signaal ({MARKER})"}
        ],
        "achtergrond": f"Achtergrond van het gezin ({MARKER})",
        "plan_van_aanpak": {
            "bij_opleggen": f"Hulp voor iedereen ({MARKER})",
            "bij_niet_opleggen": f"Vrijwillige hulp ({MARKER})",
        },
        "kinderen": [CHILD_DETAILS],
    }


def invitation(request_id: str, municipality: str) -> dict[str, Any]:
    """weegteam.uitnodiging: who weighs, when, about whom."""
    return {
        "verzoek_id": request_id,
        "overleg_op": "2026-11-25T09:00:00+01:00",
        "leden": ["politie_weegteam", "gemeente_jurist", "vt_procescoordinator"],
        "verzoeker_aanwezig": True,
        "persoon_pleger": BAN_SUBJECT,
        "personen_betrokken": [STAYS, CHILD],
        "woonadres": address(municipality),
        "vraag": f"Is een screening aangewezen? ({MARKER})",
    }


def advice(request_id: str, participants: list[dict[str, str]]) -> dict[str, Any]:
    """weegteam.advies: positive, with reasons."""
    return {
        "verzoek_id": request_id,
        "advies": "positief",
        "motivering": f"Screening is aangewezen ({MARKER})",
        "afgezet_tegen_kinderbescherming": f"Kindermaatregel volstaat niet ({MARKER})",
        "deelnemers": participants,
    }


def notice(advice_id: str, municipality: str) -> dict[str, Any]:
    """screening.gepland.kennisgeving: what the police need to prepare."""
    return {
        "persoon_pleger": BAN_SUBJECT,
        "pleger_meerderjarig": True,
        "bsn_pleger": BSN,
        "personen_betrokken": [STAYS, CHILD],
        "woonadres": address(municipality),
        "situatie": "B_geen_acuut_hg",
        "weegadvies_id": advice_id,
        "zonder_weegteam": False,
        "weegadvies_samenvatting": f"Het weegteam adviseert te screenen ({MARKER})",
        "onderbouwing_gevaar": f"De dreiging neemt toe ({MARKER})",
        "spoedeisendheid": "vandaag",
        "gewenst_tijdvak": {"van": "2026-11-25T18:00:00+01:00", "tot": "2026-11-25T21:00:00+01:00"},
        "hovj_uitgesloten": ["pol-weegteam-1"],
        "kinderen": [CHILD_DETAILS],
        "veiligheidsaandachtspunten": ["hond", "kinderen_eerst_in_veiligheid", "suicidaal"],
        "wapens_bekend": "nee",
        "lopende_trajecten": [
            {
                "organisatie": f"Voorbeeldhulp ({MARKER})",
                "soort": "begeleiding",
                "status": "gestart",
                "van": "2026-10-01",
            }
        ],
        "plan_van_aanpak_gereed": True,
        "hulpverlener_ter_plaatse": {
            "organisatie": f"Voorbeeldhulp ({MARKER})",
            "rol": "begeleider",
            "telefoon": PHONES[0],
        },
        "contact_slachtoffer": {
            "kanaal": "telefoon",
            "waarde": f"{PHONES[1]} ({MARKER})",
            "veilige_uren": "overdag",
        },
        "vt_contact_24x7": {
            "organisatie": "Veilig Thuis Voorbeeldstad",
            "rol": "bereikbaarheidsdienst",
            "telefoon": PHONES[2],
        },
    }


def confirmation(notice_id: str) -> dict[str, Any]:
    """screening.gepland.bevestiging: the police plan it."""
    return {
        "kennisgeving_id": notice_id,
        "reactie": "ingepland",
        "gepland_op": "2026-11-25T19:00:00+01:00",
        "hovj_ref": "pol-hovj-1",
    }
