"""Every NATS subject and stream of Schakel in one table (design: one account per agency, no subject with content).

A subject holds an OIN, an urgency and a slug; never anything about a case or a person.
"""

from enum import StrEnum

PREFIX = "schakel.v1"
INBOX_STREAM = "INBOX"
INBOX_SUBJECTS = f"{PREFIX}.inbox.>"
URGENT_GROUP = "U0"
OTHER_GROUPS = ("U1", "U2", "U3")
RECEIPT_SLUG = "systeem-ontvangst"
STATUS_HEADER = "Schakel-Status"  # HTTP status of an answer over NATS, so that both doors answer alike


class Verb(StrEnum):
    """What a node may ask the hub by request and reply."""

    PLAN = "plan"
    SUBMIT = "submit"
    RECEIPT = "receipt"
    DECIDE = "besluit"
    READ = "lezen"


def request_subject(verb: Verb, oin: str) -> str:
    """The subject on which this agency asks; only its own account may publish it."""
    return f"{PREFIX}.{verb}.{oin}"


def request_wildcard(verb: Verb) -> str:
    """The subject on which the hub answers all agencies."""
    return f"{PREFIX}.{verb}.*"


def asker(subject: str) -> str:
    """The OIN in a request subject: the identity that the NATS server enforced."""
    return subject.rsplit(".", 1)[-1]


def inbox_subject(oin: str, urgency: str, slug: str) -> str:
    return f"{PREFIX}.inbox.{oin}.{urgency}.{slug}"


def inbox_filters(oin: str, *, urgent: bool) -> list[str]:
    """The filter subjects of one of the two consumers of an agency."""
    groups = (URGENT_GROUP,) if urgent else OTHER_GROUPS
    return [f"{PREFIX}.inbox.{oin}.{group}.>" for group in groups]


def consumer_name(oin: str, *, urgent: bool) -> str:
    """U0 has a consumer of its own, so that it never waits behind other mail."""
    return f"{oin}-u0" if urgent else f"{oin}-rest"


def inbox_prefix(oin: str) -> str:
    """Prefix of an agency's reply subjects."""
    return f"_INBOX_{oin}"
