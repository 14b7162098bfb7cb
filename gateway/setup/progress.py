"""Lines that tell a person what set-up is doing, and that it is still doing it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEARTBEAT_S = 15.0


class Progress:
    """Prints one line a step, and every HEARTBEAT_S what is still busy. Safe to use from several threads."""

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        self._write = write or _to_stderr
        self._started = time.monotonic()
        self._busy: dict[str, float] = {}
        self._lock = threading.Lock()

    def say(self, name: str, text: str) -> None:
        """Prints `text` about `name`, with the seconds since the start."""
        with self._lock:
            self._write(f"[{time.monotonic() - self._started:4.0f} s] {name}: {text}")

    @contextmanager
    def task(self, name: str) -> Iterator[Callable[[str], None]]:
        """Names `name` as busy while the block runs; gives the function that prints its steps."""
        self._busy[name] = time.monotonic()
        try:
            yield lambda text: self.say(name, text)
        finally:
            del self._busy[name]

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """While the block runs, says every HEARTBEAT_S what is busy and for how long."""
        stop = threading.Event()
        beat = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        beat.start()
        try:
            yield
        finally:
            stop.set()
            beat.join()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT_S):
            now = time.monotonic()
            busy = ", ".join(f"{name} ({now - since:.0f} s)" for name, since in self._busy.copy().items())
            if busy:
                self.say("still busy", busy)


def _to_stderr(line: str) -> None:
    # Not standard output: `--path` answers there.
    print(line, file=sys.stderr, flush=True)
