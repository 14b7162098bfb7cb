"""Where the bytes of documents are at a node. Nothing in these files can be read without a key of the node.

`eigen` holds what the agency stored itself, under a key of its own; `uit` sealed parts that the hub has not taken yet;
`in` sealed parts as they came, which are verified again each time; `apart` parts that were not good, as they came.
"""

from collections.abc import Collection
from pathlib import Path

from gateway.protocol.files import remove_unfinished


class DocumentFolder:
    """One folder of one node, which no other process writes to."""

    def __init__(self, root: Path) -> None:
        for name in ("eigen", "uit", "in", "apart"):
            (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root
        remove_unfinished(root)

    def own(self, document_id: str) -> Path:
        return self._root / "eigen" / document_id

    def outgoing(self, copy_id: str, field: str) -> Path:
        return self._root / "uit" / f"{copy_id}.{field}"

    def incoming(self, copy_id: str, field: str) -> Path:
        return self._root / "in" / f"{copy_id}.{field}"

    def aside(self, copy_id: str, field: str) -> Path:
        return self._root / "apart" / f"{copy_id}.{field}"

    def forget_copies(self, copy_ids: Collection[str]) -> None:
        """Removes every file of documents that came with these copies, also half of one. Raises OSError."""
        for name in ("in", "apart"):
            for path in (self._root / name).iterdir():
                if path.name.partition(".")[0] in copy_ids:
                    path.unlink(missing_ok=True)

    def keep_only(self, document_ids: frozenset[str]) -> None:
        """Removes own documents that nobody knows any more: a process died before it had written that it has them."""
        for path in (self._root / "eigen").iterdir():
            if path.name not in document_ids:
                path.unlink(missing_ok=True)
