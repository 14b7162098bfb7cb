"""What a form must hold because of the pilot of the region in which the case is, and what a RiHG comes to there.

The hub tells which pilot holds and does not see what a form says; so the sender's node asks for what the pilot makes
required. What needs a change of law counts in a simulation only, whatever a hub says.
"""

from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.rihg import RIHG_MESSAGE, RihgSummary, RiskSignals, summarise_rihg
from gateway.node.usecases.draft import Draft
from gateway.node.usecases.parts import Parts
from gateway.protocol.plan import Plan


def check_pilot(parts: Parts, draft: Draft, plan: Plan) -> None:
    """Raises InvalidInput with every field that the pilot asks for, and for a pilot of a simulation outside one."""
    if plan.proef is None:
        return
    if (plan.proef.simulatie or plan.proef.risicosignalen_tellen) and not parts.registry().simulation:
        raise InvalidInput(
            code="proef-uit-simulatie",
            detail_nl="De hub noemt een proef die alleen in een simulatie mag; er is niets verstuurd.",
            detail_en="The hub names a pilot that only a simulation may have; nothing was sent.",
        )
    missing = [name for name in plan.proef.verplicht if name not in draft.content]
    if missing:
        raise InvalidInput(causes=tuple(_asked(name, plan.proef.regio) for name in missing))


def form_summary(parts: Parts, draft: Draft, plan: Plan) -> RihgSummary | None:
    """What a RiHG comes to, for its writer: the risk signals count where the pilot says so. None for another type."""
    if draft.message_type != RIHG_MESSAGE:
        return None
    counted = plan.proef is not None and plan.proef.simulatie and plan.proef.risicosignalen_tellen
    risk = RiskSignals.COUNTED if counted else RiskSignals.BESIDE
    return summarise_rihg(draft.content, parts.rihg, risk)


def _asked(field: str, region: str) -> Cause:
    return Cause(
        pointer=f"/inhoud/{field}",
        code="verplicht_in_proef",
        detail_nl=f"In de proef van de regio {region} is {field} verplicht.",
        detail_en=f"In the pilot of the region {region} {field} is required.",
    )
