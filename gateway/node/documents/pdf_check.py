"""What a PDF must look like from outside before a node stores it. It is never rendered or parsed here: whoever opens it
does so with a viewer of their own, and gets it as a file to save."""

import re
from typing import Final

from gateway.domain.errors import Cause, InvalidInput

START: Final = re.compile(rb"%PDF-[12]\.[0-9]")  # ISO 32000-2, 7.5.2
END: Final = b"%%EOF"  # 7.5.5
LOOK_AT_END: Final = 1024
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,150}\.pdf", re.IGNORECASE)


def check_pdf(start: bytes, end: bytes) -> None:
    """Raises InvalidInput unless it begins and ends as a PDF; `end` is its last LOOK_AT_END bytes."""
    if not START.match(start) or END not in end:
        raise _invalid("/", "geen-pdf", "Dit is geen (volledige) PDF.", "This is no PDF, or not all of one.")


def check_name(name: str) -> None:
    """Raises InvalidInput unless it can be the name of a PDF on every system."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise _invalid(
            "/bestandsnaam",
            "bestandsnaam",
            "Een bestandsnaam eindigt op .pdf en heeft geen mappen of bijzondere tekens.",
            "A file name ends with .pdf and has no folders or special characters.",
        )


def safe_name(name: str) -> str:
    """The name that a partner gave, or one of our own when it cannot be the name of a file here."""
    return name if _NAME.fullmatch(name) and name == name.strip() else "document.pdf"


def _invalid(pointer: str, code: str, nl: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="document-ongeldig",
        detail_nl=nl,
        detail_en=en,
        causes=(Cause(pointer=pointer, code=code, detail_nl=nl, detail_en=en),),
    )
