"""The proof afterwards: the audit log exported, verified offline by a program that knows nothing of the gateway, and
caught when one byte is changed. And the search for content where there should be none."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from gateway.bootstrap import export_log
from gateway.local.demo import contents
from gateway.local.demo.cast import Cast
from gateway.local.demo.expectation import require
from gateway.local.demo.screen import Screen
from gateway.local.demo.screening import Played
from gateway.settings import load_hub

HIDDEN_RULE = "G07_niet_bevoegd_gebied"


def show_audit_trail(cast: Cast, screen: Screen, played: Played) -> None:
    """Raises Surprise when the log does not verify, does not notice the change, or content is found at the hub."""
    world = cast.exchange.world
    screen.title("9. Achteraf bewijzen")
    export = world.path / "logboek.jsonl"
    screen.step("Het logboek uitvoeren en controleren met een programma dat niets van de hub weet")
    leaves = export_log(load_hub(world.hub_settings), export)
    key = json.loads(world.exchange.registry.read_text())["hub"]["log_sleutel"]
    verified = _verify(export, key)
    require(verified.returncode == 0, f"het logboek klopt:\n{verified.stdout}{verified.stderr}")
    screen.good(f"{leaves} bladen gecontroleerd: {verified.stdout.strip().splitlines()[-1]}")
    _show_hidden_refusal(screen, export, played)
    _change_one_byte(screen, export, key)
    _search_for_content(cast, screen)


def _show_hidden_refusal(screen: Screen, export: Path, played: Played) -> None:
    screen.step("De gemeente buiten het gebied kreeg 'niet gevonden'; alleen het logboek noemt de regel")
    hidden = [body for body in _bodies(export) if (body.get("waarom") or {}).get("regel") == HIDDEN_RULE]
    require(bool(hidden), f"het logboek noemt {HIDDEN_RULE}")
    require(any((b.get("over") or {}).get("zaak_id") == played.other_case_id for b in hidden), "bij die zaak")
    why = hidden[0]["waarom"]
    screen.good(f"{hidden[0]['wat']}: {why['regel']} ({why.get('artikel') or 'geen artikel'})")


def _change_one_byte(screen: Screen, export: Path, key: str) -> None:
    screen.step("Eén byte veranderen")
    changed = export.with_name("vervalst.jsonl")
    data = bytearray(export.read_bytes())
    place = data.rfind(b'"rol":"') + len(b'"rol":"')
    data[place] ^= 1
    changed.write_bytes(bytes(data))
    verified = _verify(changed, key)
    require(verified.returncode == 1, f"de vervalsing wordt gezien:\n{verified.stdout}{verified.stderr}")
    lines = verified.stdout.strip().splitlines()
    wrong = next((number for number, line in enumerate(lines) if line.startswith("FOUT")), None)
    require(wrong is not None, f"de controle zegt wat er mis is:\n{verified.stdout}")
    for line in (*lines[wrong or 0 : (wrong or 0) + 2], lines[-1]):
        screen.say(line)
    screen.good("de controle ziet de verandering, en waar")


def _search_for_content(cast: Cast, screen: Screen) -> None:
    screen.step("Zoeken naar inhoud waar die niet hoort: database, logboeken, sporen en stroom van de hub")
    world = cast.exchange.world
    secrets = [secret.encode() for secret in contents.SECRETS]
    places = [world.hub_database.parent, world.logs, world.nats_data, world.path / "logboek.jsonl"]
    found = [str(file) for place in places for file in _files(place) if _holds(file, secrets)]
    require(not found, f"geen inhoud bij de hub, maar gevonden in {found}")
    control = world.path / "controle.txt"
    for secret in secrets:
        control.write_bytes(b"x" + secret + b"x")
        require(_holds(control, secrets), "de zoekactie vindt de inhoud waar zij wel staat")
    size = sum(file.stat().st_size for place in places for file in _files(place))
    screen.good(f"{len(secrets)} waarden gezocht, niets gevonden in {size // 1024} KiB")


def _holds(file: Path, secrets: list[bytes]) -> bool:
    data = file.read_bytes()
    return any(secret in data for secret in secrets)


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]


def _bodies(export: Path) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in export.read_text("utf-8").splitlines())
    return [line["inhoud"] for line in lines if line.get("regel") == "blad" and line["inhoud"]]


def _verify(export: Path, key: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "audit", "verify", str(export), "--key", key]
    return subprocess.run(command, capture_output=True, text=True, check=False)
