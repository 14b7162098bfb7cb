"""Where the parallel regions of a case stand: strafspoor, rechtsbescherming, kindspoor, overtreding, bekendmaking.

They run beside the state and never change it (domain.md 2.2). Worked out from the case facts each time, so there is
nothing to keep in step. The hub sees no arrest, no appearance before the court and no phase of an RvdK investigation,
since these are not case facts: aanhouding and voorgeleid are never reached here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from gateway.domain.case import (
    Bekendmaking,
    Kindspoor,
    Overtreding,
    ParallelRegions,
    Rechtsbescherming,
    Strafspoor,
)
from gateway.domain.case_facts import FactEntry

RegionValue = Strafspoor | Rechtsbescherming | Kindspoor | Overtreding | Bekendmaking


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRule:
    """A message with one of these values per fact in `when` brings the region to `target`.

    Not from the values in `keep`. `passed` names a time that must have passed: a planned hearing was not held yet,
    and an order that was given is not over yet.
    """

    message: str
    target: RegionValue
    when: Mapping[str, tuple[bool | str, ...]] = field(default_factory=dict)
    keep: tuple[RegionValue, ...] = ()
    passed: str | None = None
    article: str

    def holds(self, entry: FactEntry, now: datetime) -> bool:
        """Whether this message says so at `now`. Raises: InvalidValue for a fact that is no time."""
        if entry.message != self.message or any(
            entry.facts.get(name) not in values for name, values in self.when.items()
        ):
            return False
        moment = entry.time(self.passed) if self.passed is not None else now
        return moment is not None and moment <= now


_SERVED_IN_PERSON: Final = ("in_persoon", "gemachtigde", "penitentiaire_inrichting", "post")
_BREACH: Final = "Wth 4(3), 11"

REGION_RULES: Final[tuple[RegionRule, ...]] = (
    RegionRule(
        message="zsm.context.verzoek",
        target=Strafspoor.ZSM,
        keep=(Strafspoor.GEDRAGSAANWIJZING, Strafspoor.VERVOLGING),
        article="Sv 162(2)",
    ),
    RegionRule(
        message="zsm.afdoening",
        target=Strafspoor.VERVOLGING,
        when={"strafzaak_loopt": (True,)},
        keep=(Strafspoor.GEDRAGSAANWIJZING,),
        article="Wjsg 39f(1)",
    ),
    RegionRule(
        message="zsm.afdoening",
        target=Strafspoor.AFGEDAAN,
        when={"strafzaak_loopt": (False,)},
        article="Wjsg 39f(1)",
    ),
    RegionRule(
        message="gedragsaanwijzing.gegeven",
        target=Strafspoor.GEDRAGSAANWIJZING,
        when={"soort": ("gegeven", "gewijzigd", "verlengd")},
        article="Sv 509hh",
    ),
    RegionRule(
        message="gedragsaanwijzing.gegeven",
        target=Strafspoor.VERVOLGING,
        when={"soort": ("ingetrokken",)},
        article="Sv 509hh",
    ),
    RegionRule(
        message="gedragsaanwijzing.gegeven",
        target=Strafspoor.VERVOLGING,
        when={"soort": ("gegeven", "gewijzigd", "verlengd")},
        passed="einde",
        article="Sv 509hh(4)",
    ),
    RegionRule(
        message="rechtsbijstand.verzoek",
        target=Rechtsbescherming.ADVOCAAT_GEWENST,
        keep=tuple(each for each in Rechtsbescherming if each is not Rechtsbescherming.GEEN),
        article="Wth 5(1)",
    ),
    RegionRule(message="vovo.ingediend", target=Rechtsbescherming.VOVO_INGEDIEND, article="Wth 6(1)(a)"),
    RegionRule(
        message="vovo.ingediend", target=Rechtsbescherming.GEHOORD, passed="zitting_op", article="Wth 6(1)(a)"
    ),
    RegionRule(
        message="rechter.uitspraak",
        target=Rechtsbescherming.UITSPRAAK,
        when={"soort": ("vovo",)},
        article="Wth 6(1)(b)",
    ),
    RegionRule(
        message="rechter.uitspraak",
        target=Rechtsbescherming.BEROEP,
        when={"soort": ("beroep", "hoger_beroep")},
        article="Wth 8(1)",
    ),
    RegionRule(
        message="besluit.vt_overleg",
        target=Kindspoor.VT_OVERLEG,
        keep=(Kindspoor.VTO, Kindspoor.RVDK_ONDERZOEK, Kindspoor.MAATREGEL),
        article="Wth 2(3)",
    ),
    RegionRule(
        message="rvdk.onderzoek.verzoek",
        target=Kindspoor.VTO,
        keep=(Kindspoor.RVDK_ONDERZOEK, Kindspoor.MAATREGEL),
        article="Jeugdwet 3.1(1)",
    ),
    RegionRule(
        message="rvdk.notificatie",
        target=Kindspoor.RVDK_ONDERZOEK,
        keep=(Kindspoor.MAATREGEL,),
        article="Jeugdwet 3.1(3)",
    ),
    RegionRule(
        message="rvdk.notificatie",
        target=Kindspoor.MAATREGEL,
        when={"maatregel": ("ots", "vots", "uhp")},
        article="Jeugdwet 3.1(3)",
    ),
    RegionRule(
        message="overtreding.melding",
        target=Overtreding.GESIGNALEERD,
        when={"stand": ("gesignaleerd",)},
        keep=(Overtreding.VASTGESTELD,),
        article=_BREACH,
    ),
    RegionRule(
        message="overtreding.melding",
        target=Overtreding.VASTGESTELD,
        when={"stand": ("vastgesteld",)},
        article=_BREACH,
    ),
    RegionRule(
        message="overtreding.melding",
        target=Overtreding.AFGEDAAN,
        when={"stand": ("afgedaan",)},
        article=_BREACH,
    ),
    RegionRule(
        message="huisverbod.opgelegd",
        target=Bekendmaking.MONDELING,
        when={"mondeling_aangezegd": (True,)},
        keep=(Bekendmaking.UITGEREIKT, Bekendmaking.NEERGELEGD),
        article="Wth 2(7)",
    ),
    RegionRule(
        message="huisverbod.uitreiking",
        target=Bekendmaking.MONDELING,
        when={"soort": ("opleggen",), "wijze": ("mondeling",)},
        keep=(Bekendmaking.UITGEREIKT, Bekendmaking.NEERGELEGD),
        article="Wth 2(7)",
    ),
    RegionRule(
        message="huisverbod.uitreiking",
        target=Bekendmaking.NEERGELEGD,
        when={"soort": ("opleggen",), "wijze": ("nederlegging_gemeentesecretarie",)},
        keep=(Bekendmaking.UITGEREIKT,),
        article="Awb 3:41",
    ),
    RegionRule(
        message="huisverbod.uitreiking",
        target=Bekendmaking.UITGEREIKT,
        when={"soort": ("opleggen",), "wijze": _SERVED_IN_PERSON},
        article="Awb 3:41",
    ),
)
"""Every rule, per region; of several that hold for one message the last one counts."""

_NAMES: Final[Mapping[type[StrEnum], str]] = {
    Strafspoor: "strafspoor",
    Rechtsbescherming: "rechtsbescherming",
    Kindspoor: "kindspoor",
    Overtreding: "overtreding",
    Bekendmaking: "bekendmaking",
}


def regions_of(entries: Iterable[FactEntry], now: datetime) -> ParallelRegions:
    """Where the regions stand after these messages, in the order of registration, at `now`.

    Raises: InvalidValue for a fact that is no time.
    """
    regions = ParallelRegions()
    for entry in entries:
        regions = region_after(regions, entry, now)
    return regions


def region_moves(entries: Iterable[FactEntry], now: datetime) -> Iterator[tuple[str, RegionRule, FactEntry]]:
    """Each move of a region by its name, in order, with the rule and the message that made it.

    Raises: InvalidValue for a fact that is no time.
    """
    regions = ParallelRegions()
    for entry in entries:
        for rule in REGION_RULES:
            name = region_of(rule)
            if rule.holds(entry, now) and getattr(regions, name) not in rule.keep:
                yield name, rule, entry
        regions = region_after(regions, entry, now)


def region_of(rule: RegionRule) -> str:
    """The name of the region that the rule moves."""
    return _NAMES[type(rule.target)]


def region_after(regions: ParallelRegions, entry: FactEntry, now: datetime) -> ParallelRegions:
    """The regions after one more message. Raises: InvalidValue for a fact that is no time."""
    for rule in REGION_RULES:
        name = _NAMES[type(rule.target)]
        if rule.holds(entry, now) and getattr(regions, name) not in rule.keep:
            moved: dict[str, Any] = {name: rule.target}
            regions = replace(regions, **moved)
    return regions
