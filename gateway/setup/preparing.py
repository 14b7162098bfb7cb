"""Prepares servers: what is not found is fetched as a verified release, else built from source.

Works on several at once. What was finished before an interruption is kept; what was not leaves no trace.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway.setup.errors import SetupFailed, SourceFailed
from gateway.setup.finding import find, look, version_of
from gateway.setup.go_build import build
from gateway.setup.pins import Pin, load_pins, this_platform
from gateway.setup.places import assembling, cached_program
from gateway.setup.progress import Progress
from gateway.setup.release import fetch_release

SOURCES: tuple[Callable[[Pin, Path, Callable[[str], None]], None], ...] = (fetch_release, build)


def prepare(names: Iterable[str], progress: Progress) -> dict[str, Path]:
    """Where each of `names` stands, prepared as far as needed.

    Raises SetupFailed, naming every server that could not be had, what was tried and what to do.
    """
    pins = load_pins()
    wanted = [pins[name] for name in names]
    with ThreadPoolExecutor(max_workers=max(1, len(wanted))) as pool:
        results = list(pool.map(lambda pin: _prepared(pin, progress), wanted))
    failures = [result for result in results if isinstance(result, str)]
    if failures:
        raise SetupFailed("\n".join(failures))
    find.cache_clear()
    return {pin.name: path for pin, path in zip(wanted, results, strict=True) if isinstance(path, Path)}


def _prepared(pin: Pin, progress: Progress) -> Path | str:
    """The program, or the paragraph that says why there is none: one failure must not hide the others."""
    found = look(pin)
    if found is not None:
        return found
    tried: list[str] = []
    with progress.task(pin.name) as say:
        for source in SOURCES:
            try:
                return _from_source(source, pin, say)
            except SourceFailed as failure:
                tried.append(str(failure))
                say(str(failure))
    return _cannot_be_had(pin, tried)


def _from_source(
    source: Callable[[Pin, Path, Callable[[str], None]], None], pin: Pin, say: Callable[[str], None]
) -> Path:
    target = cached_program(pin)
    with assembling(target.parent) as work:
        program = work / pin.name
        source(pin, program, say)
        version = version_of(program, pin)
        if version is None or not pin.suffices(version):
            raise SourceFailed(f"what came out says it is version {version}, needed is {pin.minimum}")
    say("ready")
    return target


def _cannot_be_had(pin: Pin, tried: list[str]) -> str:
    return "\n".join(
        [
            f"{pin.name} {pin.version} cannot be prepared:",
            *(f"  - {line}" for line in tried),
            f"  What to do: put {pin.name} {pin.minimum} or newer ({pin.why_minimum}) on PATH,",
            f"  from {pin.url(this_platform())}",
            "  or let this machine reach the Go module proxy or Python's package index, and run this again.",
        ]
    )
