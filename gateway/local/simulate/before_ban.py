"""From the first word to the decision: request, weighing, screening, hearing, and whether a ban is imposed."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.local.registry_file import VEILIG_THUIS
from gateway.local.simulate.plan import FieldOf, MessageOf, Situation
from gateway.local.simulate.script import Script, after

WEEGTEAM: Final = ("politie_weegteam", "gemeente_jurist")
HOVJ: Final = "politie_hovj"
COORDINATOR: Final = "vt_procescoordinator"


def request(script: Script, situation: Situation) -> str | None:
    """Opens the case and brings it to where the police can screen; or to its end, which is then named."""
    if situation is Situation.ACUTE:
        return _acute(script)
    _ask_for_screening(script, situation)
    if script.chance(0.15):
        _notify(script, None)
        return None
    return _weigh(script)


def screen(script: Script, situation: Situation) -> None:
    """The officer on duty screens and signs the RiHG; both partners are heard."""
    if situation is Situation.ACUTE:
        script.send("screening.gepland.bevestiging", HOVJ, (COORDINATOR,), reactie="gestart")
        # Only this message states that the suspect is an adult, without which no ban can be imposed.
        script.send("screening.gepland.kennisgeving", COORDINATOR, (HOVJ,), spoedeisendheid="nu", **_PLANNED)
    script.send("screening.rihg.uitkomst", HOVJ, ("burgemeester",), advies="opleggen")
    hear(script)


def decide(script: Script, situation: Situation) -> str | None:
    """Whether there will be a ban. When not the case ends, and how is returned."""
    if script.chance(0.25):
        _ask_prosecution(script)
    ban: dict[str, Any] = {**_BAN, "grond_kindermishandeling": situation is Situation.CHILD_ABUSE}
    if situation is Situation.CHILD_ABUSE:
        to = ("gemeente_jurist", "vt_medewerker")
        script.refused("T_vt_overleg", "huisverbod.opgelegd", "burgemeester", to, **ban)
        script.ask(
            "besluit.vt_overleg",
            "burgemeester",
            "besluit.vt_overleg.antwoord",
            ("vt_medewerker",),
            missing=0,
        )
    if script.chance(0.25):
        script.send("huisverbod.niet_opgelegd", "burgemeester", ("vt_medewerker",))
        return _close(script, "gemeente_jurist", "niet_opgelegd")
    if script.chance(0.3):
        by_mandate = {**ban, "bevoegd_door": "hovj_beslissingsmandaat"}
        script.refused(
            "T_geen_mandaat", "huisverbod.opgelegd", HOVJ, ("burgemeester", "vt_medewerker"), **by_mandate
        )
    return None


def hear(script: Script) -> None:
    """Both partners in their own words."""
    for who in ("uithuisgeplaatste", "achterblijver"):
        script.send("besluit.hoorverslag", HOVJ, ("gemeente_jurist",), gehoorde_rol=who, afgezien_reden=None)


def _acute(script: Script) -> str | None:
    script.send("melding.acuut", "politie_noodhulp", (HOVJ,), opens=True)
    if script.chance(0.4):
        script.send("melding.zorg", HOVJ, ("vt_medewerker",), act="acuut_zonder_screening")
        return _care(script)
    return None


def _care(script: Script) -> str:
    """No ban is considered: Veilig Thuis goes on with the report, and tells what came of it."""
    script.later(script.rng.randint(6, 24))
    script.send(
        "melding.terugkoppeling",
        "vt_medewerker",
        ("politie_noodhulp",),
        afgesloten_op=after(0),
        betrokkene_geinformeerd_op=after(0),
    )
    return _close(script, "vt_medewerker", "melding")


def _ask_for_screening(script: Script, situation: Situation) -> None:
    recipients = (COORDINATOR, *WEEGTEAM)
    if script.chance(0.3):
        report = script.send("melding.zorg", "politie_wijkagent", ("vt_medewerker",), opens=True)
        script.later(script.rng.randint(1, 12))
        script.send(
            "melding.terugkoppeling",
            "vt_medewerker",
            ("politie_wijkagent",),
            answers=report,
            afgesloten_op=after(0),
            betrokkene_geinformeerd_op=after(0),
        )
        script.send("screening.verzoek", COORDINATOR, recipients, situatie=str(situation))
        return
    script.send("screening.verzoek", COORDINATOR, recipients, opens=True, situatie=str(situation))


def _weigh(script: Script) -> str | None:
    script.later(script.rng.randint(1, 6))
    script.ask("weegteam.uitnodiging", COORDINATOR, "weegteam.inbreng", WEEGTEAM)
    if script.chance(0.3):
        script.refused("S_toestand", "screening.gepland.kennisgeving", COORDINATOR, (HOVJ,), **_PLANNED)
    script.later(6)
    if script.chance(0.2):
        script.send("weegteam.advies", COORDINATOR, WEEGTEAM, advies="negatief")
        return _close(script, COORDINATOR, "weging_negatief")
    advice = script.send("weegteam.advies", COORDINATOR, WEEGTEAM, advies="positief")
    _notify(script, advice)
    return None


_PLANNED: Final[Mapping[str, Any]] = {"zonder_weegteam": False}


def _notify(script: Script, advice: str | None) -> None:
    """The police are told, and say that they planned it; without a weegteam when it cannot wait."""
    if script.chance(0.2):
        extra = {"melder": {"anoniem_gewenst": True}}
        script.refused(
            "S_categorie_niet_in_schema",
            "screening.gepland.kennisgeving",
            COORDINATOR,
            (HOVJ,),
            status=400,
            extra=extra,
        )
    fields: dict[str, Any] = (
        {"zonder_weegteam": True} if advice is None else {**_PLANNED, "weegadvies_id": MessageOf(key=advice)}
    )
    notice = script.send(
        "screening.gepland.kennisgeving",
        COORDINATOR,
        (HOVJ, "politie_wijkagent"),
        spoedeisendheid="vandaag",
        **fields,
    )
    script.read(notice, HOVJ, "screening")
    if script.chance(0.2):
        script.read(notice, "politie_wijkagent", None, refused="G02_geen_doel")
    planned: dict[str, Any] = {"answers": notice, "kennisgeving_id": MessageOf(key=notice)}
    script.send("screening.gepland.bevestiging", HOVJ, (COORDINATOR,), reactie="ingepland", **planned)
    script.later()
    script.send("screening.gepland.bevestiging", HOVJ, (COORDINATOR,), reactie="gestart", **planned)


def _ask_prosecution(script: Script) -> None:
    script.ask(
        "besluit.context.verzoek",
        HOVJ,
        "besluit.context.antwoord",
        ("om_ovj_zsm",),
        missing=0,
        beslismoment_uiterlijk=after(2),
    )


_BAN: Final[Mapping[str, Any]] = {
    "mondeling_aangezegd": False,
    "bevoegd_door": "burgemeester",
    "aangewezen_instantie": VEILIG_THUIS.oin,
    "opgelegd_op": after(0),
}


def impose(script: Script, situation: Situation) -> str:
    """The ban, announced orally first now and then, and served. Returns the key of the written decision."""
    ban: dict[str, Any] = {**_BAN, "grond_kindermishandeling": situation is Situation.CHILD_ABUSE}
    informed = ("gemeente_jurist", "vt_medewerker", "casemanager_vt")
    if script.chance(0.2):
        said = script.send(
            "huisverbod.opgelegd", "burgemeester", informed, **{**ban, "mondeling_aangezegd": True}
        )
        script.later()
        ban["opgelegd_op"] = FieldOf(key=said, field="opgelegd_op")
    imposed = script.send("huisverbod.opgelegd", "burgemeester", informed, **ban)
    script.send("huisverbod.uitreiking", HOVJ, ("burgemeester",), soort="opleggen", wijze="in_persoon")
    return imposed


def _close(script: Script, role: str, course: str) -> str:
    script.later(6)
    script.perform("sluiten", role)
    return course
