"""The envelope of a message: CloudEvents 1.0 by the NL GOV profile 1.1, without anything about persons."""

import re
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from gateway.domain.errors import InvalidInput
from gateway.protocol.canonical import malformed
from gateway.protocol.wire import Instant, ShortText, Signed, Uuid

SOURCE_PATTERN = r"^urn:nld:oin:[0-9]{8}[0-9A-Z]{12}:systeem:[A-Za-z0-9._~%-]+$"
TYPE_PATTERN = r"^nl\.huisverboden\.[a-z0-9]+(-[a-z0-9]+)*\.v[1-9][0-9]*$"


class Envelope(Signed):
    """`time` is when the message was logged by its node; when the act took place is the fact `gebeurd_op`. `simulatie`
    is a CloudEvents extension that every message of a simulation has and no other may have. `betwist`, one as well,
    says that the accuracy of what the message rests on is contested (Wpg 28(3)), and not who contests what."""

    specversion: Literal["1.0"] = "1.0"
    id: Uuid
    source: Annotated[str, StringConstraints(pattern=SOURCE_PATTERN)]
    type: Annotated[str, StringConstraints(pattern=TYPE_PATTERN)]
    subject: Uuid
    time: Instant
    dataschema: ShortText
    datacontenttype: Literal["application/jose"] = "application/jose"
    correlatieid: Uuid
    doel: ShortText
    urgentie: Literal["U0", "U1", "U2", "U3"]
    traceparent: (
        Annotated[str, StringConstraints(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None
    ) = None
    simulatie: Literal[True] | None = None
    betwist: Literal[True] | None = None

    def to_json(self) -> dict[str, Any]:
        """As CloudEvents JSON: an absent attribute is left out, never null."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def oin(self) -> str:
        """The organisation in `source`."""
        return source_oin(self.source)


def require_kind(envelope: Envelope, *, simulation: bool) -> None:
    """Raises InvalidInput where a message of a simulation comes to a hub or node that is none, or the other way round,
    whatever keys and registry they have in common."""
    if envelope.simulatie is True and not simulation:
        raise InvalidInput(
            code="bericht-uit-simulatie",
            detail_nl="Dit bericht is in een simulatie gemaakt; hier telt het niet.",
            detail_en="This message was made in a simulation; it does not count here.",
        )
    if envelope.simulatie is None and simulation:
        raise InvalidInput(
            code="bericht-niet-uit-simulatie",
            detail_nl="Dit bericht is niet in een simulatie gemaakt; in een simulatie hoort het niet.",
            detail_en="This message was not made in a simulation; it does not belong in one.",
        )


def source(oin: str, system: str) -> str:
    return f"urn:nld:oin:{oin}:systeem:{system}"


def source_oin(text: str) -> str:
    if not re.fullmatch(SOURCE_PATTERN, text):
        raise malformed("source", "geen urn:nld:oin")
    return text.split(":")[3]
