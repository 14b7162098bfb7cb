"""The commands `schakel opvolging`: an agency signs who takes its place, and the other signs that it does.

Each signs on the machine of its own node, with the key that only that node has, and prints what goes into the registry.
What a succession is worth is decided by whoever reads the registry (`gateway.protocol.succession`).
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import SchakelError

if TYPE_CHECKING:
    from gateway.protocol.keys import SigningKey
    from gateway.protocol.registry import Registry

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse has no public name for it
DONE, REFUSED = 0, 1
MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """The agency that signs: its key, the registry that its node reads, and the time."""

    oin: str
    key: "SigningKey"
    registry: "Registry"
    now: datetime


Find: TypeAlias = Callable[[Path], Signatory]


def add_commands(commands: Commands, *, find: Find) -> None:
    """Adds the commands below `schakel opvolging`. `find` reads the settings of a node."""
    text = "verklaar dat een andere organisatie de plaats van deze inneemt; de uitvoer gaat in het register"
    stating = commands.add_parser("verklaar", help=text, description=text)
    stating.add_argument("settings", type=Path, help="het TOML-bestand van het knooppunt van de voorganger")
    stating.add_argument("--opvolger", required=True, metavar="OIN", help="wie haar plaats inneemt")
    stating.add_argument("--vanaf", required=True, metavar="TIJDSTIP", help="zoals 2027-01-01T00:00:00+01:00")
    stating.set_defaults(
        run=lambda a: _printed(lambda: stated(find(a.settings), successor=a.opvolger, since=a.vanaf))
    )
    text = "aanvaard de plaats van een andere organisatie, door haar verklaring mede te ondertekenen"
    accepting = commands.add_parser("aanvaard", help=text, description=text)
    accepting.add_argument("settings", type=Path, help="het TOML-bestand van het knooppunt van de opvolger")
    accepting.add_argument("verklaring", type=Path, help="het bestand met de verklaring van de voorganger")
    accepting.add_argument("--voorganger", required=True, metavar="OIN", help="wiens plaats deze inneemt")
    accepting.set_defaults(
        run=lambda a: _printed(
            lambda: accepted(find(a.settings), _read(a.verklaring), predecessor=a.voorganger)
        )
    )


def stated(signatory: Signatory, *, successor: str, since: str) -> str:
    """The statement of a predecessor, signed. Raises SchakelError for a successor that cannot be one and a time that is
    no time or has passed."""
    from gateway.protocol.canonical import malformed  # noqa: PLC0415 - help is quick without the protocol
    from gateway.protocol.succession import SUCCEEDED, SuccessionStatement  # noqa: PLC0415

    own, other = (signatory.registry.participant(oin) for oin in (signatory.oin, successor))
    starts = parse_time(since)
    if own.oin == other.oin or own.kind != other.kind:
        raise malformed("opvolging", "de opvolger is een andere organisatie van dezelfde soort")
    if starts <= signatory.now:
        raise malformed("opvolging", "een opvolging wordt verklaard voordat zij ingaat")
    statement = SuccessionStatement(
        aud=signatory.registry.hub_oin,
        voorganger=own.oin,
        opvolger=other.oin,
        ingaat_op=rfc3339(starts),
        verklaard_op=rfc3339(signatory.now),
    )
    return signatory.key.sign(statement, typ=SUCCEEDED)


def accepted(signatory: Signatory, statement: str, *, predecessor: str) -> str:
    """The same words, signed by the successor. Raises SchakelError for a statement that the predecessor did not sign,
    that is about others or another exchange, or that has taken effect already."""
    from gateway.protocol.canonical import malformed  # noqa: PLC0415 - help is quick without the protocol
    from gateway.protocol.succession import SUCCEEDED, TAKEN_ON, SuccessionStatement  # noqa: PLC0415

    key = signatory.registry.participant(predecessor).verification_key
    words = SuccessionStatement.parse_bytes(key.verify(statement, typ=SUCCEEDED))
    about = (words.aud, words.voorganger, words.opvolger)
    if about != (signatory.registry.hub_oin, predecessor, signatory.oin):
        raise malformed("opvolging", "de verklaring gaat over een ander")
    if parse_time(words.ingaat_op) <= signatory.now:
        raise malformed("opvolging", "een opvolging wordt aanvaard voordat zij ingaat")
    return signatory.key.sign(words, typ=TAKEN_ON)


def _read(path: Path) -> str:
    with path.open(encoding="ascii") as file:
        return file.read(MAX_BYTES).strip()


def _printed(signed: Callable[[], str]) -> int:
    try:
        sys.stdout.write(signed() + "\n")
    except (SchakelError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return DONE
