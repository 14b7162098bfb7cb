"""Whether the node can do its work: it takes and stores messages when the hub is away, but not without storage."""

from gateway.node.storage import outbox
from gateway.node.usecases.parts import Parts


async def health_of(parts: Parts) -> dict[str, object]:
    """How much waits for the hub. Raises StorageUnavailable."""
    return {"status": "ok", "wachtrij": await parts.database.read(outbox.size)}
