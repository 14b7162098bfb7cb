"""What happened to a case as a whole, as rows."""

from dataclasses import dataclass

from gateway.hub.storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLinkRow(Row):
    """One case points to another: `herhaald_huisverbod` to the earlier one, `samengevoegd` to the one that goes on."""

    link_id: str
    case_id: str
    other_id: str
    kind: str
    made_at: str
    oin: str
    role: str
    staff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTransferRow(Row):
    """The dwelling of a case is in `to_municipality` from `made_at` on, and was in `from_municipality` before."""

    transfer_id: str
    case_id: str
    from_municipality: str
    to_municipality: str
    made_at: str
    oin: str
    role: str
    staff: str
