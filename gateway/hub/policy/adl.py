"""One record of the Authorization Decision Log per call of the decision point, at level 3.

Level 3: request, response, the policies and the information that were used. Each stands in exactly one of `body`
(raw) and `attributes` (a reference by which it can be found as long as the record is kept). Storing is for the hub.
Source: Authorization Decision Log (draft), sections specifications and information-management.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AdlEvent(StrEnum):
    """Which API of the decision point was called."""

    EVALUATION = "adl.access_evaluation"
    EVALUATIONS = "adl.access_evaluations"
    SEARCH_SUBJECT = "adl.search_subject"
    SEARCH_RESOURCE = "adl.search_resource"
    SEARCH_ACTION = "adl.search_action"


class AdlStatus(StrEnum):
    """UNSET also for a deny: a refusal is an answer. ERROR: the decision point could not decide."""

    UNSET = "Unset"
    ERROR = "Error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where the call stands in its trace (W3C Trace Context); `parent_id` when a traceparent came in."""

    trace_id: str
    span_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlRecord:
    """What was asked, answered, by which policies and on which information.

    `key` is the same for the same call, so that storing a record twice is noticed. `response` None: there was
    none, and `status` is ERROR. `controller` is the OIN of the agency for which was decided; `data_subjects` are
    pseudonyms of this case, never a BSN.
    """

    span: Span
    event: AdlEvent
    at: datetime
    request: Mapping[str, Any]
    response: Mapping[str, Any] | None
    revision: str
    information: Mapping[str, Any] = field(default_factory=dict)
    controller: str | None = None
    data_subjects: tuple[str, ...] = ()
    fsc_transaction_id: str | None = None

    @property
    def key(self) -> str:
        return f"{self.span.trace_id}-{self.span.span_id}"

    @property
    def status(self) -> AdlStatus:
        return AdlStatus.ERROR if self.response is None else AdlStatus.UNSET

    def to_json(self) -> dict[str, Any]:
        """The record as the standard writes it; members without a value are left out (I-JSON, no nulls)."""
        parent = {} if self.span.parent_id is None else {"parent_span_id": self.span.parent_id}
        return {
            "trace_id": self.span.trace_id,
            "span_id": self.span.span_id,
            **parent,
            "event_name": self.event.value,
            "timestamp": int(self.at.timestamp() * 1000),
            "status": self.status.value,
            "resource": self._resource(),
            "attributes": self._attributes(),
            "body": self._body(),
        }

    def _resource(self) -> dict[str, Any]:
        controller = {} if self.controller is None else {"controller.oin": self.controller}
        return {"service.name": "schakel-hub", **controller}

    def _attributes(self) -> dict[str, Any]:
        attributes: dict[str, Any] = {"adl.core.policies": {"opa-bundle": self.revision}}
        if self.data_subjects:
            attributes["dpl.core.data_subject_id"] = list(self.data_subjects)
        if self.fsc_transaction_id is not None:
            attributes["adl.fsc.transaction_id"] = self.fsc_transaction_id
        return attributes

    def _body(self) -> dict[str, Any]:
        answered = {} if self.response is None else {"adl.core.response": dict(self.response)}
        return {
            "adl.core.request": dict(self.request),
            "adl.core.information": dict(self.information),
            **answered,
        }
