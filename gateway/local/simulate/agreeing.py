"""What must agree within one content: times with each other, counts with lists, a part with its answer."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from gateway.domain.clock import LOCAL, parse_time, rfc3339
from gateway.domain.rihg import rihg
from gateway.local.registry_file import VEILIG_THUIS
from gateway.local.simulate.values import Source

_BAN_DAYS: Final = 10
_KNOWN_ONLY: Final = ("bekend", ("ja",))
_FREE: Final = ("heenzenden", "sepot", "voorwaardelijk_sepot", "strafbeschikking", "schorsing_voorwaarden")

ONLY_WHEN: Final[Mapping[str, Mapping[str, tuple[str, tuple[object, ...]]]]] = {
    "achterblijver.geinformeerd": {
        "overgedragen_aan": ("resultaat", ("overgedragen",)),
        "wijze": ("resultaat", ("geinformeerd",)),
    },
    "besluit.context.antwoord": dict.fromkeys(
        (
            "om_dringt_aan",
            "verwachte_vrijlating",
            "lopende_maatregelen",
            "fase",
            "toelichting",
            "antecedenten",
        ),
        _KNOWN_ONLY,
    ),
    "besluit.hoorverslag": {"toestemming_telefonisch": ("wijze", ("telefonisch",))},
    "crisisdienst.aankomst": {"aangekomen_op": ("reactie", ("aangekomen",))},
    "gedragsaanwijzing.gegeven": {"verlenging_nr": ("soort", ("verlengd",))},
    "melding.acuut": {"kinderen": ("kinderen_aanwezig", (True,))},
    "melding.zorg": {"kinderen": ("kinderen_aanwezig", (True,))},
    "screening.gepland.bevestiging": {
        "gepland_op": ("reactie", ("ingepland", "gestart")),
        "hovj_ref": ("reactie", ("ingepland", "gestart")),
        "reden_teruggelegd": ("reactie", ("teruggelegd",)),
    },
    "screening.gepland.kennisgeving": {
        "weegadvies_id": ("zonder_weegteam", (False,)),
        "weegadvies_samenvatting": ("zonder_weegteam", (False,)),
    },
    "vovo.ingediend": {"beroep_op": ("beroep_ingesteld", (True,))},
    "weegteam.advies": {"alternatief": ("advies", ("negatief",))},
    "weegteam.inbreng": dict.fromkeys(
        ("politie_samenvatting", "hulp_samenvatting", "eerdere_huisverboden", "kind_samenvatting"),
        _KNOWN_ONLY,
    ),
    "zsm.afdoening": {
        "in_vrijheid_op": ("beslissing", _FREE),
        "informeren_door": ("beslissing", _FREE),
        "voorwaarden": ("beslissing", ("voorwaardelijk_sepot", "schorsing_voorwaarden")),
    },
}
"""A field that is there only when another one has one of these values."""


def settle(name: str, content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """The fields of a type that follow from others or from the household, as they must be."""
    settled = _common(content, source)
    if name in _BY_TYPE:
        settled |= _BY_TYPE[name]({**content, **settled}, source)
    return settled


def days_later(moment: str, days: int) -> str:
    """The same time on the clock on the wall, so many days later: how the days of a ban are counted (domain.md 2.4)."""
    wall = parse_time(moment).astimezone(LOCAL).replace(tzinfo=None) + timedelta(days=days)
    return rfc3339(wall.replace(tzinfo=LOCAL))


def _common(content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    people = source.household
    found: dict[str, Any] = {
        "pleger_meerderjarig": True,
        "kinderen_aanwezig": bool(people.children),
        "bsn_pleger": people.bsn,
        "bsn": people.bsn,
    }
    return {field: value for field, value in found.items() if field in content}


def _imposed(content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    begins = parse_time(content["opgelegd_op"])
    people = source.household
    return {
        "gebeurd_op": rfc3339(begins),
        "eindigt_op": days_later(content["opgelegd_op"], _BAN_DAYS),
        "contactverbod_personen": people.involved,
        "kinderen_in_contactverbod": bool(people.children),
        "plaats": people.address,
        "rechtsmiddelen_vermeld": True,
        "aangewezen_instantie": VEILIG_THUIS.oin,
    }


def _extended(content: Mapping[str, Any], _: Source) -> dict[str, Any]:
    return {"totaal_dagen": 28} if content.get("verlengd_tot") else {}


def _rihg(content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """A form of the version that is in use: every signal once, red ones counted, the advice as they mean."""
    version = next(iter(rihg().versions.values()))
    reds = [2, 1, 0] if content["advies"] == "opleggen" else [1, 0, 0]
    red = set(source.rng.sample(version.numbers, sum(reds)))
    signals = [
        {"nr": number, "kleur": "rood" if number in red else source.rng.choice(("blauw", "geel"))}
        for number in version.numbers
    ]
    levels = {
        f"onderdeel_{part}": "hoog" if count else "midden"
        for part, count in zip(version.parts, reds, strict=True)
    }
    return {"rihg_versie": version.name, "aantal_rood_per_onderdeel": reds, "signalen": signals, **levels}


def _history(content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    people = source.household
    known = "ja" if any(content.get(name) for name in _FOUND) else "niets_te_delen"
    return {
        "per_persoon": [
            {"persoon_id": person["persoon_id"], "bekend": known} for person in (people.suspect, people.stays)
        ]
    }


_FOUND: Final = (
    "incidenten",
    "meldingen",
    "trajecten",
    "maatregel_kind",
    "reclassering",
    "afdoening",
    "eerdere_huisverboden",
)


def _zsm_answer(content: Mapping[str, Any], _: Source) -> dict[str, Any]:
    if content["bekend"] == "niets_te_delen":
        return {name: None for name in content if name not in _ZSM_ALWAYS}
    stands = content.get("huisverbod_stand") in {"opgelegd", "verlengd"}
    return (
        {}
        if stands
        else dict.fromkeys(("opgelegd_op", "eindigt_op", "contactverbod_personen", "bekendmaking"))
    )


_ZSM_ALWAYS: Final = frozenset({"verzoek_id", "bekend", "niet_gedeeld", "beantwoord_op"})


def _release(content: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Whoever is released is so after the decision, and somebody is named to warn who stayed behind."""
    if content["beslissing"] not in _FREE:
        return {}
    return {
        "in_vrijheid_op": rfc3339(source.at + timedelta(hours=2)),
        "informeren_door": VEILIG_THUIS.oin,
    }


def _handover(_: Mapping[str, Any], source: Source) -> dict[str, Any]:
    day = source.at.date()
    return {"check_schema": [(day + timedelta(days=days)).isoformat() for days in (14, 42, 90)]}


def _no_guardian(_: Mapping[str, Any], __: Source) -> dict[str, Any]:
    """Among the invented agencies there is no gecertificeerde instelling."""
    return {"gecertificeerde_instelling": None}


def _handed_over(content: Mapping[str, Any], _: Source) -> dict[str, Any]:
    return {"overgedragen_aan": VEILIG_THUIS.oin} if content.get("overgedragen_aan") else {}


def _present(content: Mapping[str, Any], _: Source) -> dict[str, Any]:
    return {"aanhouding": False} if content["stand"] == "gesignaleerd" and "aanhouding" in content else {}


_BY_TYPE: Final[Mapping[str, Callable[[Mapping[str, Any], Source], dict[str, Any]]]] = {
    "achterblijver.geinformeerd": _handed_over,
    "huisverbod.opgelegd": _imposed,
    "huisverbod.verlengd": _extended,
    "rvdk.notificatie": _no_guardian,
    "screening.rihg.uitkomst": _rihg,
    "historie.antwoord": _history,
    "zsm.context.antwoord": _zsm_answer,
    "zsm.afdoening": _release,
    "zaak.overdracht": _handover,
    "overtreding.melding": _present,
}
