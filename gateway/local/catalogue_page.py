"""`schakel catalogue`: what may be sent, by whom, to whom, and what the hub may see of it."""

import json

from rich.console import Console
from rich.table import Table

from gateway.domain.catalogue import catalogue_rows


def print_catalogue(*, as_json: bool) -> None:
    """On standard output: JSON for programs, a table per message type for people."""
    rows = catalogue_rows()
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    console = Console()
    for row in rows:
        table = Table(title=f"{row['bericht']}  ({row['cloudevent']})", title_justify="left")
        for heading in ("veld", "type", "categorie", "verplicht", "feit voor de hub"):
            table.add_column(heading, overflow="fold")
        for field in row["velden"]:
            required = "ja" if field["verplicht"] else ""
            table.add_row(field["veld"], field["type"], field["categorie"], required, field["feit"] or "")
        console.print(table)
        console.print(f"van {', '.join(row['afzenders'])} aan {', '.join(row['ontvangers'])}")
        console.print(f"grondslag: {row['grondslag']}\n")
