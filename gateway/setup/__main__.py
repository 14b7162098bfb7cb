"""`python3 -m gateway.setup`: prepares .venv and the servers, then says what is ready.

Runs with the system's Python, before anything is installed.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (an older Python must be told, not fail on syntax)
    sys.exit(
        f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 setup"
    )

import argparse
from concurrent.futures import Future, ThreadPoolExecutor

from gateway.setup import environment
from gateway.setup.errors import SetupError
from gateway.setup.finding import find
from gateway.setup.pin_release import pin_releases
from gateway.setup.pins import load_pins
from gateway.setup.postgres import prepare_postgres
from gateway.setup.preparing import prepare
from gateway.setup.progress import Progress

SERVERS = ("nats-server", "opa")  # what a running exchange needs


def main(arguments: list[str] | None = None) -> int:
    """0 when all that was asked is ready, 1 with what to do when not."""
    options = _parser().parse_args(arguments)
    progress = Progress()
    try:
        if options.path:
            print(find(options.path))
        elif options.pin:
            pin_releases(options.pin, progress)
        else:
            _set_up(frozenset(options.extra), progress)
    except SetupError as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    return 0


def _set_up(extras: frozenset[str], progress: Progress) -> None:
    names = (*SERVERS, "helm") if "helm" in extras else SERVERS
    with progress.heartbeat(), progress.task(".venv") as say:
        environment.create(say)  # first: its pip fetches the wheels that the others may need
        with ThreadPoolExecutor(max_workers=3) as pool:
            jobs: list[Future[object]] = [
                pool.submit(environment.fill, say, tests="tests" in extras),
                pool.submit(prepare, names, progress),
            ]
            if "tests" in extras:
                jobs.append(pool.submit(prepare_postgres, say))
        failures = [failure for job in jobs if isinstance(failure := job.exception(), SetupError)]
        for job in jobs:
            if not isinstance(job.exception(), SetupError):
                job.result()  # anything else is a defect of ours and keeps its traceback
    if failures:
        raise SetupError("\n\n".join(str(failure) for failure in failures))
    progress.say("ready", ", ".join([".venv", *(str(find(name)) for name in names)]))


def _parser() -> argparse.ArgumentParser:
    pins = sorted(load_pins())
    parser = argparse.ArgumentParser(prog="python3 -m gateway.setup", description=main.__doc__)
    parser.add_argument(
        "--with",
        dest="extra",
        action="append",
        default=[],
        choices=["helm", "tests"],
        help="prepare helm, or what the tests need, as well",
    )
    parser.add_argument("--path", choices=pins, help="print where this program stands, and do nothing else")
    parser.add_argument(
        "--pin", action="append", choices=pins, help="maintainers: pin the checksums of its official release"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
