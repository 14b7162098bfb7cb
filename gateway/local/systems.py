"""The pretend agencies behind the six nodes: one process, one port and one folder for each."""

from adapters.simulator.agency import PretendAgency, identity_provider
from adapters.simulator.serving import serve
from gateway.domain.identifiers import parse_oin
from gateway.local.world import NODES, Ports, World


def pretend_agencies(world: World, ports: Ports) -> list[PretendAgency]:
    """Their settings. Tokens are addressed to the node of the agency (audience `<oin>-node`)."""
    return [
        PretendAgency(
            oin=parse_oin(agency.oin),
            name=agency.name,
            folder=world.system_dir(agency.oin),
            certificate=world.exchange.agency(agency.oin).tls_certificate,
            private_key=world.exchange.agency(agency.oin).tls_key,
            authority=world.exchange.trust_anchor,
            port=ports.systems[agency.oin],
            pager_key=world.pager_key if world.pager_key.exists() else None,
            issuer=f"https://localhost:{ports.systems[agency.oin]}",
        )
        for agency in NODES
    ]


def publish_identity_keys(world: World, ports: Ports) -> None:
    """Writes the `jwks.json` of each identity provider, which its node reads at the start."""
    for agency in pretend_agencies(world, ports):
        identity_provider(agency)


def run_systems(world: World, ports: Ports) -> None:
    """Serves until the process is asked to stop."""
    serve(pretend_agencies(world, ports))
