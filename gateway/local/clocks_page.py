"""Prints the account of the clocks, for `schakel clocks`."""

import json
from datetime import datetime

from gateway.domain.deadlines import ClockStatus, deadlines
from gateway.hub.storage.clock_account import ClockAccount, clock_account
from gateway.hub.storage.engine import open_engines


def print_clocks(database_url: str, *, now: datetime, case_id: str | None, as_json: bool) -> bool:
    """Prints every clock that was ever started, by how it stands or ended. Gives whether all are accounted for."""
    engines = open_engines(database_url)
    try:
        with engines.reading.connect() as connection:
            account = clock_account(connection, now=now, case_id=case_id)
    finally:
        engines.dispose()
    print(_json(account) if as_json else _words(account))
    return account.adds_up


def _words(account: ClockAccount) -> str:
    stopped, lapsed, fell_away = (
        account.ended(status) for status in (ClockStatus.GESTOPT, ClockStatus.VERLOPEN, ClockStatus.VERVALLEN)
    )
    running = sum(account.running.values())
    parts = f"{stopped} gestopt + {lapsed} verlopen + {fell_away} vervallen + {running} lopend"
    lines = [f"{account.started} begonnen = {parts}"]
    lines += [f"  {_name(d)}: {count} lopend" for d, count in sorted(account.running.items())]
    lines += [f"  {_name(d)}: {count} {s} ({why})" for (d, s, why), count in sorted(account.ends.items())]
    lines += [f"NIET IN ORDE: {problem}" for problem in account.problems]
    lines.append("Elke klok is verantwoord." if account.adds_up else "Niet elke klok is verantwoord.")
    return "\n".join(lines)


def _name(deadline: str) -> str:
    return f"{deadline} {deadlines()[deadline].name_nl}"


def _json(account: ClockAccount) -> str:
    document = {
        "begonnen": account.started,
        "lopend": dict(sorted(account.running.items())),
        "geeindigd": [
            {"termijn": d, "status": s, "reden": why, "aantal": count}
            for (d, s, why), count in sorted(account.ends.items())
        ],
        "problemen": list(account.problems),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
