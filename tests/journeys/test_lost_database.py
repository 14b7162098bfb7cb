"""A hub on PostgreSQL whose database server is stopped in the middle of transactions, more than once, under load."""

import signal
import time
from pathlib import Path

import pytest

from tests.databases import Cluster, postgres_cluster
from tests.journeys.conftest import Measure
from tests.journeys.ledger import Ledger
from tests.journeys.proof import assert_log_agrees, assert_promises_kept
from tests.journeys.senders import Load, Sender
from tests.journeys.test_crash_load import BOUND_S, Service, answered, until_more
from tests.journeys.theatre import Theatre
from tests.servers import wait_until

pytestmark = [pytest.mark.real, pytest.mark.full, pytest.mark.xdist_group("crash")]

TIMES = 5


def test_a_postgresql_that_goes_away_at_any_moment_loses_nothing(
    tmp_path: Path, ledger: Ledger, measure: Measure
) -> None:
    with (
        postgres_cluster() as cluster,
        cluster.fresh_database() as url,
        Theatre(tmp_path / "exchange", database_url=url) as theatre,
        Load([Sender.at_work(theatre, ledger) for _ in range(3)], pause_s=0.05) as load,
    ):
        service, longest = Service(theatre, load.senders[0]), 0.0
        for _ in range(TIMES):
            until_more(load, 3)
            longest = max(longest, _gone_for_a_while(cluster, load, service))
        until_more(load, 3)
        load.stop()
        assert_promises_kept(theatre, ledger)
        assert_log_agrees(theatre, ledger, tmp_path)
        measure("PostgreSQL crashes", TIMES)
        measure("messages acknowledged around PostgreSQL crashes", len(ledger.promises))
        measure("back after PostgreSQL was away (s, longest)", longest)


def _gone_for_a_while(cluster: Cluster, load: Load, service: Service) -> float:
    """Until somebody was refused for it; the seconds from its start until the exchange served again."""
    before = answered(load, 503)
    _crash(cluster)
    wait_until(lambda: answered(load, 503) > before, "a refusal without a database", 120)
    began = time.monotonic()
    cluster.server.start()
    wait_until(service.is_there, "service with the database", BOUND_S)
    return time.monotonic() - began


def _crash(cluster: Cluster) -> None:
    """Every connection is cut at once, and the server recovers from its log when it starts again."""
    process = cluster.server._process
    assert process is not None
    process.send_signal(signal.SIGQUIT)
    process.wait(60)
