"""Asking the hub which cases of a list exist for a person, each in the role that the list is about.

Many cases are asked about in one question. What is left out of the answer does not exist for this person; why does not
show.
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.protocol.wire import Body, ShortText, Uuid

MOST_CASES = 200


class CaseInRole(Body):
    """A case, as the person works on it in this role."""

    zaak_id: Uuid
    rol: ShortText


class VisibilityQuestion(Body):
    """Which of these cases may a list show to this person?"""

    soort: Literal["zichtbaarheid"]
    medewerker: ShortText
    zaken: Annotated[list[CaseInRole], Field(min_length=1, max_length=MOST_CASES)]


class VisibilityAnswer(Body):
    """Those that it may, in the order of the question."""

    zichtbaar: list[CaseInRole]
