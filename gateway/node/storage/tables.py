"""Every table of a node. Times are RFC 3339 text in UTC with milliseconds, which sorts as time.

Columns named `sealed` hold a JWE to the node's own key; `item` holds an inbox item as it came, with its copy sealed.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=optional)


def _time(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, String(24), nullable=optional)


def _number(name: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=optional, autoincrement=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


# `body` are the signed bytes, stored before they are sent and retried verbatim. `request_mac` tells whether the
# agency's system sends the same request again under the same id.
sent_messages = Table(
    "sent_messages",
    metadata,
    _text("message_id", key=True),
    _text("case_id"),
    _text("message_type"),
    _text("role"),
    _text("staff"),
    _text("urgency"),
    _text("state"),
    _text("request_mac"),
    _text("sealed"),
    _text("plan"),
    _bytes("body"),
    _number("attempt"),
    _number("answer_status", optional=True),
    _text("answer", optional=True),
    _time("created_at"),
    _time("answered_at", optional=True),
    Index(None, "case_id"),
)

# `unused` are the numbers that this copy reports as unused; `withheld` lists fields and rules, both as JSON.
sent_copies = Table(
    "sent_copies",
    metadata,
    _text("copy_id", key=True),
    _text("message_id"),
    _text("case_id"),
    _text("oin"),
    _text("role"),
    _text("purpose"),
    _number("number"),
    _text("unused"),
    _text("withheld"),
    _text("commitment"),
    _text("sealed"),
    _text("status"),
    _time("status_at"),
    UniqueConstraint("case_id", "oin", "role", "number"),
    Index(None, "message_id"),
)

sequence_numbers = Table(
    "sequence_numbers",
    metadata,
    _text("case_id", key=True),
    _text("oin", key=True),
    _text("role", key=True),
    _number("last"),
)

unused_numbers = Table(
    "unused_numbers",
    metadata,
    _text("case_id", key=True),
    _text("oin", key=True),
    _text("role", key=True),
    _number("number", key=True),
)

pseudonyms = Table(
    "pseudonyms",
    metadata,
    _text("case_id", key=True),
    _text("value_mac", key=True),
    _text("pseudonym"),
)

# What a person approved: a summary of a category, or a cleaned version of a field.
approvals = Table(
    "approvals",
    metadata,
    _text("approval_id", key=True),
    _text("case_id"),
    _text("kind"),
    _text("subject"),
    _text("sealed"),
    _time("made_at"),
    _time("expires_at"),
    Index(None, "case_id", "kind"),
)

receipts_in = Table(
    "receipts_in",
    metadata,
    _text("copy_id", key=True),
    _text("kind", key=True),
    _text("jws"),
    _text("staff", optional=True),
    _time("stated_at"),
    _time("received_at"),
)

received_copies = Table(
    "received_copies",
    metadata,
    _text("copy_id", key=True),
    _text("message_id"),
    _text("case_id"),
    _text("message_type"),
    _text("sender_oin"),
    _text("sender_role"),
    _text("role"),
    _text("purpose"),
    _text("urgency"),
    _number("number"),
    _text("commitment"),
    _bytes("item"),
    _time("sent_at"),
    _time("received_at"),
    _time("handed_over_at", optional=True),
    _text("reference", optional=True),
    _text("mark", optional=True),
    UniqueConstraint("case_id", "role", "number"),
    Index(None, "handed_over_at", "urgency"),
)

# Per case and own role: up to which number everything was handed over, refused or given up.
lanes = Table(
    "lanes",
    metadata,
    _text("case_id", key=True),
    _text("role", key=True),
    _number("passed"),
)

# Per case, sender and own role: the highest number of the sender's own count that was seen.
sender_lanes = Table(
    "sender_lanes",
    metadata,
    _text("case_id", key=True),
    _text("sender_oin", key=True),
    _text("role", key=True),
    _number("highest"),
)

# Numbers of the sender's count that never came. After `due_at` somebody is told: the hub may have dropped a message.
missing_numbers = Table(
    "missing_numbers",
    metadata,
    _text("case_id", key=True),
    _text("sender_oin", key=True),
    _text("role", key=True),
    _number("number", key=True),
    _time("noticed_at"),
    _time("due_at"),
    _time("reported_at", optional=True),
)

# Numbers of the sender's count that a copy says it overtook: `named_by` is the number of the last copy that said so.
awaited_numbers = Table(
    "awaited_numbers",
    metadata,
    _text("case_id", key=True),
    _text("sender_oin", key=True),
    _text("role", key=True),
    _number("number", key=True),
    _number("named_by"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _text("item_sha256", key=True),
    _text("copy_id", optional=True),
    _text("case_id", optional=True),
    _text("role", optional=True),
    _number("number", optional=True),
    _text("reason"),
    _bytes("item"),
    _text("rejection", optional=True),
    _time("received_at"),
    Index(None, "case_id", "role"),
)

receipts_out = Table(
    "receipts_out",
    metadata,
    _text("copy_id", key=True),
    _text("kind", key=True),
    _text("jws"),
    _text("staff", optional=True),
    _time("made_at"),
)

# Who is on duty, as this node told the hub and the hub accepted: what counts when the hub cannot be reached.
roster = Table(
    "roster",
    metadata,
    _text("role", key=True),
    _text("staff"),
    Column("starts_at", String(24), primary_key=True),
    _time("ends_at"),
)
# The same with several people at once. What stood in `roster` was copied; the next release drops it.
duty_roster = Table(
    "duty_roster",
    metadata,
    _text("role", key=True),
    _text("staff", key=True),
    Column("starts_at", String(24), primary_key=True),
    _time("ends_at"),
)

# A copy that was opened without assignment or without the hub; `sealed` holds the reason that the person gave.
emergency_openings = Table(
    "emergency_openings",
    metadata,
    _text("opening_id", key=True),
    _text("copy_id"),
    _text("case_id"),
    _text("role"),
    _text("staff"),
    _text("purpose"),
    _text("kind"),
    _text("sealed"),
    _time("opened_at"),
    _text("reviewed_by", optional=True),
    _time("reviewed_at", optional=True),
)

# What a sender said afterwards about a message `corrects`, by a correction of which `copy_id` is our copy. It may come
# before the message itself.
corrections_in = Table(
    "corrections_in",
    metadata,
    _text("copy_id", key=True),
    _text("message_id"),
    _text("corrects"),
    _text("case_id"),
    _text("sender_oin"),
    _text("role"),
    _text("kind"),
    _time("received_at"),
    Index(None, "corrects"),
)

# Messages of which the accuracy is contested, besides those that a correction in `corrections_in` says so of: ours that
# we said so of, with the JSON list of `fields`, and every message that rests on a contested one, ours or received.
contested_messages = Table(
    "contested_messages",
    metadata,
    _text("message_id", key=True),
    _text("case_id"),
    _text("fields"),
    _time("since"),
    Index(None, "case_id"),
)

# Copies that their sender took back from us, with both signatures and ours on what became of the copy. A copy may be
# recalled before it comes: then it is not taken in any more. `system_told` is what the agency's system was told of it.
recalls_in = Table(
    "recalls_in",
    metadata,
    _text("copy_id", key=True),
    _text("message_id"),
    _text("case_id"),
    _text("sender_oin"),
    _text("role"),
    _number("number"),
    _text("kind"),
    _text("outcome"),
    _text("order_jws"),
    _text("decision_jws"),
    _text("attestation"),
    _time("received_at"),
    _text("system_told", optional=True),
    _text("system_reference", optional=True),
    Index(None, "case_id", "role"),
)

# Copies of ours that we took back: what the hub decided, and what the recipient signed about it.
recalls_out = Table(
    "recalls_out",
    metadata,
    _text("copy_id", key=True),
    _text("message_id"),
    _text("reason"),
    _text("staff"),
    _text("outcome"),
    _text("breach_id", optional=True),
    _time("decided_at"),
    _text("attestation", optional=True),
    _text("attested", optional=True),
    _time("attested_at", optional=True),
    Index(None, "message_id"),
)

# Cases that the hub ordered to destroy, with its order and what we attested. Nothing of them is taken in any more.
destroyed_cases = Table(
    "destroyed_cases",
    metadata,
    _text("case_id", key=True),
    _text("order_jws"),
    _text("attestation"),
    _time("destroyed_at"),
)

# Cases that were handed over to another municipality, as the hub signed it for this agency; `roles` is a JSON list.
case_handovers = Table(
    "case_handovers",
    metadata,
    _text("case_id", key=True),
    Column("handed_over_at", String(24), primary_key=True),
    _text("from_municipality"),
    _text("to_municipality"),
    _text("standing"),
    _text("roles"),
    _text("notice_jws"),
    _time("received_at"),
)

# `message_id` for a submission, whose bytes are in sent_messages; else `body`, for the verb (a receipt when empty).
outbox = Table(
    "outbox",
    metadata,
    Column("item_id", Integer, primary_key=True, autoincrement=True),
    _text("case_id"),
    _text("message_id", optional=True),
    _text("copy_id", optional=True),
    Column("body", LargeBinary, nullable=True),
    _text("verb", optional=True),
    _number("attempts"),
    _time("not_before"),
    _time("created_at"),
    _text("held_by", optional=True),
    Index(None, "not_before"),
    Index(None, "message_id"),
)

# Documents of the agency itself; `mac` is keyed, so that the file alone does not tell which document it is.
own_documents = Table(
    "own_documents",
    metadata,
    _text("document_id", key=True),
    _text("mac"),
    _number("size"),
    _text("sealed"),
    _text("staff"),
    _time("made_at"),
    UniqueConstraint("mac"),
)

outgoing_documents = Table(
    "outgoing_documents",
    metadata,
    _text("copy_id", key=True),
    _text("field", key=True),
    _text("message_id"),
    _text("document_id"),
    _text("state"),
    _text("reason", optional=True),
    _number("attempts"),
    _time("not_before"),
    Index(None, "state", "not_before"),
)

incoming_documents = Table(
    "incoming_documents",
    metadata,
    _text("copy_id", key=True),
    _text("field", key=True),
    _text("case_id"),
    _text("state"),
    _text("reason", optional=True),
    _number("attempts"),
    _time("not_before"),
    _time("expected_at"),
    _time("settled_at", optional=True),
    Index(None, "state", "not_before"),
)
