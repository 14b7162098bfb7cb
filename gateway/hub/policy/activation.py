"""Which revision is in use: the newest that two people activated. Revisions only go up.

The folder of policies holds `bundels/<revision>.tar.gz` as built and `activaties.jsonl`, one record a line, each
signed by two different keys. A record names the digest of the bundle and of the record before it, so that none
can be taken out or put in between. Cutting off the end is noticed by whoever knows a newer revision: the running
hub does, and passes what it has stored at a start.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from gateway.domain.clock import parse_time, rfc3339
from gateway.domain.errors import InvalidValue
from gateway.hub.policy.bundle import Bundle, BundleError, build_bundle, verify_bundle
from gateway.hub.policy.revision import Revision
from gateway.hub.policy.signing import BadSignature, PolicyKey, sha256_hex, sign, verify

SIGNATURES_NEEDED: Final = 2
APPROVAL_HOLDS: Final = timedelta(days=1)
"""How long the first person's approval waits for the second (a design choice)."""
_FORMAT: Final = 1  # another number is refused; a new member of a record needs a new number


class ActivationError(Exception):
    """This revision is not, or may not be, in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFolder:
    """The folder, with the keys that count: one that signs bundles, and those of the people who activate.

    With `simulation` given, only rules of that kind can be in use: those of a simulation believe in pilots that need a
    change of law, and no other installation may decide by them.
    """

    path: Path
    bundle_key: PolicyKey
    activators: Sequence[PolicyKey]
    simulation: bool | None = None

    @classmethod
    def at(cls, path: Path) -> Self:
        """The folder with the keys that lie beside it: `sleutels/bundel.pem` and `sleutels/activeerders/*.pem`.

        Whoever can change those keys decides whom the hub believes, so a hub mounts them from elsewhere. Raises
        ActivationError.
        """
        keys = path / "sleutels"
        try:
            activators = [PolicyKey.read(each) for each in sorted((keys / "activeerders").glob("*.pem"))]
            return cls(path=path, bundle_key=PolicyKey.read(keys / "bundel.pem"), activators=activators)
        except (OSError, BadSignature) as error:
            raise ActivationError(f"{keys}: {error}") from error

    @property
    def log(self) -> Path:
        return self.path / "activaties.jsonl"

    def built(self, revision: Revision) -> Path:
        """Where the bundle of that revision stands after `schakel policy build`."""
        return self.path / "bundels" / f"{revision}.tar.gz"

    def approve(self, revision: Revision, *, key: PolicyKey, now: datetime) -> str:
        """The first person's signed approval of a built revision, as one line for the second person, who may sit
        elsewhere: no private key leaves its machine. It holds for a day, and only while nothing else is activated.

        Raises as `activate`, and BadSignature without a private key.
        """
        if key.id not in {each.id for each in self.activators}:
            raise ActivationError("this key is none of an activator")
        record = self._next_record(self._records(), self._bundle(revision), now)
        return _line(record, [sign(record, key)])

    def activate(
        self, revision: Revision, *, keys: Sequence[PolicyKey], now: datetime, approval: str | None = None
    ) -> None:
        """Put the built bundle into use: the running hub and its OPA take it within seconds.

        With `approval` the record that its signer approved is signed too. Raises ActivationError when two
        different activators did not sign, the bundle does not verify, the revision is not newer, or the approval is
        older than a day or of something else.
        """
        record = self._next_record(self._records(), self._bundle(revision), now)
        signatures: list[str] = []
        if approval is not None:
            record, signatures = _approved(approval, record, now)
        signatures += [sign(record, key) for key in keys]
        self._require_two(record, signatures)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(_line(record, signatures) + "\n")

    def current(self, known: Revision | None = None) -> Revision:
        """The revision in use, every record and the bundle verified.

        `known` is the newest revision that the caller has decided with. Raises ActivationError when nothing
        is activated, a record or bundle does not verify, or the newest record is older than `known`.
        """
        records = self._records()
        if not records:
            raise ActivationError("no revision was activated")
        newest = Revision.parse(records[-1]["revisie"])
        if known is not None and (newest.number < known.number or _same_number(newest, known)):
            raise ActivationError(f"{newest} was put in the place of {known}: revisions only go up")
        bundle = self._verified(self._archive(self.built(newest)))
        if bundle.sha256 != records[-1]["bundel_sha256"]:
            raise ActivationError(f"the bundle of {newest} is not the one that was activated")
        if self.simulation not in {None, bundle.is_for_simulation}:
            made, here = ("a simulation", "none") if bundle.is_for_simulation else ("no simulation", "one")
            raise ActivationError(f"the rules of {newest} are for {made}, and this installation is {here}")
        return newest

    def _bundle(self, revision: Revision) -> Bundle:
        bundle = self._verified(self._archive(self.built(revision)))
        if bundle.revision != revision:
            raise ActivationError(f"{self.built(revision).name} holds {bundle.revision}")
        return bundle

    def _next_record(
        self, records: Sequence[Mapping[str, Any]], bundle: Bundle, now: datetime
    ) -> dict[str, Any]:
        if records and bundle.revision.number <= Revision.parse(records[-1]["revisie"]).number:
            raise ActivationError(f"{bundle.revision} is not newer than {records[-1]['revisie']}")
        return {
            "versie": _FORMAT,
            "revisie": str(bundle.revision),
            "bundel_sha256": bundle.sha256,
            "geactiveerd_op": rfc3339(now),
            "vorige": _digest(records[-1]) if records else None,
        }

    def _records(self) -> list[dict[str, Any]]:
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        records: list[dict[str, Any]] = []
        for line in lines:
            record = self._record(line)
            before = records[-1] if records else None
            if record["vorige"] != (_digest(before) if before else None):
                raise ActivationError("the record of activations has a gap")
            records.append(record)
        return records

    def _record(self, line: str) -> dict[str, Any]:
        record, signatures = _read(line)
        self._require_two(record, signatures)
        return record

    def _require_two(self, record: Mapping[str, Any], signatures: Sequence[str]) -> None:
        signers = {
            key.id for key in self.activators for token in signatures if _signed_by(token, key, record)
        }
        if len(signers) < SIGNATURES_NEEDED:
            raise ActivationError(f"{record['revisie']} was not signed by two different activators")

    def _verified(self, archive: bytes) -> Bundle:
        try:
            return verify_bundle(archive, key=self.bundle_key)
        except BundleError as error:
            raise ActivationError(str(error)) from error

    def _archive(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise ActivationError(f"{path.name} cannot be read") from error


def build_into(folder: Path, policies: Path, *, key: PolicyKey, number: int | None = None) -> Bundle:
    """Build the policies into `bundels/` of the folder; without `number`, one higher than the highest there.

    Raises BundleError, also when that number was built before with other content.
    """
    place = folder / "bundels"
    place.mkdir(parents=True, exist_ok=True)
    built = {Revision.parse(each.name.removesuffix(".tar.gz")) for each in place.glob("*.tar.gz")}
    chosen = number if number is not None else max((each.number for each in built), default=0) + 1
    bundle = build_bundle(policies, place / "nieuw", key=key, number=chosen)
    if any(_same_number(bundle.revision, each) for each in built):
        raise BundleError(f"number {chosen} was built before with other content")
    (place / "nieuw").replace(place / f"{bundle.revision}.tar.gz")
    return bundle


_MEMBERS: Final = {"versie", "revisie", "bundel_sha256", "geactiveerd_op", "vorige"}


def _line(record: Mapping[str, Any], signatures: Sequence[str]) -> str:
    return json.dumps({"record": record, "handtekeningen": signatures}, sort_keys=True)


def _read(line: str) -> tuple[dict[str, Any], list[str]]:
    """A record with its signatures, in the one form that is known; whether they hold is for the caller."""
    try:
        read = json.loads(line)
        record, signatures = read["record"], read["handtekeningen"]
        Revision.parse(record["revisie"])
        parse_time(record["geactiveerd_op"])
        known = record["versie"] == _FORMAT and record.keys() == _MEMBERS and isinstance(signatures, list)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidValue) as error:
        raise ActivationError("a record of an activation cannot be read") from error
    if not known:
        raise ActivationError("a record of an activation has another form")
    return dict(record), signatures


def _approved(approval: str, due: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], list[str]]:
    """What was approved, when it is what would be activated now and not too old."""
    record, signatures = _read(approval)
    if {**record, "geactiveerd_op": ""} != {**due, "geactiveerd_op": ""}:
        raise ActivationError("the approval is of another revision or bundle, or another one came in between")
    if not timedelta() <= now - parse_time(record["geactiveerd_op"]) <= APPROVAL_HOLDS:
        raise ActivationError("the approval is older than a day: approve again")
    return record, signatures


def _signed_by(token: str, key: PolicyKey, record: Mapping[str, Any]) -> bool:
    try:
        return verify(token, key) == record
    except BadSignature:
        return False


def _digest(record: Mapping[str, Any]) -> str:
    return sha256_hex(json.dumps(record, sort_keys=True, separators=(",", ":")).encode())


def _same_number(one: Revision, other: Revision) -> bool:
    return one.number == other.number and one != other
