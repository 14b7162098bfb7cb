"""Which adapter serves which kind of agency. Says nothing about addresses: those are settings of the node.

An agency with a system of another make registers a factory of its own for its kind, in a registry of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from adapters.contract import AgencyAdapter, Delivery, OwnMailbox
from adapters.gemeente import mapping as gemeente
from adapters.http_system import HttpSystem, SystemAddress
from adapters.lines import Line
from adapters.om import mapping as om
from adapters.politie import mapping as politie
from adapters.reclassering import mapping as reclassering
from adapters.rvdk import mapping as rvdk
from adapters.veilig_thuis import mapping as veilig_thuis
from gateway.domain.catalogue import catalogue
from gateway.domain.identifiers import AgencyKind

AdapterFactory = Callable[[SystemAddress], AgencyAdapter]

MAPPINGS: Mapping[AgencyKind, Callable[[Delivery], Sequence[Line]]] = {
    AgencyKind("gemeente"): gemeente.lines,
    AgencyKind("om"): om.lines,
    AgencyKind("politie"): politie.lines,
    AgencyKind("reclassering"): reclassering.lines,
    AgencyKind("rvdk"): rvdk.lines,
    AgencyKind("veilig_thuis"): veilig_thuis.lines,
}


class RegistrationError(Exception):
    """An adapter is registered twice or for an unknown kind, or asked for and not registered. Nothing starts."""


class AdapterRegistry:
    """Adapters by kind of agency; each kind has at most one."""

    def __init__(self) -> None:
        self._factories: dict[AgencyKind, AdapterFactory] = {}

    @property
    def kinds(self) -> tuple[AgencyKind, ...]:
        """The registered kinds, ordered by name."""
        return tuple(sorted(self._factories))

    def register(self, kind: AgencyKind, factory: AdapterFactory) -> None:
        """Raises: RegistrationError for a kind that is taken, or that is not in the catalogue."""
        if kind not in catalogue().agencies:
            raise RegistrationError(f"{kind} is no kind of agency in the catalogue")
        if kind in self._factories:
            raise RegistrationError(f"{kind} has an adapter already")
        self._factories[kind] = factory

    def adapter(self, kind: AgencyKind, address: SystemAddress | None) -> AgencyAdapter:
        """The adapter of a node; without an address its own mailbox is where people look.

        Raises: RegistrationError for an agency that has a system and no registered adapter.
        """
        if address is None:
            return OwnMailbox()
        if kind not in self._factories:
            raise RegistrationError(
                f"no adapter is registered for {kind}; registered: {', '.join(self.kinds)}"
            )
        return self._factories[kind](address)


def standard_registry() -> AdapterRegistry:
    """The adapters of this project: every kind over HTTPS, with the mapping of its own folder."""
    registry = AdapterRegistry()
    for kind, lines in MAPPINGS.items():
        registry.register(kind, partial(HttpSystem, lines=lines))
    return registry
