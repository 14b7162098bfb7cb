"""What leaves the hub of a simulation says so, by either door and in evidence that is copied out of files."""

from pathlib import Path

import pytest

from gateway.hub.http.evidence import evidence_lines
from gateway.hub.usecases.overviews import Overview
from gateway.protocol.subjects import Verb, request_subject
from gateway.web.simulation_mark import SIMULATION_HEADER
from tests.databases import sqlite_url
from tests.hub.conftest import PolicyServer
from tests.hub.doors import open_doors
from tests.hub.makers import VT

OVERVIEW = Overview(
    name="verzoeken",
    by=("maand", "aanvrager"),
    numbers=("aantal",),
    rows=((("2026-03", "veilig_thuis"), (7,)), (("2026-04", "veilig_thuis"), (None,))),
)


@pytest.mark.real
@pytest.mark.parametrize("simulation", [False, True])
async def test_an_answer_over_nats_says_so_in_a_simulation_and_only_there(
    tmp_path: Path, opa: PolicyServer, simulation_opa: PolicyServer, *, simulation: bool
) -> None:
    policy = simulation_opa if simulation else opa
    async with (
        open_doors(
            tmp_path,
            opa_port=policy.port,
            revision=policy.revision,
            database_url=sqlite_url(tmp_path / "hub.db"),
            simulation=simulation,
        ) as doors,
        doors.nats.node(VT) as client,
    ):
        reply = await client.request(request_subject(Verb.DECIDE, VT), b"{}", timeout=60)
        assert (reply.headers or {}).get(SIMULATION_HEADER) == ("ja" if simulation else None)


def test_every_line_of_evidence_says_so_in_a_simulation_and_none_elsewhere() -> None:
    head, *lines = evidence_lines([OVERVIEW], simulation=True).splitlines()
    assert head.startswith("overzicht,")
    assert [line.split(",")[0] for line in lines] == ["SIMULATIE verzoeken"] * 2
    assert "SIMULATIE" not in evidence_lines([OVERVIEW])
