"""Documents that are made from the fields of a message: by strict templates, the same bytes each time."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.domain.errors import InvalidInput, Refused
from gateway.domain.identifiers import new_id
from gateway.local.registry_file import MUNICIPALITY
from gateway.node.documents.pdf_check import check_pdf
from gateway.node.documents.rendering import lines_of, render
from gateway.node.documents.template import TemplateError, template_for, templates
from gateway.node.documents.wording import moment
from gateway.node.usecases.documents import make_document
from tests.domain.makers import example_content
from tests.node.makers import Exchange
from tests.node.test_documents import EXTENDED, FIELD, MAYOR

TYPES = ["huisverbod.opgelegd", "huisverbod.verlengd", "huisverbod.ingetrokken", "besluit.hoorverslag"]
SCRIPT = """
import hashlib, sys
from gateway.node.documents.rendering import lines_of, render
from gateway.node.documents.template import template_for
from tests.domain.makers import example_content
for name in sys.argv[1:]:
    content = example_content(name) | {"rechtsmiddelen_vermeld": True}
    print(hashlib.sha256(render(template_for(name, None), content)).hexdigest())
"""


def made(name: str, municipality: str | None = None, **changes: object) -> bytes:
    template = template_for(name, municipality)
    assert template is not None
    return render(template, written(name, **changes))


def written(name: str, **changes: object) -> dict[str, object]:
    """An example of which a document may say that it names the legal remedies."""
    return {**example_content(name), "rechtsmiddelen_vermeld": True, **changes}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_with_a_document_has_a_template_that_its_fields_fill(name: str) -> None:
    pdf = made(name)
    check_pdf(pdf[:1024], pdf[-1024:])
    assert b"/Lang (nl-NL)" in pdf
    assert b"/JavaScript" not in pdf


def test_the_same_fields_give_the_same_bytes_in_another_process_and_at_another_time() -> None:
    """So a digest can be compared with that of a document that was made before."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *TYPES],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [hashlib.sha256(made(name)).hexdigest() for name in TYPES]
    assert made(TYPES[1]) != made(TYPES[1], dreiging_voortgezet="Iets anders.")


@pytest.mark.parametrize("name", TYPES)
def test_a_document_of_a_simulation_says_so_in_its_title_and_is_another_document(name: str) -> None:
    template = template_for(name, None)
    assert template is not None
    pdf = render(template, written(name), simulation=True)
    check_pdf(pdf[:1024], pdf[-1024:])
    assert b"SIMULATIE: " in pdf
    assert b"SIMULATIE" not in made(name)


def test_only_what_the_template_names_is_in_the_document() -> None:
    """`gehoord` and `advies_id` are no part of the decision."""
    assert made(EXTENDED, gehoord=[new_id()]) is not None
    template = template_for(EXTENDED, None)
    assert template is not None
    assert template.field == FIELD


def write(folder: Path, text: str, name: str = "huisverbod-verlengd.toml", place: str = "0363") -> Path:
    (folder / place).mkdir()
    (folder / place / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    "block",
    [
        'alinea = "{{ geen_veld }}"',
        'alinea = "{{ beschikking_nr.lid }}"',
        'alinea = "{{ beschikking_nr | geen_filter }}"',
        'alinea = "{{ beschikking_nr.__class__ }}"',
        'alinea = "{% for x in contactverbod_personen %}{{ x }}{% endfor %}"',
        'alinea = "{{ beschikking_nr() }}"',
        'alinea = "{{ beschikking_nr["',
        'als = "geen_veld"\nalinea = "x"',
        'lijst = "beschikking_nr"\nregel = "x"',
        'lijst = "contactverbod_personen"\nregel = "{{ item.bsn }}"',
        'alinea = "x"\nonbekend = "y"',
        "alinea = 3",
        'als = "geen_veld"\nkop = "x"',
    ],
)
def test_a_template_that_asks_for_what_is_not_there_does_not_load(tmp_path: Path, block: str) -> None:
    with pytest.raises(TemplateError):
        templates(write(tmp_path, f'titel = "t"\n[[blok]]\n{block}\n'))


def test_a_template_of_an_unknown_type_or_place_does_not_load(tmp_path: Path) -> None:
    good = 'titel = "t"\n[[blok]]\nalinea = "x"\n'
    for name, place in (("geen-type.toml", "0363"), ("huisverbod-verlengd.toml", "elders")):
        folder = tmp_path / name
        folder.mkdir()
        with pytest.raises(TemplateError):
            templates(write(folder, good, name, place))


def test_a_missing_value_is_named_and_nothing_is_made() -> None:
    template = template_for(EXTENDED, None)
    assert template is not None
    content = {
        k: v for k, v in example_content(EXTENDED).items() if k not in ("verlengd_tot", "dreiging_voortgezet")
    }
    with pytest.raises(InvalidInput) as refused:
        render(template, content)
    assert refused.value.code == "document-onvolledig"
    assert {c.pointer for c in refused.value.causes} == {
        "/inhoud/verlengd_tot",
        "/inhoud/dreiging_voortgezet",
    }


def test_a_claim_of_a_template_is_a_yes_or_no_field(tmp_path: Path) -> None:
    for number, claims in enumerate(('["beschikking_nr"]', '["geen_veld"]', '"rechtsmiddelen_vermeld"')):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = f'titel = "t"\neist = {claims}\n[[blok]]\nalinea = "x"\n'
        with pytest.raises(TemplateError):
            templates(write(folder, text, "huisverbod-opgelegd.toml"))


def said(name: str, **changes: object) -> list[str]:
    """What stands in the document, without how it looks."""
    template = template_for(name, None)
    assert template is not None
    return [text for _, text in lines_of(template, written(name, **changes))]


def test_the_decision_points_to_the_receipt_of_keys_and_names_the_legal_remedies() -> None:
    """Handbook, T11: what the decision contains. How many keys there are has a category of its own (uitreiking_bewijs),
    which not everyone who gets the decision may see: so the document says where it stands."""
    with_keys = said("huisverbod.opgelegd", sleutels_ingenomen=2)
    assert with_keys == said("huisverbod.opgelegd", sleutels_ingenomen=3)
    text = "\n".join(with_keys)
    assert "bewijs dat bij de uitreiking wordt gegeven" in text
    assert "beroep worden ingesteld bij de rechtbank" in text
    assert "voorlopige voorziening" in text


def test_no_decision_names_legal_remedies_that_its_message_says_are_not_in_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        made("huisverbod.opgelegd", rechtsmiddelen_vermeld=False)
    assert refused.value.code == "document-onwaar"
    assert [cause.pointer for cause in refused.value.causes] == ["/inhoud/rechtsmiddelen_vermeld"]


def test_attack_a_value_is_never_part_of_the_template_or_the_layout() -> None:
    made(EXTENDED, dreiging_voortgezet="{{ 7 * 7 }}\n[[blok]]\nkop = 'x' {% raw %} \\ ( ) <>")
    with pytest.raises(InvalidInput) as refused:
        made(EXTENDED, dreiging_voortgezet="Een \U0001f512 is geen letter.")
    assert "U+1F512" in refused.value.causes[0].detail_nl


def test_times_are_those_of_the_wall_and_never_ambiguous() -> None:
    assert moment("2026-11-24T01:45:00.000Z") == "24 november 2026 om 02.45 uur"
    twice = {moment("2026-10-25T00:30:00.000Z"), moment("2026-10-25T01:30:00.000Z")}
    assert twice == {"25 oktober 2026 om 02.30 uur (CEST)", "25 oktober 2026 om 02.30 uur (CET)"}


async def test_only_in_a_role_of_ones_own_and_only_for_a_type_with_a_document(exchange: Exchange) -> None:
    parts = exchange.node(MUNICIPALITY).parts
    content = example_content(EXTENDED, beschikking=None)
    with pytest.raises(Refused):
        await make_document(
            parts, MAYOR, role="politie_hovj", name="b.pdf", message_type=EXTENDED, content=content
        )
    for name, wrong in (("monitoring.signaal", content), (EXTENDED, {"onbekend": 1})):
        with pytest.raises(InvalidInput):
            await make_document(
                parts, MAYOR, role="burgemeester", name="b.pdf", message_type=name, content=wrong
            )
