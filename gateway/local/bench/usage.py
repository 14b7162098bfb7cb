"""Memory and processor time of processes, as Linux counts them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_USER_TIME, _SYSTEM_TIME = 11, 12  # fields of `stat` after the name: utime and stime, proc(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes of one process. `rss` counts shared pages in full; `pss` counts a page that n processes share for one
    n-th, so that sums of it are the memory that is really used."""

    rss: int
    pss: int


def memory_of(pid: int) -> Memory:
    """Memory of the process now. Raises OSError where there is no such process or no /proc (only Linux has it)."""
    return parse_rollup((_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii"))


def parse_rollup(text: str) -> Memory:
    """Memory from the text of `smaps_rollup`, which counts in kB. Raises ValueError when a line is missing."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name in {"Rss", "Pss"} and value.split()[1:] == ["kB"]:
            found[name] = int(value.split()[0]) * 1024
    if found.keys() != {"Rss", "Pss"}:
        raise ValueError("no smaps_rollup: Rss or Pss is missing")
    return Memory(rss=found["Rss"], pss=found["Pss"])


def processor_time_of(pid: int) -> float:
    """Seconds of processor time that the process has used, in all its threads. Raises OSError as above."""
    return parse_ticks((_PROC / str(pid) / "stat").read_text(encoding="utf-8")) / os.sysconf("SC_CLK_TCK")


def parse_ticks(text: str) -> int:
    """Clock ticks from the text of `stat`, in which the name of the program may hold spaces and brackets."""
    fields = text.rpartition(")")[2].split()
    return int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])
