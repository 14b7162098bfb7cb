"""The table of agreements and consents, held against the matrix that the policy decides with."""

import json
from pathlib import Path

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.registers import DECISION_OF_ACT, DECISIONS, About, statement_kinds

MATRIX = Path(__file__).parents[2] / "policies/data/schakel/matrix/data.json"
KEY_OF = {
    "C_ARTS": "arts_besluit",
    "C_OM_AKKOORD": "om_akkoord",
    "C_OPVANG": "opvang_noodzaak",
    "C_TOEST": "toestemming_betrokkene",
    "C_WPG20": "wpg20_besluit",
}


def conditioned() -> dict[str, set[str]]:
    """The categories of which some row of the matrix asks for that agreement or consent."""
    found: dict[str, set[str]] = {key: set() for key in KEY_OF.values()}
    for roles in json.loads(MATRIX.read_text("utf-8")).values():
        for categories in roles.values():
            for category, row in categories.items():
                if row.get("condition") in KEY_OF:
                    found[KEY_OF[row["condition"]]].add(category)
    return found


def test_a_statement_can_open_exactly_what_the_matrix_asks_it_for() -> None:
    kinds = {kind.kind: set(kind.categories) for kind in statement_kinds().values() if kind.categories}
    assert kinds == conditioned()


@pytest.mark.parametrize("kind", statement_kinds())
def test_whoever_states_it_is_of_one_party_only(kind: str) -> None:
    """One person cannot be both parties of a decision that asks for two."""
    parties = statement_kinds()[kind].parties
    assert sum(len(party.roles) for party in parties) == len(statement_kinds()[kind].roles)


def test_the_acts_that_a_signing_mandate_covers_each_ask_for_a_decision() -> None:
    """Domain.md 6.5: T10, T11 and T12 look at the burgemeester's decision, and no other act does."""
    mandated = {name for name, act in catalogue().transitions.items() if act.id in {"T10", "T11", "T12"}}
    assert DECISION_OF_ACT.keys() == mandated
    assert set(DECISION_OF_ACT.values()) == set(DECISIONS)
    assert statement_kinds()["burgemeester_akkoord"].about is About.DECISION
