"""The rows of the registers that decisions rest on."""

from dataclasses import dataclass

from gateway.hub.storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateRow(Row):
    """A mandate of the burgemeester of a municipality, held by one person of an agency in a role.

    `kind` is beslissing or ondertekening (Wth 3(1), Awb 10:3, 10:9); `jws` is what the giver's node signed."""

    mandate_id: str
    oin: str
    role: str
    staff: str
    kind: str
    starts_at: str
    ends_at: str
    municipality: str | None
    given_by: str | None
    given_staff: str | None
    registered_at: str | None
    jws: str | None
    revoked_at: str | None
    revoked_staff: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow(Row):
    """An agreement or consent in a case, stated by one person of an agency and signed by its node.

    About a disclosure: `to_oin`, `to_role`, `category` and `purposes` (separated by spaces); about a decision:
    `decision`; about a commission: `to_oin`."""

    statement_id: str
    case_id: str
    kind: str
    oin: str
    role: str
    staff: str
    to_oin: str | None
    to_role: str | None
    category: str | None
    purposes: str
    decision: str | None
    starts_at: str
    ends_at: str
    registered_at: str
    jws: str
    revoked_at: str | None
    revoked_staff: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotRow(Row):
    """What a region's pilot is in one municipality. `flags` is JSON: those that differ from the law and practice of
    now. With `simulation` it is one, and is shown as one everywhere."""

    pilot_id: str
    municipality: str
    region: str
    flags: str
    simulation: bool
    oin: str
    staff: str
    starts_at: str
    ends_at: str
    registered_at: str
    revoked_at: str | None
    revoked_staff: str | None
