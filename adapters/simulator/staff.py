"""The invented people of the pretend agencies, from staff.json: who exists at which agency, in which roles."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.domain.catalogue import catalogue
from gateway.domain.identifiers import AgencyKind, Oin, RoleId, StaffRef, parse_oin, parse_staff_ref

STAFF_FILE = Path(__file__).with_name("staff.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """An invented person; `reference` is the `sub` of the tokens and never a name."""

    reference: StaffRef
    name: str
    roles: tuple[RoleId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of one pretend agency, by reference, in the order of the file."""

    kind: AgencyKind
    people: Mapping[StaffRef, Employee]


class StaffError(Exception):
    """The staff file cannot be used: a double agency or person, or a role that its agency cannot have."""


def load_staff(path: Path = STAFF_FILE) -> Mapping[Oin, Staff]:
    """The staff by OIN. Raises: StaffError, InvalidValue."""
    entries = json.loads(path.read_text(encoding="utf-8"))["organisaties"]
    found = {parse_oin(entry["oin"]): _staff(entry) for entry in entries}
    if len(found) != len(entries):
        raise StaffError("an agency occurs twice")
    return found


def _staff(entry: Mapping[str, Any]) -> Staff:
    kind = AgencyKind(entry["soort"])
    employees = [_employee(each, kind) for each in entry["medewerkers"]]
    people = {employee.reference: employee for employee in employees}
    if len(people) != len(employees):
        raise StaffError(f"an employee of {entry['oin']} occurs twice")
    return Staff(kind=kind, people=people)


def _employee(entry: Mapping[str, Any], kind: AgencyKind) -> Employee:
    roles = tuple(RoleId(role) for role in entry["rollen"])
    known = catalogue().roles
    wrong = [role for role in roles if role not in known or kind not in known[role].agencies]
    if wrong or not roles:
        raise StaffError(
            f"{entry['medewerker']}: an agency of kind {kind} has no role {wrong or '(none given)'}"
        )
    return Employee(reference=parse_staff_ref(entry["medewerker"]), name=entry["naam"], roles=roles)
