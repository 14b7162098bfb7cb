"""One life of a case, and two short ones, in which every message type is sent by somebody who may.

Each scene names its type, who sends it and the values that matter; all else is drawn from the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`answers` and the values of `about` name an earlier type of this case, for its newest message id; `as_stated`
    takes a value over from a field of one."""

    type: str
    sender: str
    values: Mapping[str, Any] = field(default_factory=dict)
    answers: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    as_stated: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act without a message."""

    action: str
    role: str


def _scene(
    type_: str,
    sender: str,
    *,
    answers: str | None = None,
    about: Mapping[str, str] | None = None,
    as_stated: Mapping[str, tuple[str, str]] | None = None,
    **values: Any,
) -> Scene:
    return Scene(
        type=type_,
        sender=sender,
        values=values,
        answers=answers,
        about=about or {},
        as_stated=as_stated or {},
    )


def _heard(role: str, sender: str) -> Scene:
    return _scene("besluit.hoorverslag", sender, gehoorde_rol=role, afgezien_reden=None)


WHOLE_LIFE: tuple[Scene | Act, ...] = (
    _scene("melding.zorg", "politie_wijkagent", kinderen_aanwezig=True),
    _scene("melding.terugkoppeling", "vt_medewerker", answers="melding.zorg"),
    _scene("screening.verzoek", "vt_procescoordinator", situatie="B_geen_acuut_hg"),
    _scene("weegteam.uitnodiging", "vt_procescoordinator"),
    _scene("weegteam.inbreng", "politie_weegteam", answers="weegteam.uitnodiging"),
    _scene("weegteam.advies", "vt_procescoordinator", advies="positief"),
    _scene("screening.gepland.kennisgeving", "vt_procescoordinator", zonder_weegteam=False),
    _scene(
        "screening.gepland.bevestiging",
        "politie_hovj",
        answers="screening.gepland.kennisgeving",
        reactie="gestart",
    ),
    _scene("crisisdienst.oproep", "politie_hovj"),
    _scene("crisisdienst.aankomst", "crisisdienst_medewerker", answers="crisisdienst.oproep"),
    _scene("zsm.context.verzoek", "om_ovj_zsm"),
    _scene("zsm.context.antwoord", "politie_zsm", answers="zsm.context.verzoek"),
    _scene("reclassering.advies", "om_ovj_zsm"),
    _scene("rvdk.onderzoek.verzoek", "vt_medewerker"),
    _scene("rvdk.notificatie", "rvdk_raadsonderzoeker", answers="rvdk.onderzoek.verzoek"),
    _scene("besluit.context.verzoek", "politie_hovj"),
    _scene("besluit.context.antwoord", "om_ovj_zsm", answers="besluit.context.verzoek"),
    _scene("besluit.vt_overleg", "politie_hovj"),
    _scene("besluit.vt_overleg.antwoord", "vt_medewerker", answers="besluit.vt_overleg"),
    _heard("uithuisgeplaatste", "politie_hovj"),
    _heard("achterblijver", "politie_hovj"),
    _scene("screening.rihg.uitkomst", "politie_hovj", advies="opleggen"),
    _scene("huisverbod.opgelegd", "burgemeester", mondeling_aangezegd=False, bevoegd_door="burgemeester"),
    _scene("huisverbod.uitreiking", "politie_hovj", soort="opleggen"),
    _scene("rechtsbijstand.verzoek", "politie_hovj"),
    _scene("rechtsbijstand.toewijzing", "rvr_piket", answers="rechtsbijstand.verzoek", aanvaard=True),
    _scene("uhg.contactgegevens", "politie_hovj"),
    _scene("veiligheidsplan.vastgesteld", "casemanager_vt"),
    _scene("historie.verzoek", "casemanager_vt"),
    _scene("historie.antwoord", "politie_wijkagent", answers="historie.verzoek"),
    _scene("hulpverlening.voortgang", "hulpverlener"),
    _scene("zsm.afdoening", "om_ovj_zsm", beslissing="heenzenden", strafzaak_loopt=True),
    _scene(
        "achterblijver.geinformeerd",
        "vt_medewerker",
        about={"afdoening_id": "zsm.afdoening"},
        resultaat="geinformeerd",
    ),
    _scene("overtreding.melding", "politie_wijkagent", stand="afgedaan"),
    _scene("gedragsaanwijzing.gegeven", "om_ovj_zsm", soort="gegeven", ernstige_bezwaren=True),
    _scene("vovo.ingediend", "piketadvocaat", beroep_ingesteld=True),
    _scene("rechter.uitspraak", "rechtbank_griffie", answers="vovo.ingediend", uitkomst="afgewezen"),
    _scene("verlenging.advies", "casemanager_vt", advies="verlengen"),
    _scene(
        "huisverbod.niet_verlengd",
        "burgemeester",
        as_stated={"eindigt_op": ("huisverbod.opgelegd", "eindigt_op")},
    ),
    _heard("uithuisgeplaatste", "gemeente_jurist"),
    _heard("achterblijver", "gemeente_jurist"),
    _scene("huisverbod.verlengd", "burgemeester"),
    _scene("huisverbod.ingetrokken", "burgemeester"),
    _scene("monitoring.signaal", "casemanager_vt"),
    _scene("zaak.overdracht", "casemanager_vt"),
    _scene("bericht.correctie", "casemanager_vt", about={"bericht_id": "zaak.overdracht"}),
    Act(action="sluiten", role="casemanager_vt"),
)
ACUTE_LIFE: tuple[Scene | Act, ...] = (
    _scene("melding.acuut", "politie_noodhulp"),
    _scene("screening.gepland.bevestiging", "politie_hovj", reactie="gestart"),
    _scene("huisverbod.niet_opgelegd", "burgemeester"),
)
LIVES = (WHOLE_LIFE, ACUTE_LIFE)
