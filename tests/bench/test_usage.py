"""Memory and processor time as Linux reports them."""

import os
import sys

import pytest

from gateway.local.bench.usage import memory_of, parse_rollup, parse_ticks, processor_time_of

ROLLUP = """\
55d0c0000000-7ffd00000000 ---p 00000000 00:00 0                          [rollup]
Rss:              123456 kB
Pss:               65432 kB
Pss_Anon:          60000 kB
Private_Dirty:     50000 kB
"""


def test_memory_is_read_in_bytes() -> None:
    found = parse_rollup(ROLLUP)
    assert (found.rss, found.pss) == (123456 * 1024, 65432 * 1024)


@pytest.mark.parametrize("text", ["", ROLLUP.replace("Rss:", "Rest:"), ROLLUP.replace("65432 kB", "65432")])
def test_a_report_without_both_figures_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="missing"):
        parse_rollup(text)


def test_ticks_are_found_behind_a_name_with_spaces_and_brackets() -> None:
    after = "S 1 2 2 0 -1 4194560 100 0 0 0 321 45 0 0 20 0 5 0 999"
    assert parse_ticks(f"77 (een naam) met (haakjes)) {after}") == 366


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_this_process_has_memory_and_has_used_time() -> None:
    memory = memory_of(os.getpid())
    assert memory.rss >= memory.pss > 1024 * 1024
    assert processor_time_of(os.getpid()) > 0
