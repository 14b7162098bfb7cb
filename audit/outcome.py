"""What a verification looked at and what it found, and how that is told to a person."""

from dataclasses import dataclass, field
from enum import StrEnum

MAX_SHOWN = 25  # per check; one cut in a file can make thousands of findings, and the first ones tell where.


class Check(StrEnum):
    """What is looked at, in the order in which it is told."""

    FORM = "De regels van het bestand"
    IDENTITY = "Oorsprong en sleutel van het logboek"
    SIGNATURES = "Handtekeningen onder de checkpoints"
    WITNESSES = "Getuigen"
    ORDER = "Volgorde en volledigheid van de bladen"
    CONTENT = "Inhoud en zout van elk blad tegen zijn hash"
    TREE = "De boom van bladen tegen elk checkpoint"
    OUTSIDE = "Het checkpoint dat u van elders hebt"
    NUMBERS = "Volgnummers per persoon"
    ERASURES = "Gewiste bladen"


class Defect(StrEnum):
    """What can be wrong. The code is stable, for scripts; the sentence beside it is for people."""

    UNREADABLE = "onleesbare-regel"
    UNKNOWN_VERSION = "onbekende-versie"
    MISPLACED = "regel-op-verkeerde-plaats"
    WRONG_KEY = "verkeerde-sleutel"
    WRONG_ORIGIN = "verkeerde-oorsprong"
    BAD_SIGNATURE = "handtekening-ongeldig"
    UNKNOWN_SIGNATURE = "handtekening-onbekend"
    NO_CHECKPOINT = "geen-checkpoint"
    CHECKPOINT_ORDER = "checkpoints-volgorde"
    FORK = "splitsing"
    WITNESS_SILENT = "getuige-zonder-handtekening"
    LEAF_MISSING = "blad-ontbreekt"
    LEAF_REPEATED = "dubbele-index"
    LEAF_MOVED = "volgorde-veranderd"
    TRUNCATED = "afgekapt"
    NOT_SIGNED = "niet-ondertekend"
    WRONG_COUNT = "aantal-klopt-niet"
    LEAF_CHANGED = "blad-veranderd"
    BODY_INVALID = "inhoud-ongeldig"
    ROOT_DIFFERS = "wortel-klopt-niet"
    ROLLED_BACK = "ouder-dan-bekend"
    NUMBER_WRONG = "volgnummer-klopt-niet"
    ERASURE_UNRECORDED = "inhoud-verdwenen"


def printable(text: str) -> str:
    """The text without what could steer a terminal: names and values in a file may be an attacker's."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `line`, `leaf` and `size` (of a checkpoint) say where, as far as they
    apply."""

    check: Check
    defect: Defect
    text: str
    line: int | None = None
    leaf: int | None = None
    size: int | None = None

    def __str__(self) -> str:
        places = (
            f"regel {self.line}" if self.line is not None else None,
            f"blad {self.leaf}" if self.leaf is not None else None,
            f"checkpoint {self.size}" if self.size is not None else None,
        )
        where = ", ".join(place for place in places if place)
        return f"{self.defect}{f' ({where})' if where else ''}: {self.text}"


@dataclass(slots=True)
class Outcome:
    """Grows while a verification runs. `looked` says of each check that was made what it covered."""

    findings: list[Finding] = field(default_factory=list)
    looked: dict[Check, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing wrong was found in what was looked at."""
        return not self.findings

    def found(
        self,
        check: Check,
        defect: Defect,
        text: str,
        *,
        line: int | None = None,
        leaf: int | None = None,
        size: int | None = None,
    ) -> None:
        self.findings.append(Finding(check=check, defect=defect, text=text, line=line, leaf=leaf, size=size))

    def to_text(self) -> str:
        """The whole outcome in plain Dutch, one line per check, findings and warnings below their check."""
        lines = [line for check in Check for line in self._check_lines(check)]
        lines += [f"LET OP  {warning}" for warning in self.warnings]
        verdict = "klopt." if self.sound else f"klopt NIET. Aantal bevindingen: {len(self.findings)}."
        return "\n".join([*map(printable, lines), "", f"UITKOMST: het logboek {verdict}"]) + "\n"

    def _check_lines(self, check: Check) -> list[str]:
        own = [finding for finding in self.findings if finding.check is check]
        if check not in self.looked and not own:
            return []
        lines = [f"{'FOUT' if own else 'goed'}    {check}: {self.looked.get(check, 'niet verder bekeken')}"]
        lines += [f"          {finding}" for finding in own[:MAX_SHOWN]]
        if len(own) > MAX_SHOWN:
            lines.append(f"          en nog {len(own) - MAX_SHOWN} bevindingen van deze soort")
        return lines
