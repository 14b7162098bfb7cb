"""`python -m adapters.simulator FILE`: serves the pretend agencies of a JSON file until it is stopped.

The file: `{"organisaties": [{"oin", "naam", "map", "certificaat", "sleutel", "ca", "poort", "host"?, "uitgever"?,
"doelgroep"?}]}`. Paths are relative to the file.
"""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.simulator.agency import PretendAgency
from adapters.simulator.mailbox import MailboxError
from adapters.simulator.serving import serve
from adapters.simulator.staff import StaffError
from gateway.domain.errors import InvalidValue
from gateway.domain.identifiers import parse_oin

_MEMBERS = {
    "naam": "name",
    "poort": "port",
    "host": "host",
    "uitgever": "issuer",
    "doelgroep": "audience",
}
_PATHS = {"map": "folder", "certificaat": "certificate", "sleutel": "private_key", "ca": "authority"}


def load_agencies(path: Path) -> list[PretendAgency]:
    """The agencies of the file. Raises: OSError, ValueError, KeyError, TypeError, InvalidValue."""
    entries = json.loads(path.read_text(encoding="utf-8"))["organisaties"]
    return [_agency(entry, path.resolve().parent) for entry in entries]


def _agency(entry: Mapping[str, Any], base: Path) -> PretendAgency:
    if unknown := entry.keys() - _MEMBERS.keys() - _PATHS.keys() - {"oin"}:
        raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
    values = {_MEMBERS[name]: value for name, value in entry.items() if name in _MEMBERS}
    paths = {target: base / entry[name] for name, target in _PATHS.items()}
    return PretendAgency(oin=parse_oin(entry["oin"]), **values, **paths)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 after a stop, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m adapters.simulator", description=__doc__)
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        serve(load_agencies(chosen.file), ready=_say_ready)
    except (OSError, ValueError, KeyError, TypeError, InvalidValue, MailboxError, StaffError) as error:
        sys.stderr.write(f"nagebootste organisaties starten niet: {type(error).__name__}: {error}\n")
        return 2
    return 0


def _say_ready() -> None:
    sys.stdout.write("gereed\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
