"""What every use case works with, put together once by `gateway.hub.assembly`."""

from dataclasses import dataclass, field

from gateway.domain.deadlines import installed_tz_version
from gateway.hub.alarms.addresses import AddressSeal
from gateway.hub.ports import Clock, CurrentRegistry, PolicyDecider
from gateway.hub.storage.case_keys import CaseKeys
from gateway.hub.storage.log_reading import LogSigner
from gateway.hub.storage.reader import Reader
from gateway.hub.storage.writer import Writer
from gateway.hub.usecases.quota import DEFAULT_QUOTA, Quota
from gateway.protocol.keys import SigningKey
from gateway.protocol.registry import Participant, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The hub's memory, its judge, its keys and its clock. Holds no key that opens a copy. With `simulation` this
    installation is one: only then may a pilot go beyond the law of now. Without `addresses` no duty address is
    taken."""

    registry: CurrentRegistry
    decider: PolicyDecider
    reader: Reader
    writer: Writer
    case_keys: CaseKeys
    signing_key: SigningKey
    log_signer: LogSigner
    clock: Clock
    simulation: bool = False
    addresses: AddressSeal | None = None
    quota: Quota = DEFAULT_QUOTA
    tz_version: str = field(default_factory=installed_tz_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: the agency that its connection proves, and the trace id of the request."""

    oin: str
    trace_id: str

    def participant(self, registry: Registry) -> Participant:
        """The asking agency. Raises InvalidInput when the registry has it no more."""
        return registry.participant(self.oin)
