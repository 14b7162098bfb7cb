"""Who is called about an alarm: its owner, and after that everybody whom the table tells beside the owner."""

import json
from collections.abc import Mapping

import pytest

from gateway.domain.catalogue import catalogue
from gateway.domain.clock import rfc3339
from gateway.domain.deadlines.model import StepRule
from gateway.domain.deadlines.table import clock_deadlines, rules_of
from gateway.domain.identifiers import AgencyKind, RoleId
from gateway.hub.alarms.file import concerns, owners_of, roster_of
from gateway.hub.storage.calling import AlarmFile
from gateway.hub.storage.clock_rows import AlarmRow
from gateway.hub.storage.duty_rows import DutyAddressRow
from gateway.hub.storage.rows import AssignmentRow, CaseRow, DutyRow
from tests.alarms.duty import call_list, caller, line, person, raise_alarm, reachable, roster, rounds
from tests.hub.asking import assign
from tests.hub.makers import DWELLING, ELDERS, GEM, NOW, OM, POL, VT, RunningHub, World, open_case

CASE = "3f2a91c0-1111-4111-8111-0123456789ab"
COURT = "00000099000000009000"


STEPS = [
    pytest.param(deadline.id, step, id=f"{deadline.id}-{step.name}")
    for deadline, rules in clock_deadlines()
    for step in rules.steps
    if step.also
]


def agencies_of(world: World, role: RoleId) -> set[str]:
    """The agencies of the registry that have the role and are competent for the dwelling; else a court that is not in
    it, which counts when it is on the case."""
    kinds = catalogue().roles[role].agencies
    found = {
        oin
        for oin, agency in world.registry.participants.items()
        if AgencyKind(agency.kind) in kinds and agency.is_competent(DWELLING, NOW)
    }
    return found or {COURT}


def on_duty(world: World) -> tuple[tuple[DutyRow, ...], tuple[DutyAddressRow, ...]]:
    """Somebody on duty, with an address, in every role, a burgemeester elsewhere too."""
    duties, addresses = [], []
    for role in catalogue().roles:
        for oin in agencies_of(world, role) | ({ELDERS} if role == "burgemeester" else set()):
            begin, end = "2026-02-28T20:00:00.000Z", "2026-03-01T20:00:00.000Z"
            duty = DutyRow(
                duty_id=f"{oin}-{role}", oin=oin, role=role, staff="m-1", starts_at=begin, ends_at=end
            )
            address = DutyAddressRow(
                address_id=f"a-{oin}-{role}",
                oin=oin,
                role=role,
                rank=0,
                position=0,
                channel="mail",
                sealed=b"",
                registered_at=begin,
            )
            duties.append(duty)
            addresses.append(address)
    return tuple(duties), tuple(addresses)


def file_of(
    world: World, deadline: str, step: str, *, owner: Mapping[str, object], on_case: list[tuple[str, str]]
) -> AlarmFile:
    duties, addresses = on_duty(world)
    return AlarmFile(
        alarm=AlarmRow(
            alarm_id="alarm",
            case_id=CASE,
            clock_id=deadline,
            deadline=deadline,
            step=step,
            round=0,
            urgency="U0",
            due_at=None,
            owner=json.dumps(owner),
            raised_at=rfc3339(NOW),
            settled_at=None,
            settled_by=None,
        ),
        case=CaseRow(
            case_id=CASE,
            municipality=DWELLING,
            state="opgelegd",
            before_suspension=None,
            since=rfc3339(NOW),
            opened_at=rfc3339(NOW),
            opened_by=VT,
            opened_role="vt_procescoordinator",
        ),
        assignments=tuple(
            AssignmentRow(
                assignment_id=f"{oin}-{role}",
                case_id=CASE,
                oin=oin,
                role=role,
                staff="m-1",
                side="neutraal",
                basis="",
                made_at=rfc3339(NOW),
                ended_at=None,
            )
            for oin, role in on_case
        ),
        duties=duties,
        addresses=addresses,
        calls=(),
        calling=None,
    )


@pytest.mark.parametrize(("deadline", "step"), STEPS)
@pytest.mark.parametrize("owned", ["by whoever is on the case", "by a named agency"])
def test_every_role_told_beside_is_called_after_the_owner(
    world: World, deadline: str, step: StepRule, owned: str
) -> None:
    """The owner is on the case, as he is once he took the message on; the others are of other agencies."""
    roles = rules_of(deadline).owner.roles
    oin = min(agencies_of(world, roles[0]))
    named = owned == "by a named agency"
    owner = {"oin": oin if named else None, "roles": list(roles), "also": list(step.also)}
    file = file_of(world, deadline, step.name, owner=owner, on_case=[(oin, roles[0])])
    called = [(line.oin, line.role) for line in roster_of(file, world.registry, NOW)]
    owning = [(oin, role) for role in roles if (oin, role) in called]
    beside = {(agency, role) for role in step.also for agency in agencies_of(world, role)}
    assert owning
    assert COURT not in {agency for agency, _ in beside}
    assert called[: len(owning)] == owning
    assert set(called[len(owning) :]) == beside - set(owning)
    assert all(concerns(file, world.registry, NOW, oin=agency, role=role) for agency, role in beside)
    assert ELDERS not in {agency for agency, _ in called}


def test_a_role_told_beside_that_is_on_the_case_is_that_agency_alone(world: World) -> None:
    """Two agencies have the role; who works on the case is told, and the other one does not learn of it."""
    owner = {"oin": None, "roles": ["politie_hovj"], "also": ["gemeente_jurist"]}
    on_case = [(POL, "politie_hovj"), (ELDERS, "gemeente_jurist")]
    file = file_of(world, "D04", "einde", owner=owner, on_case=on_case)
    assert concerns(file, world.registry, NOW, oin=ELDERS, role="gemeente_jurist")
    assert not concerns(file, world.registry, NOW, oin=GEM, role="gemeente_jurist")


def test_an_agency_named_without_roles_is_called_before_those_told_beside(world: World) -> None:
    """D29 with informeren_door: everybody on duty at that agency, then OM and Veilig Thuis."""
    owner = {"oin": GEM, "roles": [], "also": ["om_ovj_zsm", "vt_medewerker"]}
    file = file_of(world, "D29", "einde", owner=owner, on_case=[(GEM, "burgemeester")])
    called = [(line.oin, line.role) for line in roster_of(file, world.registry, NOW)]
    assert called[-2:] == [(OM, "om_ovj_zsm"), (VT, "vt_medewerker")]
    assert {oin for oin, _ in called[:-2]} == {GEM}
    assert len(owners_of(file.alarm).all_roles) == len(set(owners_of(file.alarm).all_roles))


async def test_the_police_are_called_about_the_end_of_a_ban_that_the_burgemeester_has(
    hub: RunningHub,
) -> None:
    """Through the hub: the burgemeester is on the case, and the HOvJ is called and has it on his list."""
    known = reachable(hub)
    case = await open_case(known)
    mayor, officer = person(known, "bgm-1", "burgemeester", GEM), person(known)
    assert (await assign(mayor, case.case_id)).answer.status == 200
    assert (await roster(officer, line(1, officer.staff))).answer.status == 200
    alarm_id = await raise_alarm(
        known, case_id=case.case_id, owner=None, roles=["burgemeester"], also=["politie_hovj"]
    )
    await rounds(caller(known), 4)
    for told in (mayor, officer):
        assert [entry["alarmId"] for entry in await call_list(told)] == [alarm_id]
    [listed] = await call_list(officer)
    assert [made["medewerker"] for made in listed["gebeld"]] == [officer.staff]
    assert await call_list(person(known, "bgm-9", "burgemeester", ELDERS)) == []
