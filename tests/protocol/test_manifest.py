"""When a new decision makes an older copy unlawful: stricter in one field is enough."""

import pytest

from gateway.protocol.manifest import Manifest, ManifestField, is_stricter


def one(verdict: str, mask: str | None = None, name: str = "woonadres") -> Manifest:
    return [
        ManifestField.parse(
            {"veld": name, "categorie": "c", "besluit": verdict, "masker": mask, "regel": "matrix"}
        )
    ]


@pytest.mark.parametrize(
    ("decided", "claimed", "stricter"),
    [
        (one("allow"), one("allow"), False),
        (one("allow"), one("mask", "M_GEM"), False),
        (one("allow"), one("deny"), False),
        (one("mask", "M_GEM"), one("allow"), True),
        (one("mask", "M_GEM"), one("mask", "M_GEM"), False),
        (one("mask", "M_GEM"), one("mask", "M_JN"), True),
        (one("mask", "M_GEM"), one("deny"), False),
        (one("deny"), one("allow"), True),
        (one("deny"), one("mask", "M_GEM"), True),
        (one("deny"), one("deny"), False),
        (one("allow"), one("allow", name="iets_anders"), True),
    ],
)
def test_stricter(decided: Manifest, claimed: Manifest, stricter: bool) -> None:
    assert is_stricter(decided, claimed) is stricter
