"""`schakel catalogue --compare` and `--release`: what changed since the release, and its deliberate snapshot."""

import json
from importlib.resources import files
from pathlib import Path

from gateway.domain.catalogue import catalogue
from gateway.domain.catalogue.compatibility import Difference, compare
from gateway.domain.catalogue.released_shape import SNAPSHOT, Released, Shape, shapes_of


def released() -> Released:
    """What was released, by type and version. Raises FileNotFoundError, ValueError."""
    found: Released = json.loads((files("gateway.domain.catalogue") / SNAPSHOT).read_text(encoding="utf-8"))
    return found


def print_comparison(before: Released) -> int:
    """Every difference from what was released before, on standard output; 1 when one of them breaks who uses it."""
    differences = compare(before, shapes_of(catalogue()))
    for difference in differences:
        print(_line(difference))
    breaking = [difference for difference in differences if difference.is_breaking]
    print(f"{len(differences)} verschillen met de uitgave, waarvan {len(breaking)} brekend")
    return 1 if breaking else 0


def write_release(path: Path) -> int:
    """Writes the snapshot with the types as they are now beside what was released before; 1 when that would break a
    released version: then give the type a new first number of its version."""
    before: Released = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    now = shapes_of(catalogue())
    breaking = [difference for difference in compare(before, now) if difference.is_breaking]
    if breaking:
        print("niet uitgegeven; dit breekt wie de vorige uitgave gebruikt:")
        for difference in breaking:
            print(_line(difference))
        return 1
    path.write_text(snapshot(before, now), encoding="utf-8")
    print(f"{len(now)} berichttypen uitgegeven in {path}")
    return 0


def snapshot(before: Released, now: Released) -> str:
    """The file: one field a line, so that a diff of it can be read."""
    lines = []
    for name in sorted({*before, *now}):
        versions = {**before.get(name, {}), **now.get(name, {})}
        body = ",\n".join(_version(version, versions[version]) for version in sorted(versions))
        lines.append(f" {json.dumps(name)}: {{\n{body}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _version(version: str, shape: Shape) -> str:
    fields = ",\n".join(
        f"    {json.dumps(name)}: {json.dumps(field, ensure_ascii=False)}"
        for name, field in shape["velden"].items()
    )
    rules = json.dumps(shape["regels"], ensure_ascii=False)
    return f'  {json.dumps(version)}: {{\n   "velden": {{\n{fields}\n   }},\n   "regels": {rules}\n  }}'


def _line(difference: Difference) -> str:
    return f"{'BREEKT ' if difference.is_breaking else '       '}{difference.where}: {difference.what}"
