"""Overseers: clients that read evidence and nothing else, named by the settings of the hub."""

from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from gateway.hub.identity import Scope, overseer_client
from gateway.settings import Overseer

KEY = ECKey.generate_key("P-256", private=True)
OIN = "00000099000000099000"


def test_an_overseer_has_the_scope_of_oversight_and_no_other() -> None:
    client = overseer_client("toezicht-voorbeeld", OIN, KEY.as_pem(private=False))
    assert (client.oin, client.scopes, client.roles) == (OIN, frozenset({Scope.OVERSIGHT}), frozenset())
    assert client.algorithm == "ES256"


def test_a_private_key_in_the_settings_is_refused() -> None:
    with pytest.raises(ValueError, match="private"):
        overseer_client("toezicht-voorbeeld", OIN, KEY.as_pem(private=True))


def test_the_key_of_an_overseer_is_read_beside_the_settings_file(tmp_path: Path) -> None:
    section = {"client_id": "toezicht-voorbeeld", "oin": OIN, "key": "toezicht.pem"}
    assert Overseer.model_validate(section, context={"base": tmp_path}).key == tmp_path / "toezicht.pem"
