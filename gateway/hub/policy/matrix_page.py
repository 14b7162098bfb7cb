"""The matrix as one HTML page in Dutch: no script, a heading per purpose, one table per role with its own caption."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Final

from gateway.domain.catalogue import Catalogue, catalogue
from gateway.domain.identifiers import CategoryId, MaskId, PurposeId, RoleId
from gateway.hub.policy.matrix import Row

STATUS: Final = {
    "C": "bevestigd",
    "N": "bevestigd in een recente tekst",
    "S": "uit secundaire bron of deels",
    "U": "niet bevestigd",
    "D": "keuze van het ontwerp",
}


def matrix_page(rows: Sequence[Row], *, revision: str) -> str:
    """The page for `rows` in the order that they have; `revision` is shown at the top."""
    words = catalogue()
    purposes = [(purpose, list(group)) for purpose, group in groupby(rows, key=lambda row: row.purpose)]
    contents = "".join(
        f'<li><a href="#{purpose}">{escape(_purpose(words, purpose))}</a></li>' for purpose, _ in purposes
    )
    sections = "".join(_section(words, purpose, group) for purpose, group in purposes)
    return _PAGE.format(
        style=_STYLE, contents=contents, sections=sections, count=len(rows), revision=escape(revision)
    )


def _section(words: Catalogue, purpose: str, rows: Sequence[Row]) -> str:
    tables = "".join(_table(words, role, list(of)) for role, of in groupby(rows, key=lambda row: row.role))
    return f'<section><h2 id="{purpose}">{escape(_purpose(words, purpose))}</h2>{tables}</section>'


def _table(words: Catalogue, role: str, rows: Sequence[Row]) -> str:
    name = escape(words.roles[RoleId(role)].label)
    open_rows = sum(row.decision != "deny" for row in rows)
    body = "".join(_row(words, row) for row in rows)
    return (
        f"<details><summary><h3>{name}</h3> {open_rows} van {len(rows)} categorieën, geheel of gemaskeerd"
        f'</summary><div class="breed" tabindex="0" role="region" aria-label="{name}">'
        f"<table><caption>Wat {name} krijgt</caption><thead><tr>"
        + "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        + f"</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


_HEADS: Final = ("Categorie", "Oordeel", "Voorwaarde", "Anders", "Reden", "Artikel", "Zekerheid")


def _row(words: Catalogue, row: Row) -> str:
    condition = words.conditions.get(row.condition)
    cells = (
        _verdict(words, row.decision, row.mask),
        f"{row.condition}: {condition.meaning}" if condition else "",
        _verdict(words, row.else_decision, row.else_mask),
        row.reason_nl,
        row.legal_ref,
        STATUS.get(row.legal_status, row.legal_status),
    )
    label = escape(words.categories[CategoryId(row.category)].label)
    tail = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{row.decision}"><th scope="row">{label}</th>{tail}</tr>'


def _verdict(words: Catalogue, decision: str, mask: str) -> str:
    match decision:
        case "allow":
            return "ja"
        case "mask":
            return words.masks[MaskId(mask)].nl
        case "deny":
            return "nee"
        case _:
            return ""


def _purpose(words: Catalogue, purpose: str) -> str:
    return words.purposes[PurposeId(purpose)].nl


_STYLE: Final = """
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:80rem;padding:1rem;color:#1a1a1a;background:#fff}
a{color:#01578a}a:focus-visible,summary:focus-visible,.breed:focus-visible{outline:3px solid #01578a;outline-offset:2px}
summary{padding:.5rem 0;cursor:pointer}summary h3{display:inline;font-size:1rem}
.breed{overflow-x:auto}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.5rem 0}
th,td{border:1px solid #6b6b6b;padding:.35rem .5rem;text-align:left;vertical-align:top}thead th{background:#e8eef2}
.allow td:nth-of-type(1){background:#dff2e1}.mask td:nth-of-type(1){background:#fdf3d0}
@media print{details{display:block}}
"""

_PAGE: Final = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Wie mag wat zien: de matrix van Schakel</title><style>{style}</style></head>
<body><header><h1>Wie mag wat zien</h1>
<p>{count} rijen van de beleidsregels, revisie {revision}. Wat hier niet staat, is geweigerd. Boven deze rijen gaan de
algemene regels: doel, fase, toewijzing, gebied, bewaartermijn en bescherming van het slachtoffer.</p></header>
<nav aria-label="Doelen"><h2>Doelen</h2><ul>{contents}</ul></nav>
<main>{sections}</main></body></html>
"""
