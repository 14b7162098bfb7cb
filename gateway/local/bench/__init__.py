"""`schakel bench`: what the exchange costs on this machine, beside the floor of the same parts in the same run.

A figure alone says more about the machine than about this software. So each is measured beside what its parts cost
bare: the same rows, the same question, the same bytes. An aim that is missed is printed as missed, and fails nothing.
"""

import argparse


def bench(arguments: argparse.Namespace) -> int:
    """Measure, print the table, write the JSON. Exit status 0, also for missed aims; 1 when a part could not be
    measured; 2 for a part that does not exist."""
    from gateway.local.bench.run import run  # noqa: PLC0415 - `schakel --help` need not load it

    return run(json_file=arguments.json, only=tuple(arguments.only or ()))
