"""A change of a released message type is told apart: compatible, or breaking and in need of a new version."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.catalogue.compatibility import compare
from gateway.domain.catalogue.released_shape import shapes_of
from gateway.local.catalogue_release import print_comparison, released, snapshot, write_release

TYPE = "besluit.hoorverslag"
Shapes = dict[str, Any]


def now() -> Shapes:
    shapes: Shapes = copy.deepcopy(shapes_of(catalogue()))
    return shapes


def fields(shapes: Shapes, type_: str = TYPE) -> dict[str, Any]:
    ((_, shape),) = shapes[type_].items()
    found: dict[str, Any] = shape["velden"]
    return found


def test_nothing_breaks_what_was_released() -> None:
    """The check of every run: change a released type so that it breaks, and this fails until it has a new version."""
    assert [d for d in compare(released(), shapes_of(catalogue())) if d.is_breaking] == []


def test_every_type_was_released_as_it_is() -> None:
    """Also a compatible change is released on purpose: `schakel catalogue --release`."""
    assert compare(released(), shapes_of(catalogue())) == []


def add_optional(s: Shapes) -> None:
    fields(s)["extra"] = {"soort": "bool", "verplicht": False, "categorie": "procesgegevens", "feit": False}


def add_required(s: Shapes) -> None:
    fields(s)["extra"] = {"soort": "bool", "verplicht": True, "categorie": "procesgegevens", "feit": False}


def remove_field(s: Shapes) -> None:
    del fields(s)["gehoorde_rol"]


def require(s: Shapes) -> None:
    fields(s)["afgezien_reden"]["verplicht"] = True


def require_no_more(s: Shapes) -> None:
    fields(s)["gehoorde_rol"]["verplicht"] = False


def remove_code(s: Shapes) -> None:
    fields(s)["afgezien_reden"]["codes"].remove("spoed")


def add_code(s: Shapes) -> None:
    fields(s)["afgezien_reden"]["codes"].append("overmacht")


def narrow_text(s: Shapes) -> None:
    fields(s, "weegteam.advies")["motivering"]["hoogstens"] -= 1


def widen_text(s: Shapes) -> None:
    fields(s, "weegteam.advies")["motivering"]["hoogstens"] += 1


def other_type(s: Shapes) -> None:
    fields(s, "weegteam.advies")["verzoek_id"]["soort"] = "str"


def other_category(s: Shapes) -> None:
    fields(s, "weegteam.advies")["motivering"]["categorie"] = "procesgegevens"


def fact_more(s: Shapes) -> None:
    fields(s, "weegteam.advies")["verzoek_id"]["feit"] = True


def fact_less(s: Shapes) -> None:
    fields(s, "weegteam.advies")["advies"]["feit"] = False


def member_gone(s: Shapes) -> None:
    del fields(s, "weegteam.advies")["deelnemers"]["regel"]["leden"]["oin"]


def member_required(s: Shapes) -> None:
    fields(s, "melding.acuut")["persoon_pleger"]["leden"]["geboortedatum"]["verplicht"] = True


def rule_more(s: Shapes) -> None:
    s["weegteam.advies"]["1.0.0"]["regels"].append(
        {"velden": ["alternatief"], "veld": "advies", "waarde": "aanvullen", "behalve": False}
    )


def rule_less(s: Shapes) -> None:
    s["weegteam.advies"]["1.0.0"]["regels"].clear()


def type_gone(s: Shapes) -> None:
    del s[TYPE]


def type_more(s: Shapes) -> None:
    s["zaak.verzonnen"] = copy.deepcopy(s[TYPE])


CHANGES: dict[Callable[[Shapes], None], tuple[str, bool]] = {
    add_optional: (f"{TYPE}.extra", False),
    add_required: (f"{TYPE}.extra", True),
    remove_field: (f"{TYPE}.gehoorde_rol", True),
    require: (f"{TYPE}.afgezien_reden", True),
    require_no_more: (f"{TYPE}.gehoorde_rol", False),
    remove_code: (f"{TYPE}.afgezien_reden", True),
    add_code: (f"{TYPE}.afgezien_reden", False),
    narrow_text: ("weegteam.advies.motivering", True),
    widen_text: ("weegteam.advies.motivering", False),
    other_type: ("weegteam.advies.verzoek_id", True),
    other_category: ("weegteam.advies.motivering", True),
    fact_more: ("weegteam.advies.verzoek_id", True),
    fact_less: ("weegteam.advies.advies", True),
    member_gone: ("weegteam.advies.deelnemers[].oin", True),
    member_required: ("melding.acuut.persoon_pleger.geboortedatum", True),
    rule_more: ("weegteam.advies", True),
    rule_less: ("weegteam.advies", False),
    type_gone: (TYPE, True),
    type_more: ("zaak.verzonnen", False),
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_each_kind_of_change(change: Callable[[Shapes], None]) -> None:
    shapes = now()
    change(shapes)
    (difference,) = compare(now(), shapes)
    assert (difference.where, difference.is_breaking) == CHANGES[change]


def test_texts_are_no_change() -> None:
    assert "title" not in str(shapes_of(catalogue()))
    assert "T04" not in str(shapes_of(catalogue())["weegteam.advies"])


def test_a_new_first_number_may_break_and_an_older_one_may_not() -> None:
    newer, older = now(), now()
    remove_field(newer)
    newer[TYPE] = {"2.0.0": newer[TYPE]["1.0.0"]}
    assert [(d.what, d.is_breaking) for d in compare(now(), newer)] == [("nieuwe versie 2.0.0", False)]
    older[TYPE] = {"2.0.0": older[TYPE]["1.0.0"]}
    assert [d.is_breaking for d in compare(older, now())] == [True]


def test_another_second_number_does_not_excuse_a_break() -> None:
    shapes = now()
    remove_field(shapes)
    shapes[TYPE] = {"1.1.0": shapes[TYPE]["1.0.0"]}
    assert [d.is_breaking for d in compare(now(), shapes)] == [True]


def test_the_release_is_written_on_purpose_and_never_over_a_break(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "released.json"
    assert write_release(file) == 0
    assert file.read_text("utf-8") == snapshot(released(), shapes_of(catalogue()))
    more = now()
    add_required(more)
    file.write_text(snapshot({}, more), "utf-8")
    before = file.read_bytes()
    assert write_release(file) == 1
    assert file.read_bytes() == before
    assert f"{TYPE}.extra: is weg" in capsys.readouterr().out
    assert (print_comparison(released()), print_comparison(more)) == (0, 1)
