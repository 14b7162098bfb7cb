"""Every type of the catalogue is sent, received and refused: by NATS and by HTTPS, with a real hub, OPA and nodes.

The table of what was seen is compared with the catalogue itself, so that a type which nobody plays fails here.
"""

import pytest

from gateway.domain.catalogue import catalogue
from gateway.protocol.subjects import Verb
from tests.catalogue.exchange import DOORS, Everybody
from tests.catalogue.node_messages import (
    RECEIPT_TYPE,
    REFUSAL_TYPE,
    note_receipts,
    refuse_a_copy,
    refuse_both,
)
from tests.catalogue.playing import WRONG_ROLE, Play, Seen
from tests.catalogue.story import ACUTE_LIFE, LIVES, WHOLE_LIFE, Scene

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

ALL = {kind.name for kind in catalogue().messages}
BY_NODES = {RECEIPT_TYPE, REFUSAL_TYPE}
WRONG_STATE = "S_toestand"
PURPOSE_IS_OVER = "G04_doel_niet_geldig_in_toestand"
CLOSED_AT_ONCE = {"weegteam.advies"}
"""The advice ends the weighing, so that nobody may open it for that purpose any more: the systems got it before."""
SCENES = {scene.type: scene for life in LIVES for scene in life if isinstance(scene, Scene)}
IN_ANY_STATE = {kind.name for kind in catalogue().messages if kind.states_named == "any"}
MOST = {"nats": 5, "https": 2}
"""To so many recipients a message goes at most: what a door carries does not depend on how many there are."""


@pytest.mark.parametrize("door", DOORS)
async def test_every_type_is_sent_received_and_refused(everybody: Everybody, door: str) -> None:
    everybody.use(door)
    seen = Seen()
    acute = Play.begin(everybody, seen, 2, most=MOST[door])
    await acute.run(ACUTE_LIFE)
    await refuse_a_copy(acute, SCENES["melding.zorg"], "vt_medewerker")
    whole = Play.begin(everybody, seen, 1, most=MOST[door])
    await whole.run(WHOLE_LIFE)
    note_receipts(whole, whole.sent[0])
    await refuse_both(everybody, seen, whole.sent[0])

    for kind in ALL - IN_ANY_STATE:
        await whole.refused(SCENES[kind], SCENES[kind].sender, WRONG_STATE)
    await whole.refused(SCENES["bericht.correctie"], "burgemeester", WRONG_ROLE)

    assert seen.sent == ALL
    assert set(seen.received) == ALL
    assert {kind for kind, found in seen.refused.items() if found} == ALL
    twice = {(Verb.PLAN, WRONG_ROLE), (Verb.SUBMIT, WRONG_ROLE), (Verb.PLAN, WRONG_STATE)}
    assert {kind for kind in ALL if seen.refused[kind] == twice} == ALL - IN_ANY_STATE
    assert set(seen.opened) == ALL - BY_NODES - CLOSED_AT_ONCE
    assert {rule for found in seen.closed.values() for _, rule in found} == {PURPOSE_IS_OVER}
