"""`schakel policy ...`: for people who read, test and change the policy.

Exit status: 0 as expected; 1 an expectation failed, decisions differ or a bar was not met; 2 invalid input; 3 not
asked, because OPA cannot be started or gives no answer.
"""

# ruff: noqa: PLC0415 - a command imports what it runs, so that `schakel --help` is quick

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from gateway.hub.policy import arguments as takes

if TYPE_CHECKING:
    from gateway.hub.policy.casebook_file import Case
    from gateway.hub.policy.client import DecisionPoint
    from gateway.hub.policy.difference import Change
    from gateway.hub.policy.questions import Question
    from gateway.hub.policy.revision import Revision

OK: Final = 0
UNEXPECTED: Final = 1
INVALID: Final = 2
NOT_ASKED: Final = 3

FindProgram = Callable[[str], Path]
FindRunning = Callable[[Path], str | None]
_Answer = TypeVar("_Answer")


def opa_on_path(name: str) -> Path:
    """The program in SCHAKEL_TOOLS or on PATH; its bare name when it is in neither, so that the error names it."""
    places = os.pathsep.join([os.environ.get("SCHAKEL_TOOLS", ""), os.environ.get("PATH", "")])
    return Path(shutil.which(name, path=places) or name)


def none_runs(_exchange: Path) -> str | None:
    """Where nobody knows of local exchanges."""
    return None


def add_commands(
    subparsers: takes.Commands,
    *,
    find_program: FindProgram = opa_on_path,
    find_running: FindRunning = none_runs,
) -> None:
    """Add `policy` with its commands. Each sets `run`, a function of the parsed arguments to an exit status.

    `find_program` says where OPA is, when a command has to start one; `find_running` the HOST:PORT of the OPA of the
    exchange in a folder, None when none runs there.
    """
    policy = subparsers.add_parser("policy", help="beleidsregels lezen, uitproberen en in gebruik nemen")
    policy.set_defaults(find_program=find_program, find_running=find_running)
    commands = policy.add_subparsers(required=True, metavar="opdracht")
    takes.add_matrix(commands, _run(_matrix))
    takes.add_casebook(commands, _run(_casebook))
    takes.add_explain(commands, _run(_explain))
    takes.add_diff(commands, _run(_diff))
    takes.add_bench(commands, _run(_bench))
    takes.add_build(commands, _run(_build))
    takes.add_approve(commands, _run(_approve))
    takes.add_activate(commands, _run(_activate))


def _run(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The command with its failures as one line on standard error and an exit status."""

    def run(given: argparse.Namespace) -> int:
        from gateway.hub.policy.activation import ActivationError
        from gateway.hub.policy.bundle import BundleError
        from gateway.hub.policy.casebook_file import InvalidCasebook
        from gateway.hub.policy.own_opa import OpaError
        from gateway.hub.policy.policies_folder import NoPolicies
        from gateway.hub.policy.recorded import InvalidRecord
        from gateway.hub.policy.refusals import DecisionUnavailable
        from gateway.hub.policy.signing import BadSignature

        try:
            return command(given)
        except InvalidCasebook as error:
            print(*error.findings, sep="\n", file=sys.stderr)
            return INVALID
        except (
            NoPolicies,
            InvalidRecord,
            BundleError,
            ActivationError,
            BadSignature,
            takes.UsageError,
        ) as error:
            print(error, file=sys.stderr)
            return INVALID
        except (OpaError, OSError) as error:
            print(f"OPA is niet te gebruiken: {error}", file=sys.stderr)
        except DecisionUnavailable as error:
            print(f"{error.detail_nl} ({error.finding})", file=sys.stderr)
        return NOT_ASKED

    return run


def _matrix(given: argparse.Namespace) -> int:
    from gateway.hub.policy.matrix import matrix_csv, matrix_rows, matrix_text
    from gateway.hub.policy.matrix_page import matrix_page
    from gateway.hub.policy.policies_folder import policies_folder, policy_data

    policies = policies_folder(given.policies)
    rows = matrix_rows(policies)
    if given.html is not None:
        revision = policy_data(policies, "manifest")["revision"]
        given.html.write_text(matrix_page(rows, revision=revision), "utf-8")
        print(f"{given.html}: {len(rows)} rijen", file=sys.stderr)
    if given.csv:
        sys.stdout.write(matrix_csv(rows))
    elif given.html is None:
        print(matrix_text(rows))
    return OK


def _casebook(given: argparse.Namespace) -> int:
    from gateway.hub.policy.casebook import ask_all
    from gateway.hub.policy.casebook_file import read_casebook
    from gateway.hub.policy.reports import outcomes_json, outcomes_text

    cases = read_casebook(given.file)
    start = time.monotonic()
    outcomes, revision = _ask(given, lambda point: ask_all(point, cases, now=datetime.now(UTC)))
    if given.json:
        print(json.dumps(outcomes_json(outcomes), ensure_ascii=False, indent=1))
    else:
        print(outcomes_text(outcomes, seconds=time.monotonic() - start, revision=revision))
    return UNEXPECTED if any(outcome.surprises for outcome in outcomes) else OK


def _explain(given: argparse.Namespace) -> int:
    from gateway.hub.policy.explain import explain
    from gateway.hub.policy.reports import explanation_text

    case = _case_of(given)
    explained, _ = _ask(given, lambda point: explain(point, case, now=datetime.now(UTC)))
    print(explanation_text(explained))
    return OK


def _diff(given: argparse.Namespace) -> int:
    from gateway.hub.policy.asked import either
    from gateway.hub.policy.difference import difference
    from gateway.hub.policy.reports import changes_json, changes_text

    questions = list(_compared(given))
    opa = given.find_program("opa")

    async def compare() -> Sequence[Change]:
        async with either(given.old, opa) as old, either(given.new, opa) as new:
            return await difference(old, new, questions)

    changes = asyncio.run(compare())
    if given.json:
        print(json.dumps(changes_json(changes), ensure_ascii=False, indent=1))
    else:
        print(changes_text(changes, asked=len(questions)))
    return UNEXPECTED if changes else OK


def _bench(given: argparse.Namespace) -> int:
    from gateway.hub.policy.bench import bench
    from gateway.hub.policy.reports import bench_text

    benched, _ = _ask(given, lambda point: bench(point, questions=given.questions, at_once=given.at_once))
    print(bench_text(benched))
    return OK if benched.meets_bar else UNEXPECTED


def _build(given: argparse.Namespace) -> int:
    from gateway.hub.policy.activation import build_into
    from gateway.hub.policy.policies_folder import policies_folder
    from gateway.hub.policy.signing import PolicyKey

    key = PolicyKey.read(given.key)
    bundle = build_into(given.folder, policies_folder(given.policies), key=key, number=given.number)
    print(bundle.revision)
    return OK


def _approve(given: argparse.Namespace) -> int:
    from gateway.hub.policy.activation import PolicyFolder
    from gateway.hub.policy.signing import PolicyKey

    folder, key = PolicyFolder.at(given.folder), PolicyKey.read(given.key)
    approval = folder.approve(_revision(given.revision), key=key, now=datetime.now(UTC))
    if given.out is None:
        print(approval)
    else:
        given.out.write_text(approval + "\n", "utf-8")
        print(f"{given.out}: akkoord met {given.revision}, een dag geldig", file=sys.stderr)
    return OK


def _activate(given: argparse.Namespace) -> int:
    from gateway.hub.policy.activation import PolicyFolder
    from gateway.hub.policy.signing import PolicyKey

    revision = _revision(given.revision)
    PolicyFolder.at(given.folder).activate(
        revision,
        keys=[PolicyKey.read(path) for path in given.key],
        now=datetime.now(UTC),
        approval=None if given.approval is None else given.approval.read_text("utf-8"),
    )
    print(f"{revision} is in gebruik genomen")
    return OK


def _revision(text: str) -> Revision:
    from gateway.hub.policy.revision import Revision

    try:
        return Revision.parse(text)
    except ValueError as error:
        raise takes.UsageError(f"{text}: geen revisie, zoals 12-3f2a9c1b04d7") from error


def _ask(
    given: argparse.Namespace, work: Callable[[DecisionPoint], Awaitable[_Answer]]
) -> tuple[_Answer, str]:
    """The answer of the policy that was named, else of the one that runs, else of one started here; and its revision.

    Rules in a folder that is named are asked themselves, whatever runs."""
    from gateway.hub.policy.asked import running, started
    from gateway.hub.policy.policies_folder import policies_folder

    address = given.opa or (None if given.policies else given.find_running(given.exchange))
    if address:
        print(f"gevraagd aan de regels die draaien op {address}", file=sys.stderr)

    async def ask() -> tuple[_Answer, str]:
        asked = (
            running(address)
            if address
            else started(policies_folder(given.policies), given.find_program("opa"))
        )
        async with asked as point:
            return await work(point), point.revision

    return asyncio.run(ask())


def _case_of(given: argparse.Namespace) -> Case:
    """The case named in the file, or the one that the options describe."""
    from gateway.hub.policy.casebook_file import case_of_options, read_casebook

    if given.file is None:
        return case_of_options(given)
    found = [case for case in read_casebook(given.file) if case.id == given.case]
    if not found:
        raise takes.UsageError(f"{given.file}: geen zaak {given.case}")
    return found[0]


def _compared(given: argparse.Namespace) -> Iterator[tuple[str, Question]]:
    from gateway.hub.policy.casebook import question_of
    from gateway.hub.policy.casebook_file import read_casebook
    from gateway.hub.policy.grid import NOW, grid
    from gateway.hub.policy.matrix import matrix_pairs
    from gateway.hub.policy.policies_folder import policies_folder
    from gateway.hub.policy.recorded import read_recorded

    if given.casebook is not None:
        yield from ((case.id, question_of(case, now=NOW)) for case in read_casebook(given.casebook))
    if given.recorded is not None:
        yield from read_recorded(given.recorded)
    if not given.no_grid:
        yield from grid(matrix_pairs(policies_folder()))
