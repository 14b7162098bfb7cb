"""What can be wrong with an audit log, as one family.

    AuditError
    ├── BodyInvalid         a leaf body that the format does not allow
    ├── UnknownVersion      a body or a file of a version that this reader does not know
    ├── ProofInvalid        an inclusion or consistency proof that does not prove it
    ├── NoteInvalid         text that is not a signed note, or a key that is not a verifier key
    │   └── CheckpointInvalid   a signed note that is not a checkpoint
    ├── SignatureInvalid    a signature that is missing, by another key, or over other bytes
    ├── WrongOrigin         a checkpoint of another log
    ├── ExportMalformed     an export file that cannot be read as the format says
    ├── NotConsistent       two tree heads of one log that cannot belong to one history
    └── StaleCheckpoint     a checkpoint smaller than one that was seen before

Nothing else leaves this package for bad input; messages hold positions and identifiers, never personal data.
"""


class AuditError(Exception):
    """Base of everything that this package raises about the material it was given."""


class BodyInvalid(AuditError):
    """A leaf body that the format does not allow; the message starts with the JSON pointer."""


class UnknownVersion(AuditError):
    """A version that this reader does not know; half understanding it would prove nothing."""


class ProofInvalid(AuditError):
    """The proof does not lead from the leaf or the old root to the root."""


class NoteInvalid(AuditError):
    """Not a signed note, or not a verifier key, by C2SP signed-note."""


class CheckpointInvalid(NoteInvalid):
    """A note whose text is not a tree head by C2SP tlog-checkpoint."""


class SignatureInvalid(AuditError):
    """The required signature is missing or does not verify."""


class WrongOrigin(AuditError):
    """The checkpoint belongs to another log than the one asked about."""


class NotConsistent(AuditError):
    """Two signed tree heads cannot both be prefixes of one log: the log was forked or rewritten."""


class StaleCheckpoint(AuditError):
    """The checkpoint is smaller than one seen before; not a fork in itself, but never to be cosigned."""


class ExportMalformed(AuditError):
    """The export cannot be read as the format says. `line` counts from 1; the reason is in `__cause__`."""

    def __init__(self, line: int, reason: AuditError) -> None:
        super().__init__(f"regel {line}: {reason}")
        self.line = line
        self.__cause__ = reason
