"""The invented contents: each type's passes its own closed schema, whoever draws, and holds nobody's number."""

import json
import re

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.clock import parse_time
from gateway.domain.content_schema import check_content, json_schema
from gateway.domain.rihg import check_rihg
from gateway.local.simulate.contents import WRITTEN, make_content
from gateway.local.simulate.people import invented_bsn, passes_11_check, seeded

TYPES = catalogue().messages


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
@given(seed=st.integers(0, 2**32), full=st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_type_passes_its_closed_schema(kind: MessageType, seed: int, full: bool) -> None:
    content = make_content(kind, seeded(seed), full=full)
    check_content(kind, content)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_the_published_schema_agrees(kind: MessageType) -> None:
    validator = jsonschema.Draft202012Validator(
        json_schema(kind), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for seed in range(5):
        assert not list(validator.iter_errors(make_content(kind, seeded(seed))))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_the_same_seed_gives_the_same_contents(seed: int) -> None:
    once, again = (json.dumps([make_content(kind, seeded(seed)) for kind in TYPES]) for _ in range(2))
    assert once == again


@given(seed=st.integers(0, 2**32))
def test_no_number_is_a_bsn(seed: int) -> None:
    assert not passes_11_check([int(digit) for digit in invented_bsn(seeded(seed))])


def test_the_11_check_knows_a_number_that_passes() -> None:
    assert passes_11_check([1, 1, 1, 2, 2, 2, 3, 3, 3])


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_nine_digits_in_any_content_are_nobodys(seed: int) -> None:
    for kind in TYPES:
        text = json.dumps(make_content(kind, seeded(seed), full=True))
        for found in re.findall(r"(?<![0-9a-f-])[0-9]{9}(?![0-9a-f-])", text):
            assert not passes_11_check([int(digit) for digit in found])


def test_an_override_is_taken_and_the_rest_agrees() -> None:
    handed = make_content("achterblijver.geinformeerd", seeded(1), resultaat="overgedragen")
    assert handed["overgedragen_aan"]
    told = make_content("achterblijver.geinformeerd", seeded(1), resultaat="geinformeerd")
    assert "overgedragen_aan" not in told
    assert "toelichting" not in make_content("monitoring.signaal", seeded(1), full=True, toelichting=None)
    with pytest.raises(KeyError):
        make_content("monitoring.signaal", seeded(1), onbekend_veld=1)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_times_and_counts_agree(seed: int) -> None:
    ban = make_content("huisverbod.opgelegd", seeded(seed))
    assert (parse_time(ban["eindigt_op"]) - parse_time(ban["opgelegd_op"])).days == 10
    release = make_content("zsm.afdoening", seeded(seed), beslissing="heenzenden")
    assert parse_time(release["in_vrijheid_op"]) > WRITTEN
    assert release["informeren_door"]
    held = make_content("zsm.afdoening", seeded(seed), beslissing="voorgeleiding_rc")
    assert "in_vrijheid_op" not in held
    form = make_content("screening.rihg.uitkomst", seeded(seed))
    assert not check_rihg(form)
