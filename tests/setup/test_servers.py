"""The fixtures give real servers: they answer, keep their files over a kill, and say why they did not start."""

import json
import urllib.request
from pathlib import Path

import nats
import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import StartNats, StartOpa
from tests.databases import Cluster
from tests.servers import free_port, missing, nats_server


async def test_the_shared_nats_server_keeps_what_is_published(nats_url: str) -> None:
    connection = await nats.connect(nats_url)
    jetstream = connection.jetstream()
    await jetstream.add_stream(name="SETUP", subjects=["setup.>"])
    acknowledged = await jetstream.publish("setup.one", b"x")
    assert acknowledged.seq == 1
    await connection.close()


async def test_a_nats_server_of_its_own_keeps_its_stream_over_a_kill(start_nats: StartNats) -> None:
    server, port = start_nats()
    connection = await nats.connect(f"nats://127.0.0.1:{port}")
    await connection.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await connection.jetstream().publish("kept", b"x")
    await connection.close()
    server.kill()
    server.start()
    again = await nats.connect(f"nats://127.0.0.1:{port}")
    assert (await again.jetstream().stream_info("KEPT")).state.messages == 1
    await again.close()


@pytest.mark.real
def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    port = free_port()
    server = nats_server(tmp_path, port=port, config=f'listen: "127.0.0.1:{port}"\nno_such_setting {{')
    with pytest.raises(RuntimeError, match=r"ended before it was ready:\n.*Parse error on line 2"):
        server.start()


def test_opa_answers_from_the_policy_it_was_given(start_opa: StartOpa, tmp_path: Path) -> None:
    policy = tmp_path / "sample.rego"
    policy.write_text("package sample\n\nanswer := input.x + 1\n", "utf-8")
    _, port = start_opa(policy)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/data/sample/answer", data=b'{"input": {"x": 41}}', method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert json.load(response) == {"result": 42}


def test_a_postgres_database_is_fresh_and_dropped_afterwards(postgres: Cluster) -> None:
    with postgres.fresh_database() as url:
        name = url.rsplit("/", 1)[1]
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (x int)"))
        engine.dispose()
    address = f"host=127.0.0.1 port={postgres.port} user=schakel dbname=postgres"
    with psycopg.connect(address) as connection_:
        left = connection_.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchall()
    assert left == []


def test_the_same_test_runs_on_both_databases(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x int)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == 1
    engine.dispose()


def test_a_missing_component_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such server"):
        missing("no such server")


def test_a_missing_component_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        missing("no such server")
