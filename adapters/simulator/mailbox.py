"""What was handed over to one pretend agency, in a JSON-lines file: one line a delivery or a copy that was taken back.

A line is on disk before it is acknowledged. One process owns the file. A last line that was cut off by a crash was
never acknowledged, and is dropped when the file is opened.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from gateway.domain.identifiers import CopyId

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One delivery in the mailbox. `received_at` is RFC 3339 in UTC; `document` is as it was handed over."""

    reference: str
    received_at: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A notice that a copy was taken back. `was_here`: its delivery had come in before."""

    reference: str
    was_here: bool
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[Item]):
    """The delivery or notice as it is kept, and whether it came in just now."""

    kept: Item
    is_new: bool


class MailboxError(Exception):
    """The file is in use by another process, or holds a line that nobody here wrote. Nothing starts."""


class OtherContent(Exception):
    """Another content came in under the id of a copy that is kept. A copy is sealed under its id: one is wrong."""


class TakenBack(Exception):
    """A copy is offered of which it is known that it was taken back."""


class Mailbox:
    """The deliveries of one agency, in the order of arrival."""

    def __init__(self, path: Path, *, prefix: str) -> None:
        """References are `<prefix>-1`, `<prefix>-2` ... Raises: MailboxError."""
        self._prefix = prefix
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._kept, self._recalls = _read(self._file)
        except BlockingIOError as error:
            os.close(self._file)
            raise MailboxError(f"{path} is in use by another process") from error
        except (ValueError, KeyError, TypeError) as error:
            os.close(self._file)
            raise MailboxError(f"{path} holds a line that is no delivery") from error

    def __iter__(self) -> Iterator[Kept]:
        return iter(tuple(self._kept.values()))

    @property
    def recalls(self) -> tuple[Recalled, ...]:
        """Every notice that a copy was taken back, in the order of arrival."""
        return tuple(self._recalls.values())

    def kind_of_recall(self, copy_id: str) -> str | None:
        """The last kind of notice about a copy; None for one that was not taken back."""
        about = [each.document for each in self.recalls if each.document["kopieId"] == copy_id]
        return about[-1]["soort"] if about else None

    def recall(self, notice_id: str, document: Mapping[str, Any]) -> Outcome[Recalled]:
        """Keeps the notice, on disk when this returns; one that is kept already stays as it is.

        Raises: OSError when it could not be written, and then it is not kept.
        """
        known = self._recalls.get(notice_id)
        if known is not None:
            return Outcome(kept=known, is_new=False)
        recalled = Recalled(
            reference=f"{self._prefix}-terug-{len(self._recalls) + 1}",
            was_here=document["kopieId"] in self._kept,
            document=document,
        )
        _append(self._file, _recall_row(recalled))
        self._recalls[notice_id] = recalled
        return Outcome(kept=recalled, is_new=True)

    def take_over(self, copy_id: CopyId, document: Mapping[str, Any], *, received_at: str) -> Outcome[Kept]:
        """Keeps the delivery, on disk when this returns; one that is kept already stays as it is.

        Raises: OtherContent, TakenBack; OSError when it could not be written, and then it is not kept.
        """
        known = self._kept.get(copy_id)
        if known is not None:
            if _digest(known.document) != _digest(document):
                raise OtherContent
            return Outcome(kept=known, is_new=False)
        if self.kind_of_recall(copy_id) is not None:
            raise TakenBack
        kept = Kept(
            reference=f"{self._prefix}-{len(self._kept) + 1}", received_at=received_at, document=document
        )
        _append(self._file, {"kopieId": copy_id, **_row(kept)})
        self._kept[copy_id] = kept
        return Outcome(kept=kept, is_new=True)

    def close(self) -> None:
        """Gives the file free for another process."""
        os.close(self._file)


def _row(kept: Kept) -> dict[str, Any]:
    return {"referentie": kept.reference, "ontvangenOp": kept.received_at, "aflevering": kept.document}


def _recall_row(recalled: Recalled) -> dict[str, Any]:
    return {
        "referentie": recalled.reference,
        "hadAflevering": recalled.was_here,
        "terughaling": recalled.document,
    }


def _read(file: int) -> tuple[dict[CopyId, Kept], dict[str, Recalled]]:
    data = b""
    while block := os.pread(file, 1 << 20, len(data)):
        data += block
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) != len(data):
        os.ftruncate(file, len(whole))
    kept: dict[CopyId, Kept] = {}
    recalls: dict[str, Recalled] = {}
    for line in whole.splitlines():
        row = json.loads(line)
        if "terughaling" in row:
            recalls[row["terughaling"]["meldingId"]] = Recalled(
                reference=row["referentie"], was_here=row["hadAflevering"], document=row["terughaling"]
            )
            continue
        kept[CopyId(row["kopieId"])] = Kept(
            reference=row["referentie"], received_at=row["ontvangenOp"], document=row["aflevering"]
        )
    return kept, recalls


def _append(file: int, row: Mapping[str, Any]) -> None:
    """A line that could not be written whole is taken back, so that it never merges with the next."""
    end = os.fstat(file).st_size
    line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    try:
        while line:
            line = line[os.write(file, line) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, end)
        raise


def _digest(document: Mapping[str, Any]) -> bytes:
    """Of what the sender sealed. Marks and wording may differ between two offers of one copy."""
    sealed = {name: document.get(name) for name in ("berichtId", "zaakId", "berichttype", "rol", "inhoud")}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True).encode()).digest()
