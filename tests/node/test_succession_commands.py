"""What both agencies print with `schakel opvolging` makes a registry that everybody takes; nothing else does."""

import argparse
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.domain.clock import rfc3339
from gateway.domain.errors import InvalidInput
from gateway.node.succession_commands import Signatory, accepted, add_commands, stated
from gateway.protocol.registry import Registry
from gateway.protocol.succession import SuccessionEntry
from tests.protocol.makers import NOW, Agency
from tests.protocol.test_succession import DATE, LATER, NEW, OLD, Merger

VANAF = rfc3339(DATE)


@pytest.fixture(scope="module")
def merger() -> Merger:
    return Merger()


@pytest.fixture(scope="module")
def registry(merger: Merger) -> Registry:
    """As it was before anybody signed."""
    return merger.read(
        merger.entry(merger.old, "9901"),
        merger.entry(merger.new, "9902"),
        merger.entry(merger.later, "9903"),
    )


def signs(agency: Agency, registry: Registry, now: datetime = NOW) -> Signatory:
    return Signatory(oin=agency.oin, key=agency.signing, registry=registry, now=now)


def run(find: Callable[[Path], Signatory], *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True), find=find)
    asked = parser.parse_args(arguments)
    status: int = asked.run(asked)
    return status


def test_what_both_print_is_a_succession(
    merger: Merger, registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = signs(merger.old, registry), signs(merger.new, registry)
    assert run(lambda _: old, "verklaar", "node.toml", "--opvolger", NEW, "--vanaf", VANAF) == 0
    statement = capsys.readouterr().out
    file = tmp_path / "verklaring.txt"
    file.write_text(statement)
    assert run(lambda _: new, "aanvaard", "node.toml", str(file), "--voorganger", OLD) == 0
    entry = SuccessionEntry(
        oin=NEW,
        ingaat_op=VANAF,
        verklaring=statement.strip(),
        aanvaarding=capsys.readouterr().out.strip(),
    )
    assert merger.load(entry).successions.heir(OLD, DATE) == NEW


def test_attack_a_statement_that_somebody_else_signed_is_not_accepted(
    merger: Merger, registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another agency claims to be the predecessor: the successor names whom it expects."""
    forged = stated(signs(merger.later, registry), successor=NEW, since=VANAF)
    with pytest.raises(InvalidInput):
        accepted(signs(merger.new, registry), forged, predecessor=OLD)
    file = tmp_path / "verklaring.txt"
    file.write_text(forged)
    new = signs(merger.new, registry)
    assert run(lambda _: new, "aanvaard", "node.toml", str(file), "--voorganger", OLD) == 1
    heard = capsys.readouterr()
    assert (heard.out, bool(heard.err)) == ("", True)


def test_only_the_successor_that_was_named_accepts_and_in_time(merger: Merger, registry: Registry) -> None:
    statement = stated(signs(merger.old, registry), successor=NEW, since=VANAF)
    with pytest.raises(InvalidInput, match="een ander"):
        accepted(signs(merger.later, registry), statement, predecessor=OLD)
    with pytest.raises(InvalidInput, match="voordat"):
        accepted(signs(merger.new, registry, DATE), statement, predecessor=OLD)


def test_what_cannot_be_stated(merger: Merger, registry: Registry) -> None:
    old = signs(merger.old, registry)
    for successor, since in (
        (OLD, VANAF),
        ("00000099000000009999", VANAF),
        (NEW, rfc3339(NOW)),
        (NEW, "morgen"),
    ):
        with pytest.raises(InvalidInput):
            stated(old, successor=successor, since=since)
    assert stated(old, successor=LATER, since=rfc3339(NOW + timedelta(seconds=1)))
