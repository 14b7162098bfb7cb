"""The hub of the hub's tests, for tests that call people."""

from tests.hub.conftest import each_hub, exchange, hub, opa, world

__all__ = ["each_hub", "exchange", "hub", "opa", "world"]
