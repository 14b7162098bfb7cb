"""What agencies ask and answer at the ZSM table and for the history of a household, about the household of the demo."""

from datetime import datetime, timedelta
from typing import Any, Final

from gateway.domain.clock import rfc3339
from gateway.local.demo.contents import BAN_SUBJECT, MARKER, STAYS
from gateway.local.registry_file import VEILIG_THUIS

SHELTER: Final = f"Geheim adres van de opvang ({MARKER})"
SUMMARY: Final = f"Veilig Thuis ziet een hoog risico op herhaling ({MARKER})"
UNAPPROVED: Final = "Aantekening die niemand goedkeurde"


def context_question(at: datetime) -> dict[str, Any]:
    """zsm.context.verzoek: what the officer wants to know, and by when the decision must be taken."""
    return {
        "parketnummer_of_pv": "VERZONNEN-PV-1",
        "persoon_pleger": BAN_SUBJECT,
        "feit_kwalificatie": "bedreiging",
        "gevraagd_op": rfc3339(at),
        "beslismoment_uiterlijk": rfc3339(at + timedelta(hours=2)),
        "gevraagd": [
            "huisverbod_stand",
            "vt_context",
            "kinderen",
            "reclassering_status",
            "kinderbescherming",
        ],
        "noodzaak": f"Beslissing over vrijlating ({MARKER})",
    }


def context_answer(role: str, question_id: str, at: datetime) -> dict[str, Any]:
    """zsm.context.antwoord of the agency in this role."""
    answer = {"verzoek_id": question_id, "bekend": "ja", "beantwoord_op": rfc3339(at)}
    return answer | _CONTEXT[role](at)


def summary(case_id: str, at: datetime) -> dict[str, Any]:
    """The text that a person at Veilig Thuis approves, in place of the whole safety assessment."""
    return {
        "zaakId": case_id,
        "rol": "vt_medewerker",
        "rollen": ["om_ovj_zsm"],
        "doel": "zsm",
        "verlooptOp": rfc3339(at + timedelta(days=1)),
        "categorie": "vt_veiligheidsbeoordeling",
        "tekst": SUMMARY,
    }


def decision(at: datetime, *, free_at: datetime) -> dict[str, Any]:
    """zsm.afdoening: released, and Veilig Thuis tells who stayed behind."""
    return {
        "persoon_pleger": BAN_SUBJECT,
        "beslissing": "heenzenden",
        "in_vrijheid_op": rfc3339(free_at),
        "strafzaak_loopt": True,
        "informeren_door": VEILIG_THUIS.oin,
        "overweging_509hh": f"Niet nodig naast het huisverbod ({MARKER})",
        "gebeurd_op": rfc3339(at),
        "vastgelegd_op": rfc3339(at),
    }


def informed(decision_id: str, at: datetime) -> dict[str, Any]:
    """achterblijver.geinformeerd: told by telephone."""
    return {
        "afdoening_id": decision_id,
        "resultaat": "geinformeerd",
        "wijze": "telefoon",
        "gebeurd_op": rfc3339(at),
        "vastgelegd_op": rfc3339(at),
    }


def history_question(at: datetime) -> dict[str, Any]:
    """historie.verzoek: about whom, what, since when and why."""
    return {
        "persoon_refs": [_ref(BAN_SUBJECT), _ref(STAYS)],
        "gevraagd": ["bekend", "incidenten", "maatregelen_kind", "eerdere_huisverboden"],
        "periode_van": (at - timedelta(days=365)).date().isoformat(),
        "noodzaak_code": "probleemverkenning",
        "noodzaak": f"Plan van aanpak in de eerste week ({MARKER})",
    }


def history_answer(question_id: str, at: datetime, **found: Any) -> dict[str, Any]:
    """historie.antwoord: what was found, or that there is nothing to share."""
    known = "ja" if found else "niets_te_delen"
    return {
        "verzoek_id": question_id,
        "per_persoon": [
            {"persoon_id": person["persoon_id"], "bekend": known} for person in (BAN_SUBJECT, STAYS)
        ],
        "peildatum": rfc3339(at),
        **found,
    }


def incidents(at: datetime) -> list[dict[str, Any]]:
    """What the police know of the last year."""
    day = (at - timedelta(days=90)).date().isoformat()
    return [{"datum": day, "soort": "ruzie", "samenvatting": f"Buren belden ({MARKER})"}]


def earlier_bans(at: datetime) -> list[dict[str, Any]]:
    """What the municipality decided before."""
    return [{"opgelegd_op": rfc3339(at - timedelta(days=700)), "uitkomst": "afgelopen"}]


def refusal(question_id: str) -> dict[str, Any]:
    """systeem.weigering: no, with reason, article and what can be done about it."""
    return {
        "verzoek_id": question_id,
        "categorie": "reclasseringsadvies",
        "besluit": "deny",
        "reden_code": "matrix",
        "uitleg_nl": "Het advies is van de opdrachtgever; vraag het aan de officier.",
        "grondslag": "Reclasseringsregeling 37",
        "alternatief": "eigenaar_bellen",
    }


def _ref(person: dict[str, str]) -> dict[str, str]:
    return {name: person[name] for name in ("persoon_id", "naam", "geboortedatum")}


def _police(at: datetime) -> dict[str, Any]:
    return {"overtredingen": [{"tijdstip": rfc3339(at - timedelta(hours=3)), "soort": "contact_telefoon"}]}


def _municipality(at: datetime) -> dict[str, Any]:
    return {
        "huisverbod_stand": "opgelegd",
        "opgelegd_op": rfc3339(at - timedelta(hours=8)),
        "eindigt_op": rfc3339(at + timedelta(days=10)),
        "contactverbod_personen": [STAYS],
    }


def _veilig_thuis(at: datetime) -> dict[str, Any]:
    return {
        "vt_bekend": {
            "aantal_meldingen": 3,
            "periode_van": (at - timedelta(days=400)).date().isoformat(),
            "periode_tot": at.date().isoformat(),
            "typen": ["huiselijk_geweld"],
        },
        "vt_samenvatting": UNAPPROVED,
        "kinderen": {"aantal": 1, "leeftijden": ["4-11"], "getuige": True, "maatregel": False},
        "niet_gedeeld": [
            {
                "categorie": "melder_identiteit",
                "reden_code": "G15_melder",
                "grondslag": "Uitvoeringsbesluit Wmo 4.1.8(3)",
            },
            {"categorie": "hulpverlening_inhoud", "reden_code": "matrix", "grondslag": "Wmo 5.2.6; Sr 272"},
        ],
    }


def _probation(_: datetime) -> dict[str, Any]:
    return {"reclassering_status": "advies_loopt"}


def _child_protection(_: datetime) -> dict[str, Any]:
    return {"bekend": "niets_te_delen"}


_CONTEXT: Final = {
    "politie_zsm": _police,
    "gemeente_jurist": _municipality,
    "vt_medewerker": _veilig_thuis,
    "reclassering_adviseur": _probation,
    "rvdk_raadsonderzoeker": _child_protection,
}
