"""The commands for an auditor, `python -m audit ...`. Exit status: 0 sound, 1 not sound, 2 wrongly asked or
unreadable."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from audit.access_log import access_log
from audit.body import Body, parse_body
from audit.check_heads import Trust
from audit.checkpoint import SignedCheckpoint, open_checkpoint
from audit.errors import AuditError, NoteInvalid
from audit.export import CheckpointLine, Header, LeafLine, read_export
from audit.ldv import ProcessingRegister, logbook
from audit.note import VerifierKey
from audit.outcome import printable
from audit.proof import Evidence
from audit.report import PersonReport, ReportVerdict, build_report, lines
from audit.shape import Shape
from audit.verify import verify_export
from audit.witness import Cosignature

SOUND, NOT_SOUND, WRONGLY_ASKED = 0, 1, 2
_MAX_SMALL_FILE = 1 << 26  # bytes; a report of a person with a hundred thousand events


class _Usage(Exception):
    """What was asked cannot be done: a file that is not there, a key that is none."""


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m audit", description="Controleert een logboek zonder de hub."
    )
    add_commands(parser.add_subparsers(required=True, metavar="OPDRACHT"))
    args = parser.parse_args(argv)
    return int(args.run(args))


def add_commands(subparsers: Any) -> None:
    """Adds the commands to an argparse subparsers object; each sets `run`, which takes the parsed
    arguments."""
    _command(subparsers, "verify", _verify, "controleer een export van het logboek", "EXPORT")
    proof = _command(subparsers, "check-proof", _check_proof, "controleer het bewijs van één blad", "BEWIJS")
    report = _command(subparsers, "report", _report, "maak het overzicht van één persoon", "EXPORT")
    report.add_argument("--person", required=True, help="het persoon_id waarover het overzicht gaat")
    report.add_argument("--out", required=True, help="waar het overzicht komt te staan")
    check = _command(subparsers, "check-report", _check_report, "controleer zo'n overzicht", "OVERZICHT")
    for parser in (proof, check):
        parser.add_argument(
            "--quorum", type=int, default=0, help="hoeveel getuigen ten minste moeten meetekenen"
        )
    ldv = _command(
        subparsers, "ldv", _ldv, "schrijf het Logboek Dataverwerkingen van één organisatie", "EXPORT"
    )
    ldv.add_argument("--controller", required=True, help="het OIN van de verwerkingsverantwoordelijke")
    ldv.add_argument("--register", required=True, help="JSON: doel naar URI in het verwerkingsregister")
    access = _command(subparsers, "access", _access, "schrijf het toegangslogboek", "EXPORT")
    access.add_argument("--oin", help="alleen wat deze organisatie deed of kreeg")


def _command(subparsers: Any, name: str, run: Any, text: str, file: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("file", metavar=file)
    parser.add_argument("--key", help="sleutel van het logboek: de tekst zelf, of een bestand ermee")
    parser.add_argument(
        "--witness-key",
        action="append",
        default=[],
        help="sleutel van een getuige; mag vaker",
        metavar="SLEUTEL",
    )
    parser.add_argument(
        "--checkpoint", action="append", default=[], help="checkpoint dat u van elders hebt; mag vaker"
    )
    parser.set_defaults(run=lambda args: _guarded(run, args))
    return parser


def _guarded(run: Any, args: argparse.Namespace) -> int:
    try:
        return int(run(args))
    except (_Usage, OSError) as exc:
        print(f"Dit gaat niet: {printable(str(exc))}", file=sys.stderr)
        return WRONGLY_ASKED
    except AuditError as exc:
        print(f"FOUT    {printable(str(exc))}\n\nUITKOMST: het klopt NIET.")
        return NOT_SOUND


def _verify(args: argparse.Namespace) -> int:
    with Path(args.file).open("rb") as stream:
        outcome = verify_export(stream, _trust(args))
    print(outcome.to_text(), end="")
    return SOUND if outcome.sound else NOT_SOUND


def _check_proof(args: argparse.Namespace) -> int:
    evidence = Evidence.parse(_text(args.file))
    trust = _trust(args)
    signed, vouching = evidence.verify(_required_key(trust), witnesses=trust.witnesses, quorum=args.quorum)
    head = signed.checkpoint
    print(f"goed    blad {evidence.index} staat in {head.origin}, ondertekend bij {head.size} bladen")
    print(f"goed    meeondertekend door: {_names(vouching)}")
    print(f"inhoud  {printable(evidence.leaf.canonical_body.decode())}\n\nUITKOMST: het bewijs klopt.")
    return SOUND


def _report(args: argparse.Namespace) -> int:
    key = _sound_or_stop(args)
    with Path(args.file).open("rb") as stream:
        signed = _largest_checkpoint(stream, key)
    with Path(args.file).open("rb") as stream:
        report = build_report(args.person, _leaves(stream), signed)
    Path(args.out).write_bytes(report.to_bytes())
    return _tell_report(report.verify(key))


def _check_report(args: argparse.Namespace) -> int:
    report = PersonReport.from_bytes(_bytes(args.file))
    trust = _trust(args)
    return _tell_report(report.verify(_required_key(trust), witnesses=trust.witnesses, quorum=args.quorum))


def _tell_report(verdict: ReportVerdict) -> int:
    print("\n".join(map(printable, lines(verdict))))
    print(f"goed    {len(verdict.events)} gebeurtenissen, elk bewezen in het logboek")
    print(f"goed    meeondertekend door: {_names(verdict.vouching)}")
    if verdict.missing:
        print(
            f"FOUT    ontbrekende volgnummers: {', '.join(map(str, verdict.missing))} (gewist of weggelaten)"
        )
    if not verdict.closed:
        print(
            "LET OP  zonder afsluitende gebeurtenis kan er na het laatste volgnummer nog iets gekomen zijn."
        )
    if verdict.complete:
        print("\nUITKOMST: het overzicht is volledig tot en met de afsluiting.")
        return SOUND
    print(
        f"\nUITKOMST: het overzicht is {'NIET volledig' if verdict.missing else 'zonder gaten, maar niet afgesloten'}."
    )
    return NOT_SOUND if verdict.missing else SOUND


def _names(vouching: Iterable[Cosignature]) -> str:
    return ", ".join(one.witness.name for one in vouching) or "niemand van wie u de sleutel gaf"


def _ldv(args: argparse.Namespace) -> int:
    _sound_or_stop(args)
    register = _register(args.register)
    with Path(args.file).open("rb") as stream:
        for line in logbook(_events(stream), args.controller, register):
            print(json.dumps(line.to_json(), ensure_ascii=False))
    return SOUND


def _access(args: argparse.Namespace) -> int:
    _sound_or_stop(args)
    with Path(args.file).open("rb") as stream:
        for line in access_log(_events(stream), oin=args.oin):
            print(json.dumps(line.to_json(), ensure_ascii=False))
    return SOUND


def _sound_or_stop(args: argparse.Namespace) -> VerifierKey:
    """The log key, after the export was verified: a view on a log that is not sound would be a lie."""
    trust = _trust(args)
    with Path(args.file).open("rb") as stream:
        outcome = verify_export(stream, trust)
    if not outcome.sound:
        print(outcome.to_text(), end="", file=sys.stderr)
        raise AuditError("de export klopt niet; er wordt niets uit afgeleid")
    with Path(args.file).open("rb") as stream:
        header = next(line for _, line in read_export(stream) if isinstance(line, Header))
    return trust.log_key or header.log_key


def _largest_checkpoint(stream: BinaryIO, key: VerifierKey) -> SignedCheckpoint:
    notes = [line.note for _, line in read_export(stream) if isinstance(line, CheckpointLine)]
    return open_checkpoint(notes[-1], key)


def _leaves(stream: BinaryIO) -> Iterator[LeafLine]:
    return (line for _, line in read_export(stream) if isinstance(line, LeafLine))


def _events(stream: BinaryIO) -> Iterator[tuple[int, Body]]:
    return ((leaf.index, parse_body(leaf.body)) for leaf in _leaves(stream) if leaf.body is not None)


def _register(path: str) -> ProcessingRegister:
    try:
        shape = Shape.of(json.loads(_text(path)))
        activities = shape.inner("verwerkingen").members
        texts = {
            name: shape.members[name] for name in ("oorsprong", "persoon_id_type", "verwerker", "dienst")
        }
    except (ValueError, KeyError, AuditError) as exc:
        raise _Usage(f"{path} is geen verwerkingsregister: {exc}") from exc
    return ProcessingRegister(
        origin=texts["oorsprong"],
        activities=activities,
        subject_id_type=texts["persoon_id_type"],
        processor=texts["verwerker"],
        service=texts["dienst"],
    )


def _trust(args: argparse.Namespace) -> Trust:
    return Trust(
        log_key=_key(args.key) if args.key else None,
        witnesses=tuple(_keys(args.witness_key)),
        heads=tuple(_text(path) for path in args.checkpoint),
    )


def _keys(values: Iterable[str]) -> list[VerifierKey]:
    return [_key(value) for value in values]


def _key(value: str) -> VerifierKey:
    text = value if "+" in value and not Path(value).exists() else _text(value)
    try:
        return VerifierKey.parse(text)
    except NoteInvalid as exc:
        raise _Usage(f"{value} is geen sleutel (naam+nummer+sleutel): {exc}") from exc


def _required_key(trust: Trust) -> VerifierKey:
    if trust.log_key is None:
        raise _Usage("geef met --key de sleutel van het logboek; een bewijs draagt die niet bij zich")
    return trust.log_key


def _text(path: str) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as exc:
        raise _Usage(f"{path} is geen tekst") from exc


def _bytes(path: str) -> bytes:
    data = Path(path).read_bytes()
    if len(data) > _MAX_SMALL_FILE:
        raise _Usage(f"{path} is groter dan {_MAX_SMALL_FILE} bytes")
    return data
