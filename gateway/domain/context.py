"""Turns the facts of a case into the context keys that the policy asks about.

Covers the keys whose source is a case fact or the register of messages (domain.md 6.4, "in the running system from").
Assignments, rosters, mandates, agreements, pilot flags and the request itself come from elsewhere and are added by the
hub. What the hub registers itself is false until a message makes it true; what no source ever told has no key, and the
policy refuses where it needs it.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from gateway.domain.case_facts import CaseFacts, FactEntry
from gateway.domain.clock import LOCAL, calendar_days
from gateway.domain.conduct_orders import ORDER, extension_number, is_order_in_force
from gateway.domain.identifiers import Oin

ContextValue: TypeAlias = bool | int | float | str
"""None stands for "not known" inside this module and never leaves it."""

IMPOSED: Final = frozenset({"opgelegd", "verlenging_voorbereiding", "verlengd"})
ADULT, MINOR = 18, 17
_DAY: Final = timedelta(days=1)


def context_from_facts(case: CaseFacts, now: datetime) -> dict[str, ContextValue]:
    """The context keys that the facts of this case answer at `now`, without those that are not known."""
    answers = {key: answer(case, now) for key, answer in _KEYS.items()}
    return {key: value for key, value in answers.items() if value is not None}


def context_for_agency(case: CaseFacts, oin: Oin, *places: Oin) -> dict[str, ContextValue]:
    """The keys that differ per reader: what the facts say about this agency, or about those whose place it took."""
    measure = case.last("rvdk.notificatie")
    designated = case.last("huisverbod.opgelegd")
    return {
        "ots": measure is not None
        and measure.facts.get("maatregel") in {"ots", "vots"}
        and measure.facts.get("gecertificeerde_instelling") in {oin, *places},
        "aangewezen": designated is not None
        and designated.facts.get("aangewezen_instantie") in {oin, *places},
    }


def claimed_mandate(case: CaseFacts) -> str | None:
    """The kind of mandate that the decision says it rests on, to be compared with the registry; None for none."""
    decision = case.last("huisverbod.opgelegd")
    kinds = {"hovj_beslissingsmandaat": "beslissing", "hovj_ondertekeningsmandaat": "ondertekening"}
    return None if decision is None else kinds.get(str(decision.facts.get("bevoegd_door")))


def end_of_ban(case: CaseFacts) -> datetime | None:
    """When the ban ends or ended, or None when none was imposed. The latest word counts."""
    withdrawn = case.last("huisverbod.ingetrokken")
    if withdrawn is not None:
        return withdrawn.time("ingetrokken_per")
    for ruling in reversed(case.of("rechter.uitspraak")):
        if (ruling.facts.get("uitkomst"), ruling.facts.get("omvang")) == ("vernietigd", "geheel"):
            return ruling.time("werkt_vanaf") or ruling.time("uitspraak_op")
    extended = case.last("huisverbod.verlengd")
    if extended is not None:
        return extended.time("verlengd_tot")
    imposed = case.last("huisverbod.opgelegd", "huisverbod.niet_verlengd")
    return None if imposed is None else imposed.time("eindigt_op")


def _child_abuse(case: CaseFacts, _: datetime) -> bool:
    """Once named as a ground it stays one: (suspected) child abuse, whichever message said so."""
    return case.any_true("huisverbod.opgelegd", "grond_kindermishandeling") or any(
        entry.facts.get("situatie") == "C_geen_acuut_km" for entry in case.of("screening.verzoek")
    )


def _minors(case: CaseFacts, now: datetime) -> bool:
    return (
        case.any_true("melding.zorg", "kinderen_aanwezig")
        or case.any_true("melding.acuut", "kinderen_aanwezig")
        or case.any_true("huisverbod.opgelegd", "kinderen_in_contactverbod")
        or _child_abuse(case, now)
    )


def _heard(case: CaseFacts, _: datetime) -> bool:
    """Uithuisgeplaatste and achterblijver were heard; once the ban stands, heard again since it was imposed.

    A report that says why hearing was left out is no hearing. Source: Awb 4:8, 4:11; Wth 9(1).
    """
    hearings = [entry for entry in case.of("besluit.hoorverslag") if "afgezien_reden" not in entry.facts]
    imposed = case.last("huisverbod.opgelegd")
    since = imposed.time("opgelegd_op") if imposed is not None and case.state in IMPOSED else None
    if since is not None:
        hearings = [entry for entry in hearings if (entry.time("gebeurd_op") or since) > since]
    return {"uithuisgeplaatste", "achterblijver"} <= {entry.facts.get("gehoorde_rol") for entry in hearings}


def _why_not_heard(case: CaseFacts, _: datetime) -> str:
    reasons = [
        str(entry.facts["afgezien_reden"])
        for entry in case.of("besluit.hoorverslag")
        if "afgezien_reden" in entry.facts
    ]
    return reasons[-1] if reasons else ""


def _rihg_signed(case: CaseFacts, _: datetime) -> bool:
    """By the HOvJ himself; what others state, who may take it in a pilot, is none. Source: domain.md T07."""
    return any(
        entry.role == "politie_hovj" and "ondertekend_op" in entry.facts
        for entry in case.of("screening.rihg.uitkomst")
    )


def _request_complete(case: CaseFacts, _: datetime) -> bool:
    """The closed schema made it complete; the advice "aanvullen" asks for a new request (T31)."""
    complete = False
    for entry in case.of("screening.verzoek", "weegteam.advies"):
        if entry.message == "screening.verzoek":
            complete = True
        elif entry.facts.get("advies") == "aanvullen":
            complete = False
    return complete


def _age(case: CaseFacts, _: datetime) -> int | None:
    """Only adult or not is known; the age itself stays sealed."""
    last = case.last("screening.verzoek", "screening.gepland.kennisgeving")
    adult = None if last is None else last.facts.get("pleger_meerderjarig")
    return None if adult is None else ADULT if adult is True else MINOR


def _criminal_case(case: CaseFacts, _: datetime) -> bool:
    running = False
    for entry in case.of("zsm.context.verzoek", "zsm.afdoening"):
        running = entry.message == "zsm.context.verzoek" or entry.facts.get("strafzaak_loopt") is True
    return running


def _breach_open(case: CaseFacts, _: datetime) -> bool:
    """Of the ban and of a conduct order apart: closing the one leaves the other open."""
    latest = {
        entry.facts.get("betreft"): entry.facts.get("stand") for entry in case.of("overtreding.melding")
    }
    return any(stand != "afgedaan" for stand in latest.values())


def _imposed_at(case: CaseFacts) -> datetime | None:
    """When the term began: an oral ban that is put in writing later starts no new one. Source: domain.md 2.4."""
    stated = [entry.time("opgelegd_op") for entry in case.of("huisverbod.opgelegd")]
    return min((moment for moment in stated if moment is not None), default=None)


def _days_imposed(case: CaseFacts, _: datetime) -> float | int | None:
    imposed = case.last("huisverbod.opgelegd")
    return None if imposed is None else _days_between(_imposed_at(case), imposed.time("eindigt_op"))


def _total_days(case: CaseFacts, _: datetime) -> float | int | None:
    """What the extension states, or what its dates come to when that is more."""
    extended = case.last("huisverbod.verlengd")
    if extended is None:
        return None
    stated = extended.facts.get("totaal_dagen")
    counted = _days_between(_imposed_at(case), extended.time("verlengd_tot"))
    return max(stated, counted) if isinstance(stated, int) and counted is not None else None


def _days_between(start: datetime | None, end: datetime | None) -> float | int | None:
    """Calendar days on the clock on the wall; a fraction when the clock times differ. Source: domain.md 2.4.

    An end before its start says nothing, so the length is not known.
    """
    if start is None or end is None or end < start:
        return None
    whole = calendar_days(start, end)  # also at a clock time that is skipped or comes twice
    if whole is not None:
        return whole
    wall_start, wall_end = (moment.astimezone(LOCAL).replace(tzinfo=None) for moment in (start, end))
    days = (wall_end - wall_start) / _DAY
    return int(days) if days.is_integer() else days


def _extended_before(case: CaseFacts, _: datetime) -> bool:
    return case.state == "verlengd" or any(entry.message == "huisverbod.verlengd" for entry in case.entries)


def _months_since_end(case: CaseFacts, now: datetime) -> int:
    """Whole calendar months since the end of the ban; 0 while it runs or when there never was one."""
    end = end_of_ban(case)
    if end is None or end > now:
        return 0
    then, today = end.astimezone(LOCAL), now.astimezone(LOCAL)
    months = (today.year - then.year) * 12 + today.month - then.month
    return max(0, months - ((today.day, today.time()) < (then.day, then.time())))


def _order(key: str) -> Callable[[CaseFacts, datetime], bool | None]:
    """A fact of the last conduct order; a first order (gegeven) that leaves it out means no."""

    def answer(case: CaseFacts, _: datetime) -> bool | None:
        order = case.last(ORDER)
        value = None if order is None else order.facts.get(key)
        if order is not None and value is None and order.facts.get("soort") == "gegeven":
            return False
        return value if isinstance(value, bool) else None

    return answer


def _order_days(case: CaseFacts, _: datetime) -> int | None:
    order = case.last(ORDER)
    days = None if order is None else _days_between(order.time("ingang"), order.time("einde"))
    return None if days is None else math.ceil(days)


def _stated(message: str, name: str) -> Callable[[CaseFacts, datetime], bool]:
    return lambda case, _: any(name in entry.facts for entry in case.of(message))


def _true(message: str, name: str) -> Callable[[CaseFacts, datetime], bool]:
    def answer(case: CaseFacts, _: datetime) -> bool:
        last: FactEntry | None = case.last(message)
        return last is not None and last.facts.get(name) is True

    return answer


_KEYS: Final[Mapping[str, Callable[[CaseFacts, datetime], ContextValue | None]]] = {
    "melding": lambda case, _: bool(case.of("melding.zorg")),
    "minderjarigen": _minors,
    "kindermishandeling": _child_abuse,
    "gehoord": _heard,
    "horen_afgezien_reden": _why_not_heard,
    "rihg_ondertekend": _rihg_signed,
    "verzoek_volledig": _request_complete,
    "uitspraak_geregistreerd": _stated("rechter.uitspraak", "uitspraak_op"),
    "veiligheid_beoordeeld": _stated("zaak.overdracht", "veiligheid_beoordeeld_op"),
    "strafzaak": _criminal_case,
    "overtreding_open": _breach_open,
    "gedragsaanwijzing_actief": is_order_in_force,
    "beroep_ingesteld": _true("vovo.ingediend", "beroep_ingesteld"),
    "vt_geraadpleegd": lambda case, _: bool(case.of("besluit.vt_overleg.antwoord")),
    "spoed_gemotiveerd": _true("screening.gepland.kennisgeving", "zonder_weegteam"),
    "al_verlengd": _extended_before,
    "maanden_na_einde": _months_since_end,
    "pleger_leeftijd": _age,
    "termijn_dagen": _days_imposed,
    "totaal_dagen": _total_days,
    "ernstige_bezwaren": _order("ernstige_bezwaren"),
    "dagen": _order_days,
    "verlenging_nr": lambda case, _: extension_number(case),
    "vervolging_ingesteld": _order("vervolging_ingesteld"),
}
