"""A delivery as the lines that a person reads in the agency's own system: what it is, its content, what is not in it.

Decides order and wording for every kind of agency; what comes first for whom is a Layout, in the folder of that kind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.contract import Delivery, Mark, Withheld
from adapters.plain_dutch import label_of, text_of
from gateway.domain.catalogue import Catalogue, MessageType, TypeSpec, catalogue
from gateway.domain.clock import LOCAL, parse_time
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import CategoryId, PurposeId, RoleId, RuleId

SUMMARIES: Final = "samenvattingen"
"""Where a copy holds the approved summaries, by category."""

_URGENCY: Final = {
    "U0": "direct (U0)",
    "U1": "spoed (U1)",
    "U2": "vandaag (U2)",
    "U3": "regulier (U3)",
}
_MARKS: Final = {
    Mark.SIMULATION: "SIMULATIE: dit bericht is verzonnen; handel er niet naar.",
    Mark.CORRECTED: "De afzender heeft dit bericht gecorrigeerd; lees eerst de correctie.",
    Mark.WITHDRAWN: "De afzender heeft dit bericht ingetrokken; lees eerst de correctie en gebruik het niet.",
    Mark.RECALLED: "De afzender heeft dit bericht teruggehaald; gebruik het niet.",
    Mark.CONTESTED: "Of dit bericht klopt, wordt betwist.",
    Mark.DOCUMENT_MISSING: "Een document bij dit bericht is nog niet binnen of klopte niet; zie het postvak.",
    Mark.PREDECESSOR_MISSING: "Een eerder bericht in deze zaak is nog niet binnen; dit bericht kan daarop voortbouwen.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line on the screen of the agency's system."""

    label: str
    text: str


class NoDesk(InvalidInput):
    """The delivery is for a role that this kind of agency does not have: nobody would see it."""

    default_code = "geen-postbak-voor-rol"
    default_nl = "Deze organisatie heeft geen postbak voor de rol van de ontvanger."
    default_en = "This agency has no desk for the role of the recipient."


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How one kind of agency shows a delivery.

    `desks` says where in its system each of its roles looks; `first` names the fields that its people need first, in
    that order, before the rest in the order of the schema.
    """

    desks: Mapping[RoleId, str]
    first: tuple[str, ...]

    def lines(self, delivery: Delivery) -> tuple[Line, ...]:
        """Every field of the copy and every field that is withheld, each at least once.

        Raises: UnknownMessageType, NoDesk.
        """
        book = catalogue()
        message_type = book.message(delivery.message_type)
        return (
            *self._head(delivery, message_type, book),
            *self._content(delivery.content, message_type),
            *_summaries(delivery.content, book),
            *(_withheld(each, delivery.content, book) for each in delivery.withheld),
        )

    def _head(self, delivery: Delivery, message_type: MessageType, book: Catalogue) -> Iterator[Line]:
        desk = self.desks.get(RoleId(delivery.role))
        if desk is None:
            raise NoDesk
        purpose = book.purposes.get(PurposeId(delivery.purpose))
        sender = book.roles.get(RoleId(delivery.sender_role))
        yield Line("Postbak", desk)
        yield Line("Bericht", message_type.title)
        yield Line("Spoed", _URGENCY.get(delivery.urgency, delivery.urgency))
        yield from (Line("Let op", _MARKS[mark]) for mark in delivery.marks)
        yield Line("Van", f"{sender.label if sender else delivery.sender_role} (OIN {delivery.sender_oin})")
        yield Line("Doel", purpose.nl if purpose else delivery.purpose)
        yield Line("Verzonden", f"{parse_time(delivery.sent_at).astimezone(LOCAL):%d-%m-%Y %H:%M:%S} uur")
        yield Line("Zaak", delivery.case_id)

    def _content(self, content: Mapping[str, Any], message_type: MessageType) -> Iterator[Line]:
        specs = {field.name: field.spec for field in message_type.fields}
        present = [name for name in (*self.first, *specs, *content) if name in content and name != SUMMARIES]
        for name in dict.fromkeys(present):
            yield from _field(name, content[name], specs.get(name))


def _field(name: str, value: Any, spec: TypeSpec | None) -> Iterator[Line]:
    """One line, or one for each person, child or fact in a list of them."""
    label = label_of(name)
    if isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        item = spec.item if spec is not None else None
        for number, each in enumerate(value, start=1):
            yield Line(f"{label} ({number})", text_of(each, item))
    else:
        yield Line(label, text_of(value, spec))


def _summaries(content: Mapping[str, Any], book: Catalogue) -> Iterator[Line]:
    for category, text in content.get(SUMMARIES, {}).items():
        known = book.categories.get(CategoryId(category))
        yield Line(f"Samenvatting: {known.label if known else label_of(category)}", text)


def _withheld(withheld: Withheld, content: Mapping[str, Any], book: Catalogue) -> Line:
    """`Beperkt` when something of the field is in the copy, `Weggelaten` when nothing is."""
    word = "Beperkt" if withheld.field in content else "Weggelaten"
    text = book.rules.get(RuleId(withheld.rule))
    reason = f"{text.nl} ({text.article})" if text else f"Regel {withheld.rule}."
    return Line(f"{word}: {label_of(withheld.field)}", reason)
