"""`schakel berichten ...`: what is not delivered, and offering it again.

Looking reads the database, also while a hub runs. Offering again writes: on PostgreSQL by this command, on SQLite by
the hub that owns the file, or by this command when no hub runs. Exit status: 0 done, 1 refused, 2 asked wrongly.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gateway.domain.clock import parse_time
from gateway.domain.errors import SchakelError
from gateway.domain.identifiers import StaffRef, parse_staff_ref, parse_uuid

if TYPE_CHECKING:
    from gateway.hub.storage.delivery_overview import Notices, Total, Undelivered

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
STANDINGS: Final = ("wachtend", "onzeker", "onderweg", "dood", "afgekeurd")
SHOWN: Final = 50
DONE, REFUSED, ASKED_WRONGLY = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPlace:
    """Where a hub keeps its memory, who it is, and what time it is there."""

    database_url: str
    hub_oin: str
    now: datetime


Find = Callable[[Path], OperatorPlace]


class AnyOrder(argparse.ArgumentParser):
    """Takes words before, between and behind options; argparse itself takes all of them in one place only."""

    _is_sorting = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse; which sorts options from words by asking this function again."""
        if self._is_sorting:
            return super().parse_known_args(args, namespace)
        self._is_sorting = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_sorting = False


def add_commands(commands: Commands, *, find: Find) -> None:
    """Adds the commands below `schakel berichten`, whose parsers are of the class AnyOrder. `find` reads the settings
    of a hub."""
    text = "toon kopieën die niet zijn afgeleverd, hoeveel per organisatie en hoe lang al"
    shown = commands.add_parser("toon", help=text, description=text)
    shown.add_argument("settings", type=Path, help="het TOML-bestand van de hub")
    shown.add_argument("--stand", choices=STANDINGS, help="alleen die zo staan")
    shown.add_argument("--ontvanger", metavar="OIN", help="alleen die van deze organisatie")
    shown.add_argument(
        "--aantal", type=int, default=SHOWN, metavar="N", help="hoogstens zoveel; standaard: %(default)s"
    )
    shown.add_argument("--json", action="store_true", help="als JSON, voor programma's")
    shown.set_defaults(run=lambda arguments: _show(arguments, find(arguments.settings)))

    text = "bied kopieën opnieuw aan; wie dat deed staat in het logboek"
    replayed = commands.add_parser("opnieuw", help=text, description=text)
    replayed.add_argument("settings", type=Path, help="het TOML-bestand van de hub")
    replayed.add_argument("kopie", nargs="*", help="het id van een kopie, zoals `toon` het noemt")
    replayed.add_argument("--dood", action="store_true", help="alle kopieën die dood zijn")
    replayed.add_argument("--ontvanger", metavar="OIN", help="met --dood: alleen die van deze organisatie")
    replayed.add_argument(
        "--medewerker", required=True, metavar="REF", help="wie dit doet: een verwijzing, nooit een naam"
    )
    replayed.set_defaults(run=lambda arguments: _replay(arguments, find(arguments.settings)))


def _show(arguments: argparse.Namespace, place: OperatorPlace) -> int:
    from gateway.hub.storage.delivery_overview import (  # noqa: PLC0415 - help is quick without a database
        Standing,
        list_undelivered,
        totals,
        waiting_notices,
    )
    from gateway.hub.storage.engine import open_engines  # noqa: PLC0415

    standing = None if arguments.stand is None else Standing(arguments.stand)
    engines = open_engines(place.database_url)
    try:
        with engines.reading.connect() as connection:
            summary, notices = totals(connection), waiting_notices(connection)
            copies = list_undelivered(
                connection, standing=standing, oin=arguments.ontvanger, limit=arguments.aantal
            )
    finally:
        engines.dispose()
    if arguments.json:
        parts: dict[str, Sequence[Total | Notices | Undelivered]] = {
            "totalen": summary,
            "meldingen": notices,
            "kopieen": copies,
        }
        document = {name: [asdict(each) for each in rows] for name, rows in parts.items()}
        _say(json.dumps(document, indent=2))
    elif not summary and not notices:
        _say("Alles is afgeleverd.")
    else:
        _show_totals(summary, notices, place.now)
        _show_copies(copies, place.now)
    return DONE


def _show_totals(summary: Sequence[Total], notices: Sequence[Notices], now: datetime) -> None:
    _table(
        ("organisatie", "stand", "aantal", "oudste"),
        [(t.oin, t.standing, str(t.copies), _age(t.oldest, now)) for t in summary]
        + [(n.oin, "meldingen", str(n.waiting), _age(n.oldest, now)) for n in notices],
    )


def _show_copies(copies: Sequence[Undelivered], now: datetime) -> None:
    if not copies:
        return
    _say("")
    _table(
        ("kopie", "organisatie", "rol", "type", "urgentie", "stand", "sinds", "pogingen", "reden"),
        [
            (
                *(c.copy_id, c.oin, c.role, c.slug, c.urgency, c.standing),
                *(_age(c.accepted_at, now), str(c.attempts + c.republished), c.reason or ""),
            )
            for c in copies
        ],
    )


def _replay(arguments: argparse.Namespace, place: OperatorPlace) -> int:
    try:
        staff = parse_staff_ref(arguments.medewerker)
        named = [parse_uuid(each) for each in arguments.kopie]
    except SchakelError as error:
        return _wrong(error.detail_nl)
    if bool(named) is arguments.dood or (arguments.ontvanger and not arguments.dood):
        return _wrong("Noem kopieën, of vraag om --dood (met of zonder --ontvanger).")
    copies = _dead(place, arguments.ontvanger) if arguments.dood else named
    refused = asyncio.run(replay_copies(place, copies, staff))
    _say(f"{len(copies) - len(refused)} opnieuw aangeboden.")
    for copy_id, why in refused:
        sys.stderr.write(f"{copy_id}: {why.detail_nl} ({why.code})\n")
    return REFUSED if refused else DONE


async def replay_copies(
    place: OperatorPlace, copies: Sequence[str], staff: StaffRef
) -> list[tuple[str, SchakelError]]:
    """Offers these copies again, by the hub that owns the database or directly; those that were refused, with why."""
    from gateway.hub.operator_door import NoRunningHub, ask_running_hub  # noqa: PLC0415
    from gateway.hub.storage.database import door_beside, open_database  # noqa: PLC0415
    from gateway.hub.storage.engine import open_engines  # noqa: PLC0415
    from gateway.hub.storage.owner import DatabaseInUse  # noqa: PLC0415
    from gateway.hub.usecases.replay import replay_copy  # noqa: PLC0415

    file = open_engines(place.database_url).sqlite_file
    if file is not None and not file.exists():
        raise FileNotFoundError(f"{file} bestaat niet")
    refused = []
    try:
        database = await asyncio.to_thread(open_database, place.database_url)
    except DatabaseInUse as owned:
        if file is None:
            raise
        for copy_id in copies:
            try:
                await asyncio.to_thread(ask_running_hub, door_beside(file), copy_id, staff)
            except NoRunningHub as nobody:
                raise owned from nobody
            except SchakelError as error:
                refused.append((copy_id, error))
        return refused
    try:
        for copy_id in copies:
            try:
                await replay_copy(
                    database.reader,
                    database.writer,
                    hub_oin=place.hub_oin,
                    copy_id=copy_id,
                    staff=staff,
                    now=place.now,
                )
            except SchakelError as error:
                refused.append((copy_id, error))
    finally:
        await asyncio.to_thread(database.close)
    return refused


def _dead(place: OperatorPlace, oin: str | None) -> list[str]:
    from gateway.hub.storage.delivery_overview import Standing, list_undelivered  # noqa: PLC0415
    from gateway.hub.storage.engine import open_engines  # noqa: PLC0415

    engines = open_engines(place.database_url)
    try:
        with engines.reading.connect() as connection:
            found = list_undelivered(connection, standing=Standing.DEAD, oin=oin, limit=1_000_000)
    finally:
        engines.dispose()
    return [each.copy_id for each in found]


def _age(since: str, now: datetime) -> str:
    seconds = max(0, int((now - parse_time(since)).total_seconds()))
    for size, name in ((86400, "d"), (3600, "u"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        _say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _wrong(text: str) -> int:
    sys.stderr.write(f"schakel berichten: {text}\n")
    return ASKED_WRONGLY


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
