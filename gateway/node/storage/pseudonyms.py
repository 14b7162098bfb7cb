"""Random pseudonyms of persons, one per value and case: the same in every copy, and no function of the value."""

import hashlib
import hmac

from sqlalchemy import Connection, insert, select

from gateway.domain.identifiers import new_id
from gateway.node.storage.tables import pseudonyms


def pseudonym(connection: Connection, case_id: str, value: str, secret: bytes) -> str:
    """The pseudonym of that value in that case, drawn on first use. The value is kept only as a keyed digest."""
    digest = hmac.new(secret, f"{case_id}\n{value}".encode(), hashlib.sha256).hexdigest()
    table = pseudonyms.c
    query = select(table.pseudonym).where(table.case_id == case_id, table.value_mac == digest)
    found: str | None = connection.execute(query).scalar()
    if found is None:
        found = new_id()
        connection.execute(insert(pseudonyms), {"case_id": case_id, "value_mac": digest, "pseudonym": found})
    return found
