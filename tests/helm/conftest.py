"""The chart rendered once for all its tests."""

from pathlib import Path

import pytest

from tests.helm.rendering import Manifest, manifests

TWO_NODES = Path(__file__).with_name("two_nodes.yaml")


@pytest.fixture(scope="session")
def default_render() -> list[Manifest]:
    return manifests()


@pytest.fixture(scope="session")
def two_nodes() -> list[Manifest]:
    """The chart with two hosted agencies."""
    return manifests("--values", str(TWO_NODES))
