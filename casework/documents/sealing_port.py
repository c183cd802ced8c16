"""The door to an electronic seal. None is connected as shipped: papers then say so, and where the stamped original is."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class ESeal(Protocol):
    """A connected seal. `mark` is its own word (the seal's number), printed and recorded when a paper is issued."""

    @property
    def mark(self) -> str | None: ...

    async def stamp(self, document_id: UUID, pdf: bytes) -> bytes:
        """The sealed PDF. Asked again for the same document it gives the same file. Raises Busy while away."""
        ...


class NoESeal:
    """No seal is connected."""

    mark: str | None = None

    async def stamp(self, document_id: UUID, pdf: bytes) -> bytes:
        """The paper as it is."""
        return pdf
