"""Revisions go into use by two people and never back: the folder, and the hub that watches over OPA."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from gateway.hub.policy.activation import APPROVAL_HOLDS, ActivationError, PolicyFolder, build_into
from gateway.hub.policy.bundle import PILOT_FILE, Bundle, BundleError, build_bundle
from gateway.hub.policy.bundle_service import serve_bundles
from gateway.hub.policy.client import DecisionPoint
from gateway.hub.policy.refusals import DecisionUnavailable
from gateway.hub.policy.revision import Revision
from gateway.hub.policy.server import opa_beside_hub, write_opa_config
from gateway.hub.policy.signing import PolicyKey
from tests.policies.policy_makers import NOW, new_key, public, reading_question
from tests.policies.test_bundle import POLICIES, said_revision
from tests.servers import READY_WITHIN_S, Server, answers_http, free_port, program, wait_until

PATIENT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A policy folder with the private keys of the builder and of three people who may activate."""

    folder: PolicyFolder
    builder: PolicyKey
    people: tuple[PolicyKey, PolicyKey, PolicyKey]

    def build(self, number: int) -> Revision:
        place = self.folder.path / "bundels"
        place.mkdir(exist_ok=True)
        bundle = build_bundle(POLICIES, place / "nieuw", key=self.builder, number=number)
        (place / "nieuw").replace(self.folder.built(bundle.revision))
        return bundle.revision

    def activate(self, revision: Revision, *people: int) -> None:
        self.folder.activate(revision, keys=[self.people[each] for each in people], now=NOW)

    def active(self, number: int) -> Revision:
        revision = self.build(number)
        self.activate(revision, 0, 1)
        return revision


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    builder, people = new_key(), (new_key(), new_key(), new_key())
    folder = PolicyFolder(
        path=tmp_path, bundle_key=public(builder), activators=[public(each) for each in people]
    )
    return Desk(folder=folder, builder=builder, people=people)


def test_two_people_put_a_revision_into_use(desk: Desk) -> None:
    revision = desk.build(1)
    desk.activate(revision, 0, 2)
    assert desk.folder.current() == revision


@pytest.mark.parametrize("people", [(), (0,), (1, 1)], ids=["nobody", "one", "one_person_twice"])
def test_fewer_than_two_people_cannot(desk: Desk, people: tuple[int, ...]) -> None:
    revision = desk.build(1)
    with pytest.raises(ActivationError, match="two different activators"):
        desk.activate(revision, *people)
    with pytest.raises(ActivationError, match="no revision was activated"):
        desk.folder.current()


def test_the_builder_does_not_count_as_an_activator(desk: Desk) -> None:
    revision = desk.build(1)
    with pytest.raises(ActivationError, match="two different activators"):
        desk.folder.activate(revision, keys=[desk.people[0], desk.builder], now=NOW)


def test_two_people_on_two_machines(desk: Desk) -> None:
    """The second signs the record that the first approved; no private key travels."""
    revision = desk.build(1)
    approval = desk.folder.approve(revision, key=desk.people[0], now=NOW)
    later = NOW + APPROVAL_HOLDS
    desk.folder.activate(revision, keys=[desk.people[1]], now=later, approval=approval)
    assert desk.folder.current() == revision


@pytest.mark.parametrize("second", [0, None], ids=["the_same_person", "the_builder"])
def test_an_approval_and_one_person_are_not_two(desk: Desk, second: int | None) -> None:
    revision = desk.build(1)
    approval = desk.folder.approve(revision, key=desk.people[0], now=NOW)
    key = desk.builder if second is None else desk.people[second]
    with pytest.raises(ActivationError, match="two different activators"):
        desk.folder.activate(revision, keys=[key], now=NOW, approval=approval)
    with pytest.raises(ActivationError, match="none of an activator"):
        desk.folder.approve(revision, key=desk.builder, now=NOW)


def test_an_approval_of_something_else_is_refused(desk: Desk) -> None:
    first, second = desk.build(1), desk.build(2)
    approval = desk.folder.approve(first, key=desk.people[0], now=NOW)
    forged = approval.replace(str(first), str(second))
    for text in (approval, forged):
        with pytest.raises(ActivationError, match="another revision or bundle"):
            desk.folder.activate(second, keys=[desk.people[1]], now=NOW, approval=text)
    for text in ("", "{}", approval.replace("versie", "vorm")):
        with pytest.raises(ActivationError):
            desk.folder.activate(first, keys=[desk.people[1]], now=NOW, approval=text)
    with pytest.raises(ActivationError, match="no revision was activated"):
        desk.folder.current()


def test_replay_of_an_approval_after_another_activation_is_refused(desk: Desk) -> None:
    desk.active(1)
    second, third = desk.build(2), desk.build(3)
    approval = desk.folder.approve(third, key=desk.people[0], now=NOW)
    desk.activate(second, 1, 2)
    with pytest.raises(ActivationError, match="another one came in between"):
        desk.folder.activate(third, keys=[desk.people[1]], now=NOW, approval=approval)


@pytest.mark.parametrize("seconds", [-1, APPROVAL_HOLDS.total_seconds() + 1])
def test_an_approval_of_another_day_is_refused(desk: Desk, seconds: float) -> None:
    revision = desk.build(1)
    approval = desk.folder.approve(revision, key=desk.people[0], now=NOW)
    with pytest.raises(ActivationError, match="older than a day"):
        desk.folder.activate(
            revision, keys=[desk.people[1]], now=NOW + timedelta(seconds=seconds), approval=approval
        )


def test_rollback_to_an_older_signed_revision_is_refused(desk: Desk) -> None:
    older, newer = desk.active(1), desk.active(2)
    with pytest.raises(ActivationError, match="not newer"):
        desk.activate(older, 0, 1)
    assert desk.folder.current() == newer


def test_rollback_by_cutting_the_record_is_noticed_by_who_knows_better(desk: Desk) -> None:
    older, newer = desk.active(1), desk.active(2)
    first, _ = desk.folder.log.read_text("utf-8").splitlines()
    desk.folder.log.write_text(first + "\n", "utf-8")
    assert desk.folder.current() == older
    with pytest.raises(ActivationError, match="only go up"):
        desk.folder.current(newer)


def test_another_bundle_under_the_same_number_is_refused(desk: Desk) -> None:
    revision = desk.active(1)
    with pytest.raises(ActivationError, match="only go up"):
        desk.folder.current(Revision(revision.number, "0" * 12))


def test_a_record_taken_out_of_the_middle_is_noticed(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.active(number)
    first, _, third = desk.folder.log.read_text("utf-8").splitlines()
    desk.folder.log.write_text(f"{first}\n{third}\n", "utf-8")
    with pytest.raises(ActivationError, match="gap"):
        desk.folder.current()


def change_record(line: str) -> str:
    read = json.loads(line)
    read["record"]["geactiveerd_op"] = "2020-01-01T00:00:00.000Z"
    return json.dumps(read)


def repeat_signature(line: str) -> str:
    read = json.loads(line)
    read["handtekeningen"] = [read["handtekeningen"][0]] * 2
    return json.dumps(read)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (change_record, "two different activators"),
        (repeat_signature, "two different activators"),
        (lambda _: "{", "cannot be read"),
        (lambda _: '{"record": {}, "handtekeningen": []}', "cannot be read"),
    ],
    ids=["record_changed", "one_signature_twice", "not_json", "empty"],
)
def test_a_damaged_record_is_refused(desk: Desk, damage: Callable[[str], str], said: str) -> None:
    desk.active(1)
    desk.folder.log.write_text(damage(desk.folder.log.read_text("utf-8").strip()) + "\n", "utf-8")
    with pytest.raises(ActivationError, match=said):
        desk.folder.current()


def test_a_bundle_changed_after_activation_is_refused(desk: Desk) -> None:
    revision = desk.active(1)
    path = desk.folder.built(revision)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ActivationError):
        desk.folder.current()


def test_a_folder_without_its_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ActivationError, match="sleutels"):
        PolicyFolder.at(tmp_path)


def test_a_bundle_under_the_name_of_another_revision_is_refused(desk: Desk) -> None:
    first, second = desk.build(1), desk.build(2)
    shutil.copy(desk.folder.built(first), desk.folder.built(second))
    with pytest.raises(ActivationError, match=f"holds {first}"):
        desk.activate(second, 0, 1)
    with pytest.raises(ActivationError, match="cannot be read"):
        desk.activate(Revision(3, "0" * 12), 0, 1)


def test_one_number_is_never_built_twice_with_other_content(desk: Desk, tmp_path: Path) -> None:
    build_into(desk.folder.path, POLICIES, key=desk.builder, number=1)
    changed = tmp_path / "anders"
    shutil.copytree(POLICIES, changed)
    (changed / "authz" / "extra.rego").write_text("package schakel.extra\n\nx := 1\n", "utf-8")
    with pytest.raises(BundleError, match="built before"):
        build_into(desk.folder.path, changed, key=desk.builder, number=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """OPA beside a hub: what serves its bundle can be swapped by an attacker, port and door stay."""

    desk: Desk
    opa_port: int
    bundle_port: int
    point: DecisionPoint
    services: AsyncExitStack

    async def serve(self, folder: PolicyFolder) -> None:
        await self.services.aclose()
        await self.services.enter_async_context(serve_bundles(folder, port=self.bundle_port))

    async def until_opa_has(self, revision: Revision | str) -> None:
        await asyncio.to_thread(
            wait_until, lambda: said_revision(self.opa_port) == str(revision), f"OPA on {revision}"
        )

    async def ask(self) -> str:
        return (await self.point.decide_reading(reading_question("woonadres"))).revision


@pytest.fixture
async def running(desk: Desk, tmp_path: Path) -> AsyncIterator[Running]:
    """OPA and the hub's door to it, both on the first revision."""
    first = desk.active(1)
    bundle_port, opa_port = free_port(), free_port()
    write_opa_config(tmp_path / "opa.json", bundle_port=bundle_port, key=desk.folder.bundle_key)
    server = Server(
        command=opa_beside_hub(program("opa"), config=tmp_path / "opa.json", port=opa_port),
        log=tmp_path / "opa.log",
        is_ready=lambda _: answers_http(f"http://127.0.0.1:{opa_port}/health"),
    )
    async with (
        AsyncExitStack() as services,
        DecisionPoint(
            host="127.0.0.1",
            port=opa_port,
            revision=first,
            activated=desk.folder.current,
            timeout_s=PATIENT_S,
        ) as point,
    ):
        exchange = Running(
            desk=desk, opa_port=opa_port, bundle_port=bundle_port, point=point, services=services
        )
        await exchange.serve(desk.folder)
        await asyncio.to_thread(server.start)
        try:
            yield exchange
        finally:
            await asyncio.to_thread(server.stop)


def stolen(running: Running, place: Path, *revisions: Revision) -> PolicyFolder:
    """A folder with real bundles that two people of the attacker's own activated, one after another."""
    people = [new_key(), new_key()]
    folder = PolicyFolder(path=place, bundle_key=running.desk.folder.bundle_key, activators=people)
    (place / "bundels").mkdir(parents=True)
    for revision in revisions:
        shutil.copy(running.desk.folder.built(revision), folder.built(revision))
        folder.activate(revision, keys=people, now=NOW)
    return folder


@pytest.mark.real
async def test_a_new_revision_goes_into_use_without_one_refused_question(running: Running) -> None:
    newer = running.desk.build(2)
    revisions: list[str] = []

    async def keep_asking() -> None:
        while not revisions or revisions[-1] != str(newer):
            revisions.append(await running.ask())

    async with asyncio.timeout(READY_WITHIN_S), asyncio.TaskGroup() as group:
        group.create_task(keep_asking())
        await asyncio.sleep(0)
        group.create_task(asyncio.to_thread(running.desk.activate, newer, 0, 1))
    assert running.point.revision == str(newer)
    assert revisions == sorted(revisions), "a revision came back"


@pytest.mark.real
async def test_rollback_of_what_opa_is_given_is_refused(running: Running, tmp_path: Path) -> None:
    """OPA silently takes an older bundle that was once signed; the hub must not."""
    older, newer = Revision.parse(running.point.revision), running.desk.active(2)
    await running.until_opa_has(newer)
    assert await running.ask() == str(newer)
    await running.serve(stolen(running, tmp_path / "stolen", older))
    await running.until_opa_has(older)
    with pytest.raises(DecisionUnavailable, match="beslispunt-verkeerde-revisie"):
        await running.ask()


@pytest.mark.real
async def test_a_bundle_that_our_people_did_not_activate_is_not_decided_with(
    running: Running, tmp_path: Path
) -> None:
    current, sneaked = running.point.revision, running.desk.build(2)
    await running.serve(stolen(running, tmp_path / "stolen", sneaked))
    await running.until_opa_has(sneaked)
    with pytest.raises(DecisionUnavailable, match="beslispunt-verkeerde-revisie"):
        await running.ask()
    assert running.point.revision == current


@pytest.mark.real
async def test_opa_keeps_what_it_has_when_a_forger_serves_another(running: Running, tmp_path: Path) -> None:
    forger, people = new_key(), [new_key(), new_key()]
    folder = PolicyFolder(path=tmp_path / "forged", bundle_key=forger, activators=people)
    (folder.path / "bundels").mkdir(parents=True)
    bundle = build_bundle(POLICIES, folder.path / "nieuw", key=forger, number=2)
    (folder.path / "nieuw").replace(folder.built(bundle.revision))
    folder.activate(bundle.revision, keys=people, now=NOW)
    await running.serve(folder)
    log = tmp_path / "opa.log"
    await asyncio.to_thread(wait_until, lambda: "verif" in log.read_text("utf-8"), "refusal by OPA")
    assert await running.ask() == running.point.revision


@pytest.mark.real
async def test_an_opa_frozen_on_an_older_revision_is_refused_after_the_second_look(
    running: Running, tmp_path: Path
) -> None:
    older = Revision.parse(running.point.revision)
    await running.serve(stolen(running, tmp_path / "stolen", older))
    running.desk.active(2)
    await running.point.refresh()
    assert await running.ask() == str(older)
    await running.point.refresh()
    with pytest.raises(DecisionUnavailable, match="beslispunt-verkeerde-revisie"):
        await running.ask()


@pytest.mark.real
async def test_refresh_changes_nothing_when_nothing_was_activated(running: Running) -> None:
    before = running.point.revision
    await running.point.refresh()
    await running.point.refresh()
    assert await running.ask() == running.point.revision == before


async def test_the_service_gives_the_bundle_and_nothing_else(desk: Desk) -> None:
    revision = desk.active(1)
    async with serve_bundles(desk.folder) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}"
        async with session.get(url + "/bundel") as answer:
            assert await answer.read() == desk.folder.built(revision).read_bytes()
            tag = answer.headers["ETag"]
        async with session.get(url + "/bundel", headers={"If-None-Match": tag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        newer = desk.active(2)
        async with session.get(url + "/bundel", headers={"If-None-Match": tag}) as answer:
            assert await answer.read() == desk.folder.built(newer).read_bytes()
        for path in ("/", "/activaties.jsonl", "/bundel/../activaties.jsonl"):
            async with session.get(url + path) as answer:
                assert answer.status == 404, path


async def test_the_service_never_serves_an_older_revision_again(desk: Desk) -> None:
    desk.active(1)
    first = desk.folder.log.read_text("utf-8")
    desk.active(2)
    async with serve_bundles(desk.folder) as port, aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/bundel") as answer:
            assert answer.status == 200
        desk.folder.log.write_text(first, "utf-8")
        async with session.get(f"http://127.0.0.1:{port}/bundel") as answer:
            assert answer.status == 503


@pytest.mark.parametrize("simulation", [False, True])
def test_attack_rules_of_a_simulation_count_in_a_simulation_only_and_no_others_do_there(
    desk: Desk, *, simulation: bool
) -> None:
    """Two people may be deceived into activating them; a hub that is none still does not decide by them."""
    place = desk.folder.path / "bundels"
    place.mkdir()
    bundle = build_bundle(POLICIES, place / "nieuw", key=desk.builder, number=1, simulation=simulation)
    (place / "nieuw").replace(desk.folder.built(bundle.revision))
    desk.activate(bundle.revision, 0, 1)
    assert bundle.is_for_simulation is simulation
    assert replace(desk.folder, simulation=simulation).current() == bundle.revision
    with pytest.raises(ActivationError, match="a simulation" if simulation else "no simulation"):
        replace(desk.folder, simulation=not simulation).current()


@pytest.mark.parametrize("value", [True, "ja", 1, None, {}])
def test_attack_whatever_is_no_plain_no_makes_a_bundle_one_for_a_simulation(value: object) -> None:
    data = json.dumps({"simulation": value}).encode()
    assert Bundle(revision=Revision(1, "0" * 12), sha256="", files={PILOT_FILE: data}).is_for_simulation
