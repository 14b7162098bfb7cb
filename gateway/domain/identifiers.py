"""Names of things, each its own type, and the parsers that let outside text become one.

Says what an identifier looks like. Whether it exists, and who may know that, is for the registry and the hub.
"""

import re
import uuid
from typing import Final, NewType

from gateway.domain.errors import InvalidValue

Oin = NewType("Oin", str)
CaseId = NewType("CaseId", str)
MessageId = NewType("MessageId", str)
CopyId = NewType("CopyId", str)
PersonId = NewType("PersonId", str)
RoleId = NewType("RoleId", str)
AgencyKind = NewType("AgencyKind", str)
PurposeId = NewType("PurposeId", str)
CategoryId = NewType("CategoryId", str)
MaskId = NewType("MaskId", str)
RuleId = NewType("RuleId", str)
StateId = NewType("StateId", str)
StaffRef = NewType("StaffRef", str)

_OIN: Final = re.compile(r"[0-9]{20}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_STAFF_REF: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}", re.ASCII)


def parse_oin(text: object) -> Oin:
    """Twenty digits, as in a certificate's subject.serialNumber.

    Raises: InvalidValue. Source: OIN-stelsel (Logius), structure of the number.
    """
    if isinstance(text, str) and _OIN.fullmatch(text):
        return Oin(text)
    raise InvalidValue.of("oin", "Een OIN bestaat uit 20 cijfers.", "An OIN has 20 digits.")


def parse_uuid(text: object) -> str:
    """A UUID in its one canonical spelling: lower case, with hyphens.

    One spelling only, because identifiers are compared and signed as text. Raises: InvalidValue. Source: RFC
    9562, 4.
    """
    if isinstance(text, str) and _UUID.fullmatch(text):
        return text
    raise InvalidValue.of(
        "uuid",
        "Een uuid heeft 32 hexadecimale tekens in kleine letters, met streepjes.",
        "A uuid has 32 lower-case hexadecimal digits, with hyphens.",
    )


def parse_staff_ref(text: object) -> StaffRef:
    """The reference by which an agency knows its own employee: 1 to 64 letters, digits and `._:/-`.

    Never a name or an e-mail address, since it stands in logs. Raises: InvalidValue.
    """
    if isinstance(text, str) and _STAFF_REF.fullmatch(text):
        return StaffRef(text)
    raise InvalidValue.of(
        "medewerker_ref",
        "Een medewerkerverwijzing heeft 1 tot 64 letters, cijfers of ._:/- en is nooit een naam.",
        "A staff reference has 1 to 64 letters, digits or ._:/- and is never a name.",
    )


def new_id() -> str:
    """A random identifier (UUID version 4): says nothing about what it names."""
    return str(uuid.uuid4())
