"""What each kind of agency shows of each message its roles may receive: everything, in Dutch, first things first."""

from dataclasses import replace
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.conformance import CANARY
from adapters.contract import Mark, Withheld
from adapters.lines import Layout, Line, NoDesk
from adapters.plain_dutch import label_of
from adapters.politie import mapping as politie
from adapters.registry import MAPPINGS
from gateway.domain.catalogue import ANYONE, catalogue
from gateway.domain.errors import UnknownMessageType
from gateway.domain.identifiers import AgencyKind
from tests.adapters.deliveries import delivery, full_content

RECEIVABLE = [
    (kind, role.id, message_type.name)
    for kind in MAPPINGS
    for role in catalogue().roles.values()
    if kind in role.agencies
    for message_type in catalogue().messages
    if role.id in message_type.recipients or ANYONE in message_type.recipients
]


def texts(lines: tuple[Line, ...], label: str) -> list[str]:
    return [line.text for line in lines if line.label == label]


def test_every_kind_of_the_six_receives_something() -> None:
    assert {kind for kind, _, _ in RECEIVABLE} == set(MAPPINGS)
    assert len(RECEIVABLE) > 100


@pytest.mark.parametrize(("kind", "role", "name"), RECEIVABLE)
def test_nothing_of_the_content_is_left_out(kind: AgencyKind, role: str, name: str) -> None:
    content, unique = full_content(catalogue().message(name))
    lines = MAPPINGS[kind](replace(delivery(name, role=role), content=content, withheld=()))
    shown = "\n".join(line.text for line in lines)
    assert [text for text in unique if text not in shown] == []
    labels = " ".join(line.label for line in lines)
    assert [field for field in content if label_of(field) not in labels] == []
    assert all(line.label and "_" not in line.label and line.text for line in lines)
    assert lines[1] == Line("Bericht", catalogue().message(name).title)


@pytest.mark.parametrize("kind", MAPPINGS)
def test_every_role_has_a_desk_and_every_first_field_exists(kind: AgencyKind) -> None:
    layout: Layout = import_module(f"adapters.{kind}.mapping").LAYOUT
    assert set(layout.desks) == {role.id for role in catalogue().roles.values() if kind in role.agencies}
    receivable = {name for of, _, name in RECEIVABLE if of == kind}
    known = {field.name for name in receivable for field in catalogue().message(name).fields}
    assert [name for name in layout.first if name not in known] == []
    assert len(set(layout.first)) == len(layout.first)


def test_the_police_see_first_what_keeps_them_safe() -> None:
    lines = politie.lines(delivery())
    order = [line.label for line in lines]
    assert (
        order.index("Veiligheidsaandachtspunten") < order.index("Woonadres") < order.index("Persoon pleger")
    )
    assert order.index("Persoon pleger") < order.index("Onderbouwing gevaar")
    assert lines[0] == Line("Postbak", "Postbak hulpofficier van dienst")
    assert lines[2] == Line("Spoed", "direct (U0)")


def test_times_are_dutch_and_codes_are_words() -> None:
    lines = politie.lines(delivery())
    assert texts(lines, "Verzonden") == ["02-03-2026 12:12:13 uur"]
    assert texts(lines, "Gewenst tijdvak") == ["van: 02-03-2026 12:10:00 uur; tot: 02-03-2026 12:10:00 uur"]
    assert texts(lines, "Veiligheidsaandachtspunten") == ["agressie naar politie"]
    assert texts(lines, "Zonder weegteam") == ["ja"]
    assert texts(lines, "Van") == ["Procescoördinator huiselijk geweld (OIN 00000099000000002000)"]


def test_free_text_is_never_rewritten() -> None:
    text = "2026-03-02T11:10:00Z is_niet vertaald"
    lines = politie.lines(replace(delivery(), content={"onderbouwing_gevaar": text}))
    assert texts(lines, "Onderbouwing gevaar") == [text]


def test_each_person_has_a_line() -> None:
    lines = politie.lines(delivery())
    assert len(texts(lines, "Personen betrokken (1)")) == len(texts(lines, "Personen betrokken (2)")) == 1


def test_masked_values_are_shown_with_what_they_have() -> None:
    content = {
        "woonadres": {"gemeentecode": "9901", "binnen_regio": True},
        "kinderen": {"aantal": 2, "leeftijden": ["0-3", "4-11"]},
        "weegadvies_samenvatting": "ja",
        "samenvattingen": {"vt_veiligheidsbeoordeling": f"{CANARY} samengevat"},
    }
    lines = politie.lines(replace(delivery(role="politie_wijkagent"), content=content, withheld=()))
    assert texts(lines, "Woonadres") == ["gemeentecode: 9901; binnen regio: ja"]
    assert texts(lines, "Kinderen") == ["aantal: 2; leeftijden: 0-3, 4-11"]
    category = next(
        each for key, each in catalogue().categories.items() if key == "vt_veiligheidsbeoordeling"
    )
    assert texts(lines, f"Samenvatting: {category.label}") == [f"{CANARY} samengevat"]


def test_what_is_withheld_says_why() -> None:
    withheld = (
        Withheld(field="kindzorgen_samenvatting", rule="G00_default"),
        Withheld(field="woonadres", rule="eigen_regel"),
    )
    content = {"woonadres": {"gemeentecode": "9901", "binnen_regio": True}}
    lines = politie.lines(replace(delivery(), content=content, withheld=withheld))
    assert lines[-2:] == (
        Line(
            "Weggelaten: Kindzorgen samenvatting",
            "Er is geen regel die dit toestaat. (AVG 5(1)(b),(c))",
        ),
        Line("Beperkt: Woonadres", "Regel eigen_regel."),
    )


def test_a_missing_predecessor_is_said() -> None:
    lines = politie.lines(replace(delivery(), marks=(Mark.PREDECESSOR_MISSING,)))
    assert len(texts(lines, "Let op")) == 1


def test_a_role_of_another_agency_has_no_desk() -> None:
    with pytest.raises(NoDesk):
        politie.lines(replace(delivery(), role="burgemeester"))


def test_an_unknown_message_is_not_guessed() -> None:
    with pytest.raises(UnknownMessageType):
        politie.lines(replace(delivery(), message_type="screening.verzonnen"))


@given(st.data())
def test_every_field_of_any_part_of_a_message_has_its_lines(data: st.DataObject) -> None:
    kind, role, name = data.draw(st.sampled_from(RECEIVABLE))
    content, _ = full_content(catalogue().message(name))
    kept = data.draw(st.sets(st.sampled_from(sorted(content))))
    part = {field: value for field, value in content.items() if field in kept}
    base = replace(delivery(name, role=role), content={}, withheld=())
    head = MAPPINGS[kind](base)
    lines = MAPPINGS[kind](replace(base, content=part))
    assert lines[: len(head)] == head
    shown = {line.label.partition(" (")[0] for line in lines[len(head) :]}
    assert shown == {label_of(field).partition(" (")[0] for field in kept}
