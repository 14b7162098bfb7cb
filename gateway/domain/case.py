"""The state of a case, and what an act makes of it.

Applies the target state of a transition that was decided already; powers and preconditions are the policy's. Every
change of state goes through `apply`, so the table of transitions is the only way from one state to another.
Source: domain.md 2.2, 2.3.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain.catalogue import PREVIOUS, START, Transition
from gateway.domain.errors import Conflict
from gateway.domain.identifiers import StateId


class CaseState(StrEnum):
    """The states of a case, in the order of its life."""

    MELDING = "melding"
    ACUUT_GEMELD = "acuut_gemeld"
    VERZOEK_INGEDIEND = "verzoek_ingediend"
    WEGING = "weging"
    WEGING_NEGATIEF = "weging_negatief"
    SCREENING_GEPLAND = "screening_gepland"
    SCREENING = "screening"
    BESLUITVORMING = "besluitvorming"
    NIET_OPGELEGD = "niet_opgelegd"
    OPGELEGD_MONDELING = "opgelegd_mondeling"
    OPGELEGD = "opgelegd"
    VERLENGING_VOORBEREIDING = "verlenging_voorbereiding"
    VERLENGD = "verlengd"
    GESCHORST = "geschorst"
    INGETROKKEN = "ingetrokken"
    AFGELOPEN = "afgelopen"
    AFRONDING = "afronding"
    MONITORING = "monitoring"
    GESLOTEN = "gesloten"
    VERNIETIGD = "vernietigd"


class Side(StrEnum):
    """On whose side a reader stands in this case (`kant`). Recorded with the assignment.

    `onbekend`: nobody stated it. That is never neutral: what only the perpetrator's side may not have, is withheld.
    """

    SLACHTOFFER = "slachtoffer"
    PLEGER = "pleger"
    NEUTRAAL = "neutraal"
    ONBEKEND = "onbekend"


SUSPENDED: Final = StateId(CaseState.GESCHORST)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStanding:
    """Where a case stands. `before_suspension` is set while, and only while, the ban is suspended."""

    state: StateId
    before_suspension: StateId | None = None

    def after(self, transition: Transition) -> "CaseStanding":
        """The standing after the act. Raises: Conflict when the act does not start in this state."""
        state = apply(transition, self.state, self.before_suspension)
        if state != SUSPENDED:
            return CaseStanding(state=state)
        before = self.before_suspension if self.state == SUSPENDED else self.state
        return CaseStanding(state=state, before_suspension=before)


def apply(transition: Transition, state: StateId, previous_state: StateId | None) -> StateId:
    """The state after the act. `previous_state` is the state before the suspension, which schorsing_opheffen restores.

    Raises: Conflict when the act does not start in this state, or the state to go back to is not known.
    """
    if state not in transition.from_states:
        raise Conflict(
            code="toestand-past-niet",
            detail_nl=f"De handeling {transition.action} kan niet in de toestand {state}.",
            detail_en=f"The act {transition.action} does not start in the state {state}.",
        )
    if transition.to_state is None:
        return state
    if transition.to_state != PREVIOUS:
        return transition.to_state
    if previous_state is None:
        raise Conflict(
            code="vorige-toestand-onbekend",
            detail_nl="De toestand van voor de schorsing is niet bekend.",
            detail_en="The state before the suspension is not known.",
        )
    return previous_state


class Strafspoor(StrEnum):
    """The criminal case beside the ban."""

    GEEN = "geen"
    AANHOUDING = "aanhouding"
    ZSM = "zsm"
    GEDRAGSAANWIJZING = "gedragsaanwijzing"
    VERVOLGING = "vervolging"
    AFGEDAAN = "afgedaan"


class Rechtsbescherming(StrEnum):
    """Legal aid and the courts."""

    GEEN = "geen"
    ADVOCAAT_GEWENST = "advocaat_gewenst"
    VOVO_INGEDIEND = "vovo_ingediend"
    GEHOORD = "gehoord"
    UITSPRAAK = "uitspraak"
    BEROEP = "beroep"


class Kindspoor(StrEnum):
    """Child protection beside the ban."""

    NVT = "nvt"
    VT_OVERLEG = "vt_overleg"
    VTO = "vto"
    RVDK_ONDERZOEK = "rvdk_onderzoek"
    MAATREGEL = "maatregel"


class Overtreding(StrEnum):
    """A breach of the ban or of a conduct order."""

    GEEN = "geen"
    GESIGNALEERD = "gesignaleerd"
    VASTGESTELD = "vastgesteld"
    VOORGELEID = "voorgeleid"
    AFGEDAAN = "afgedaan"


class Bekendmaking(StrEnum):
    """How the ban was made known to the uithuisgeplaatste."""

    GEEN = "geen"
    MONDELING = "mondeling"
    UITGEREIKT = "uitgereikt"
    NEERGELEGD = "neergelegd"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelRegions:
    """What runs beside the state of the case and never changes it. Source: domain.md 2.2."""

    strafspoor: Strafspoor = Strafspoor.GEEN
    rechtsbescherming: Rechtsbescherming = Rechtsbescherming.GEEN
    kindspoor: Kindspoor = Kindspoor.NVT
    overtreding: Overtreding = Overtreding.GEEN
    bekendmaking: Bekendmaking = Bekendmaking.GEEN


__all__ = [
    "START",
    "SUSPENDED",
    "Bekendmaking",
    "CaseStanding",
    "CaseState",
    "Kindspoor",
    "Overtreding",
    "ParallelRegions",
    "Rechtsbescherming",
    "Side",
    "Strafspoor",
    "apply",
]
