"""The mark of a simulation in an envelope: in every signed copy, and refused where it does not belong."""

import pytest

from gateway.domain.errors import InvalidInput
from gateway.protocol.envelope import Envelope, require_kind
from tests.protocol.makers import envelope


def test_the_mark_is_left_out_of_every_other_message_and_is_only_ever_true() -> None:
    assert "simulatie" not in envelope().to_json()
    marked = {**envelope().to_json(), "simulatie": True}
    assert Envelope.parse(marked).to_json() == marked
    for other in (False, "ja"):
        with pytest.raises(InvalidInput):
            Envelope.parse({**marked, "simulatie": other})


@pytest.mark.parametrize("simulation", [False, True])
def test_a_message_counts_only_where_it_was_made(*, simulation: bool) -> None:
    mine = envelope().model_copy(update={"simulatie": True if simulation else None})
    require_kind(mine, simulation=simulation)
    with pytest.raises(InvalidInput) as refused:
        require_kind(mine, simulation=not simulation)
    assert refused.value.code == ("bericht-uit-simulatie" if simulation else "bericht-niet-uit-simulatie")
