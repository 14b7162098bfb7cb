"""The reference pages say what the catalogue says, and miss nothing."""

from pathlib import Path

import pytest

from gateway.domain.catalogue import MessageType, catalogue
from gateway.local.catalogue_reference import reference_pages, write_pages

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def test_the_pages_in_the_docs_are_what_the_catalogue_says() -> None:
    """Stale: run `schakel catalogue --pages docs/reference`."""
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert found == dict(reference_pages())


@pytest.mark.parametrize("kind", catalogue().messages, ids=lambda kind: kind.name)
def test_a_page_holds_every_field_fact_role_and_state(kind: MessageType) -> None:
    page = reference_pages()[f"{kind.slug}.md"]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for field in kind.fields:
        described = [row for row in rows if row.startswith(f"| `{field.name}` | `{field.type}`")]
        assert len(described) == 1
        assert field.category in described[0]
        assert field.fact_reason in described[0]
    for role in (*kind.senders, *kind.recipients):
        assert role == "*" or f"(`{role}`)" in page
    for text in (kind.title, kind.basis, kind.event_type, kind.schema_uri, kind.urgency.text, *kind.purposes):
        assert text in page
    assert kind.states_named or all(state in page for state in kind.states)


def test_a_page_of_a_type_that_is_gone_is_removed(tmp_path: Path) -> None:
    (tmp_path / "verzonnen-type.md").write_text("oud", encoding="utf-8")
    write_pages(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(reference_pages())
