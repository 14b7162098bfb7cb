"""Settings of the two processes: read once, from one TOML file each, and never asked for in the depths.

A relative path is relative to the file. Secrets are paths of files, never values. Unknown keys and wrong types are
refused with all their names at once, so that a typing error never becomes a default.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator


class SettingsError(Exception):
    """The settings file cannot be used; the message names every mistake and what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _absolute(cls, value: Any, info: ValidationInfo) -> Any:
        base: Path | None = (info.context or {}).get("base")
        if base is None:
            return value
        if isinstance(value, list):
            return [base / item if isinstance(item, Path) else item for item in value]
        return base / value if isinstance(value, Path) else value


S = TypeVar("S", bound="_Section")


class Listen(_Section):
    """Where a process listens with TLS, and whose client certificates it admits."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)]
    certificate: Path
    key: Path
    client_authority: Path


class Nats(_Section):
    """The connection to NATS: the nkey seed is the identity, TLS only admission."""

    servers: list[str]
    credentials: Path
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class Policy(_Section):
    """The decision point beside the hub, and the folder from which the hub serves its bundle (loopback only)."""

    opa_host: str = "127.0.0.1"
    opa_port: int
    bundle_port: int
    folder: Path
    bundle_key: Path
    activators: list[Path]


class Overseer(_Section):
    """A client that may read evidence and nothing else; its OIN is that of its client certificate."""

    client_id: str
    oin: str
    key: Path  # public key of its assertions, PEM, P-256


class Simulation(_Section):
    """This installation is a simulation, with invented agencies only; `clock` is the file of its clock."""

    clock: Path


class Mailboxes(_Section):
    """How many copies may wait for one agency whose node does not fetch them; U0 has a reserve of its own."""

    ordinary: Annotated[int, Field(ge=10)] = 2000
    urgent: Annotated[int, Field(ge=10)] = 200


class AlarmWebhook(_Section):
    """The shared key that signs alarms to alarm servers (a file of at least 32 bytes), and whose certificates they
    have; without `authority` those that the machine trusts."""

    key: Path
    authority: Path | None = None


class AlarmMail(_Section):
    """The mail server for alarms: TLS from the first byte or STARTTLS, never without. `password` is a file."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["tls", "starttls"] = "tls"
    sender: str
    user: str | None = None
    password: Path | None = None
    authority: Path | None = None


class Alarms(_Section):
    """How people are called about alarms. `domains` are those in which the agencies' duty addresses may be;
    `address_key` is a file of 32 bytes outside the database; `call_number` stands in every alarm."""

    call_number: str
    address_key: Path
    domains: list[str]
    webhook: AlarmWebhook | None = None
    mail: AlarmMail | None = None


class HubSettings(_Section):
    """Everything that a hub needs to start."""

    data_dir: Path
    database_url: str
    registry: Path
    trust_anchor: Path
    signing_key: Path
    token_keys: list[Path]
    log_key: Path
    case_keys_dir: Path
    documents_dir: Path | None = None  # else the folder `documenten` beside that of the case keys
    public_url: str
    relay: bool = True  # on SQLite the relay runs inside the hub, since one process owns the file
    traces: Path | None = None
    overseers: list[Overseer] = []
    mailboxes: Mailboxes = Mailboxes()
    simulation: Simulation | None = None
    alarmering: Alarms | None = None  # without: every alarm comes on the call list at once
    listen: Listen
    nats: Nats
    policy: Policy


class NodeSettings(_Section):
    """Everything that the node of one agency needs to start."""

    oin: str
    data_dir: Path
    registry: Path
    trust_anchor: Path
    signing_key: Path
    opening_keys: list[Path]
    hub_url: str
    public_url: str
    identity_provider_keys: Path  # JWKS of the agency's own identity provider
    identity_provider_issuer: str
    rihg_instruments: list[
        Path
    ] = []  # the signals of each version of the RiHG, JSON; they belong to the instrument
    agency_system_url: str | None = None  # where what arrives is handed over
    simulation: Simulation | None = None
    traces: Path | None = None
    listen: Listen
    nats: Nats


def load_hub(path: Path) -> HubSettings:
    """The settings of a hub. Raises SettingsError."""
    return _load(HubSettings, path)


def load_node(path: Path) -> NodeSettings:
    """The settings of a node. Raises SettingsError."""
    return _load(NodeSettings, path)


def _load(kind: type[S], path: Path) -> S:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return kind.model_validate(values, context={"base": path.resolve().parent})
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: no valid TOML: {error}") from error
    except ValidationError as error:
        rows = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise SettingsError(f"{path}:\n  " + "\n  ".join(rows)) from error
