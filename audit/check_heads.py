"""The checkpoints of an export: are they this log's, who signed them, and which roots must the leaves give?

Looks at signatures and order only. Whether the leaves give these roots is `audit.check_leaves`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from audit.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from audit.errors import AuditError, NoteInvalid, WrongOrigin
from audit.export import Header
from audit.note import SignedNote, VerifierKey
from audit.outcome import Check, Defect, Outcome
from audit.witness import Cosignature, cosignatures

_LAST_SECOND = 253_402_300_799  # The end of the year 9999, where the calendar of the library ends.


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the auditor brings himself. Without a key, the key in the file is used, and that is said.

    `heads` are checkpoints that he got from elsewhere: a witness, an agency, an earlier audit.
    """

    log_key: VerifierKey | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    heads: tuple[str, ...] = ()


@dataclass(slots=True)
class HeadCheck:
    """Takes the checkpoints one by one. `heads` are those whose log signature was verified, by size."""

    header: Header
    trust: Trust
    outcome: Outcome
    heads: dict[int, Checkpoint] = field(default_factory=dict)
    outside: list[Checkpoint] = field(default_factory=list)
    vouched: dict[VerifierKey, tuple[int, Cosignature]] = field(
        default_factory=dict
    )  # largest size per witness
    seen: int = 0
    largest: int = -1

    @property
    def key(self) -> VerifierKey:
        return self.trust.log_key or self.header.log_key

    @property
    def witnesses(self) -> tuple[VerifierKey, ...]:
        """The auditor's own first; a key in the file never takes the place of one that he brought."""
        brought = {key.to_text() for key in self.trust.witnesses}
        return (*self.trust.witnesses, *(k for k in self.header.witnesses if k.to_text() not in brought))

    def identity(self) -> None:
        """Whether the file is of the log that the auditor asks about."""
        named = f"{self.header.origin}, sleutel {self.key.to_text()}"
        self.outcome.looked[Check.IDENTITY] = named
        if self.trust.log_key is None:
            self.outcome.warnings.append(
                "de sleutel komt uit het bestand zelf. Geef met --key de sleutel die u langs een andere weg kreeg; "
                "anders toont dit alleen dat het bestand met zichzelf klopt."
            )
        if self.header.log_key != self.key:
            text = f"het bestand noemt de sleutel {self.header.log_key.to_text()}"
            self.outcome.found(Check.IDENTITY, Defect.WRONG_KEY, text, line=1)
        if self.header.origin != self.header.log_key.name:
            text = f"de oorsprong {self.header.origin} heeft niet de naam van de sleutel"
            self.outcome.found(Check.IDENTITY, Defect.WRONG_ORIGIN, text, line=1)

    def take(self, line: int, note: str) -> None:
        """One checkpoint of the file."""
        self.seen += 1
        try:
            text = SignedNote.parse(note)
            head = Checkpoint.parse(text.text)
        except NoteInvalid as exc:
            self.outcome.found(Check.SIGNATURES, Defect.UNREADABLE, str(exc), line=line)
            return
        self._order(line, head)
        self._unknown_signatures(line, head, text)
        signed = self._opened(note, line, head)
        if signed is not None:
            self._keep(line, signed)

    def take_outside(self) -> None:
        """The checkpoints that the auditor brought; the leaves must give these roots as well."""
        for note in self.trust.heads:
            try:
                head = open_checkpoint(note, self.key).checkpoint
            except AuditError as exc:
                self.outcome.found(Check.OUTSIDE, Defect.BAD_SIGNATURE, str(exc))
                continue
            self.outside.append(head)
            known = self.heads.get(head.size)
            if known is not None and known.root != head.root:
                text = "het logboek ondertekende bij deze omvang ook een andere wortel dan u hebt"
                self.outcome.found(Check.OUTSIDE, Defect.FORK, text, size=head.size)

    def finish(self) -> None:
        """Says what was looked at, and who vouches up to where."""
        sizes = ", ".join(str(size) for size in self.heads)
        self.outcome.looked[Check.SIGNATURES] = f"gelezen: {self.seen}, geldig bij omvang: {sizes or 'geen'}"
        if not self.seen:
            text = "zonder ondertekend checkpoint bewijst het bestand niets"
            self.outcome.found(Check.SIGNATURES, Defect.NO_CHECKPOINT, text)
        if self.witnesses:
            self.outcome.looked[Check.WITNESSES] = "; ".join(map(self._vouching, self.witnesses))
        else:
            self.outcome.warnings.append(
                "geen enkele getuige: alleen de beheerder zelf staat in voor dit logboek."
            )
        for witness in self.trust.witnesses:
            if witness not in self.vouched:
                text = f"{witness.name} heeft geen enkel checkpoint geldig meeondertekend"
                self.outcome.found(Check.WITNESSES, Defect.WITNESS_SILENT, text)

    def _order(self, line: int, head: Checkpoint) -> None:
        known = self.heads.get(head.size)
        if known is not None and known.root != head.root:
            text = "een tweede checkpoint van deze omvang met een andere wortel"
            self.outcome.found(Check.SIGNATURES, Defect.FORK, text, line=line, size=head.size)
        elif head.size <= self.largest:
            text = f"staat na dat van {self.largest} bladen"
            self.outcome.found(Check.SIGNATURES, Defect.CHECKPOINT_ORDER, text, line=line, size=head.size)
        self.largest = max(self.largest, head.size)

    def _unknown_signatures(self, line: int, head: Checkpoint, note: SignedNote) -> None:
        known = (self.header.log_key, self.key, *self.witnesses)
        for signature in note.signatures:
            if not any(signature.by(key) for key in known):
                text = f"een handtekening van {signature.name} met een sleutel die de kop niet noemt"
                self.outcome.found(
                    Check.SIGNATURES, Defect.UNKNOWN_SIGNATURE, text, line=line, size=head.size
                )

    def _opened(self, note: str, line: int, head: Checkpoint) -> SignedCheckpoint | None:
        try:
            return open_checkpoint(note, self.key)
        except WrongOrigin as exc:
            self.outcome.found(Check.SIGNATURES, Defect.WRONG_ORIGIN, str(exc), line=line, size=head.size)
        except AuditError as exc:
            self.outcome.found(Check.SIGNATURES, Defect.BAD_SIGNATURE, str(exc), line=line, size=head.size)
        return None

    def _keep(self, line: int, signed: SignedCheckpoint) -> None:
        size = signed.checkpoint.size
        self.heads.setdefault(size, signed.checkpoint)
        for witness in self.witnesses:
            for cosignature in self._cosigned(line, signed, (witness,)):
                self.vouched[witness] = (size, cosignature)

    def _cosigned(
        self, line: int, signed: SignedCheckpoint, keys: Sequence[VerifierKey]
    ) -> tuple[Cosignature, ...]:
        try:
            return cosignatures(signed, keys)
        except AuditError as exc:
            size = signed.checkpoint.size
            self.outcome.found(Check.WITNESSES, Defect.BAD_SIGNATURE, str(exc), line=line, size=size)
            return ()

    def _vouching(self, witness: VerifierKey) -> str:
        origin = "door u opgegeven" if witness in self.trust.witnesses else "sleutel uit het bestand"
        if witness not in self.vouched:
            return f"{witness.name} ({origin}): niets"
        size, cosignature = self.vouched[witness]
        return f"{witness.name} ({origin}): tot en met {size} bladen, op {_moment(cosignature.at_s)}"


def _moment(at_s: int) -> str:
    """A witness may write any 63 bits; what is beyond the calendar is told as the number that it is."""
    if at_s > _LAST_SECOND:
        return f"seconde {at_s}"
    return datetime.fromtimestamp(at_s, UTC).isoformat()
