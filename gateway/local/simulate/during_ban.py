"""From the ban to the end of monitoring: contact, custody, history, breaches, corrections, extension, hand-over."""

from typing import Any, Final

from gateway.local.registry_file import VEILIG_THUIS
from gateway.local.simulate.before_ban import hear
from gateway.local.simulate.plan import FieldOf, MessageOf, Situation
from gateway.local.simulate.script import Script, after

CASEMANAGER: Final = "casemanager_vt"
OFFICER: Final = "om_ovj_zsm"
DAY: Final = 6  # slots


def live_through(script: Script, situation: Situation, children: int, ban: str) -> str:
    """The whole life of the ban that was imposed in the message `ban`; returns how it ended."""
    contact = _contact(script)
    minors = children > 0
    if script.chance(0.4):
        _zsm(script, minors=minors)
    if script.chance(0.4):
        _history(script, minors=minors)
    if minors and (situation is Situation.CHILD_ABUSE or script.chance(0.3)):
        _child_protection(script)
    if script.chance(0.3):
        _breach(script)
    script.later(DAY)
    if script.chance(0.25):
        _correct(script, contact)
    script.send("veiligheidsplan.vastgesteld", CASEMANAGER, ("politie_wijkagent", "vt_medewerker"), versie=1)
    course = _end(script, ban)
    _monitor(script)
    return course


def _contact(script: Script) -> str:
    script.later(7 if script.chance(0.1) else 1)
    return script.send("uhg.contactgegevens", "politie_hovj", ("gemeente_jurist", CASEMANAGER))


def _zsm(script: Script, *, minors: bool) -> None:
    """Custody: five agencies tell the officer, who lets go or holds; nobody is free before the household knows."""
    asked = ["politie_zsm", "gemeente_jurist", "vt_medewerker", "reclassering_adviseur"]
    asked += ["rvdk_raadsonderzoeker"] if minors else []
    script.ask(
        "zsm.context.verzoek",
        OFFICER,
        "zsm.context.antwoord",
        asked,
        answered={"bekend": "ja" if script.chance(0.8) else "niets_te_delen"},
        beslismoment_uiterlijk=after(2),
    )
    extra = {"opvangadres": "Verzonnen"}
    script.refused(
        "S_categorie_niet_in_schema",
        "zsm.context.antwoord",
        "vt_medewerker",
        (OFFICER,),
        status=400,
        extra=extra,
    )
    script.later()
    script.send("reclassering.advies", OFFICER, ("reclassering_adviseur",), soort="opdracht")
    if script.chance(0.4):
        _decide(script, "voorgeleiding_rc")
        script.later(DAY)
        _tell(script, _decide(script, "schorsing_voorwaarden"))
    else:
        _tell(script, _decide(script, "heenzenden"))
    if script.chance(0.3):
        script.send(
            "gedragsaanwijzing.gegeven",
            OFFICER,
            ("politie_wijkagent", "vt_medewerker", CASEMANAGER),
            soort="gegeven",
            ernstige_bezwaren=True,
            ingang=after(0),
            einde=after(24 * 60),
        )


def _decide(script: Script, decision: str) -> str:
    informed = ("politie_zsm", "politie_wijkagent", "vt_medewerker", "burgemeester", CASEMANAGER)
    return script.send("zsm.afdoening", OFFICER, informed, beslissing=decision, strafzaak_loopt=True)


def _tell(script: Script, decision: str) -> None:
    """At the second attempt, now and then."""
    told: dict[str, Any] = {"answers": decision, "afdoening_id": MessageOf(key=decision)}
    if script.chance(0.3):
        script.send(
            "achterblijver.geinformeerd", "vt_medewerker", (OFFICER,), resultaat="niet_bereikt", **told
        )
        script.later()
    script.send("achterblijver.geinformeerd", "vt_medewerker", (OFFICER,), resultaat="geinformeerd", **told)


def _history(script: Script, *, minors: bool) -> None:
    asked = ["politie_wijkagent", "gemeente_jurist", "reclassering_toezichthouder"]
    asked += ["rvdk_raadsonderzoeker"] if minors else []
    script.ask(
        "historie.verzoek", CASEMANAGER, "historie.antwoord", asked, noodzaak_code="probleemverkenning"
    )
    if script.chance(0.3):
        script.refused(
            "S_afzender_niet_bevoegd", "historie.verzoek", "reclassering_adviseur", ("politie_zsm",)
        )
    script.later()


def _child_protection(script: Script) -> None:
    asked = script.send("rvdk.onderzoek.verzoek", "vt_medewerker", ("rvdk_raadsonderzoeker",))
    script.later()
    answer: dict[str, Any] = {
        "answers": asked,
        "verzoek_id": MessageOf(key=asked),
    }
    for phase in ("ontvangen", "onderzoek_gestart"):
        script.send("rvdk.notificatie", "rvdk_raadsonderzoeker", ("vt_medewerker",), fase=phase, **answer)


def _breach(script: Script) -> None:
    """Seen, established and dealt with: an open breach keeps a case from being closed."""
    script.later(script.rng.randint(1, DAY))
    for stand in ("gesignaleerd", "vastgesteld", "afgedaan"):
        script.send(
            "overtreding.melding",
            "politie_wijkagent",
            ("politie_hovj", "burgemeester", CASEMANAGER),
            betreft="huisverbod",
            stand=stand,
        )


def _correct(script: Script, wrong: str) -> None:
    """The contact details were wrong: everybody who got them is told, and gets the right ones."""
    script.send(
        "bericht.correctie",
        "politie_hovj",
        ("gemeente_jurist", CASEMANAGER),
        bericht_id=MessageOf(key=wrong),
        soort="onjuist",
        velden=["verblijf"],
    )
    script.send("uhg.contactgegevens", "politie_hovj", ("gemeente_jurist", CASEMANAGER), wijziging=True)


def _end(script: Script, ban: str) -> str:
    """The ban runs out, is extended once, is withdrawn, or is annulled by the court."""
    ends = FieldOf(key=ban, field="eindigt_op")
    extended: dict[str, Any] = {
        "verlengd_tot": FieldOf(key=ban, field="eindigt_op", days=18),
        "totaal_dagen": 28,
    }
    drawn = script.rng.random()
    if drawn < 0.12:
        script.send("huisverbod.ingetrokken", "burgemeester", _EVERYBODY, ingetrokken_per=after(0))
        return "ingetrokken"
    if drawn < 0.22:
        _suspend(script)
    script.later(3 * DAY)
    script.send("verlenging.advies", CASEMANAGER, ("burgemeester",), advies="verlengen")
    if drawn < 0.6:
        script.later()
        script.send("huisverbod.niet_verlengd", "burgemeester", _EVERYBODY, eindigt_op=ends)
        return _run_out(script, 6, "afgelopen")
    too_long = {**extended, "totaal_dagen": 29}
    script.refused("T_max_28", "huisverbod.verlengd", "burgemeester", _EVERYBODY, **too_long)
    script.refused("T_horen", "huisverbod.verlengd", "burgemeester", _EVERYBODY, **extended)
    script.later()
    hear(script)
    script.send("huisverbod.verlengd", "burgemeester", _EVERYBODY, **extended)
    return _run_out(script, 24, "verlengd")


_EVERYBODY: Final = ("gemeente_jurist", CASEMANAGER)


def _suspend(script: Script) -> None:
    """The court suspends the ban, and a day later lets it go on."""
    ruling: dict[str, Any] = {"soort": "vovo", "omvang": "geheel", "werkt_vanaf": after(0)}
    script.send(
        "rechter.uitspraak",
        "gemeente_jurist",
        ("burgemeester", "politie_wijkagent"),
        uitkomst="geschorst",
        **ruling,
    )
    script.later(DAY)
    script.send(
        "rechter.uitspraak",
        "gemeente_jurist",
        ("burgemeester", "politie_wijkagent"),
        uitkomst="afgewezen",
        **ruling,
    )


def _run_out(script: Script, days: int, course: str) -> str:
    script.later(days * DAY)
    script.await_state("afgelopen", CASEMANAGER, "monitoring")
    return course


def _monitor(script: Script) -> None:
    """Hand-over, some signals, and the end."""
    script.later()
    keeper = {"oin": VEILIG_THUIS.oin, "rol": "vt_medewerker"}
    for _ in range(2):
        script.send(
            "zaak.overdracht",
            CASEMANAGER,
            ("vt_medewerker", "politie_wijkagent"),
            regiehouder_na_afloop=keeper,
        )
    for _ in range(script.rng.randint(1, 2)):
        script.later(14 * DAY)
        level = script.rng.choice(("veilig", "veilig", "zorg", "gevaar"))
        script.send("monitoring.signaal", CASEMANAGER, ("vt_medewerker",), niveau=level)
    script.later(DAY)
    script.perform("sluiten", CASEMANAGER)
