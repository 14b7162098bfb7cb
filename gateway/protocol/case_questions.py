"""What a node asks the hub about a case as a whole: that it is linked to another, merged into one, or handed over.

Asked over the subject `besluit` or POST /v1/besluiten.
"""

from typing import Annotated, Literal

from pydantic import StringConstraints

from gateway.protocol.submission import Staff
from gateway.protocol.wire import Body, Uuid

MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class LinkQuestion(Body):
    """A repeated ban is a new case, linked to the earlier one of the same household (domain.md T26)."""

    soort: Literal["koppeling"]
    zaak_id: Uuid
    eerdere_zaak_id: Uuid
    door: Staff


class MergeQuestion(Body):
    """The case was opened twice: this one ends, and goes on in the other one."""

    soort: Literal["samenvoeging"]
    zaak_id: Uuid
    voortgezet_in: Uuid
    door: Staff


class HandoverCaseQuestion(Body):
    """The dwelling of the case lies in another municipality: whoever is competent there takes it over."""

    soort: Literal["zaak_overdracht"]
    zaak_id: Uuid
    gemeentecode: MunicipalityCode
    door: Staff


CaseChangeQuestion = LinkQuestion | MergeQuestion | HandoverCaseQuestion
