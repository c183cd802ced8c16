"""The model that suggests categories in a process: read at its start, replaced when another one is put in force."""

from __future__ import annotations

from uuid import UUID

from casework.complaints.category_models import load_model, model_in_force_id
from casework.complaints.suggestion import WordSuggester
from content.interpretations.answering import serving_segmenter


class Suggesting:
    """A suggester and which model it suggests by; keywords as long as there is none."""

    def __init__(self, suggester: WordSuggester) -> None:
        self.suggester = suggester
        self._seen: UUID | None = None

    async def renewed(self) -> bool:
        """Take over the model in force, or none. Returns whether anything changed.

        One that cannot be read is not tried again: the one before it goes on suggesting.
        """
        wanted = await model_in_force_id()
        if wanted == self._seen:
            return False
        self._seen = wanted
        self.suggester.model = await load_model(wanted, serving_segmenter()) if wanted is not None else None
        return True

    def said(self) -> dict[str, object]:
        """What suggests now, for the log."""
        return {"model": str(self._seen) if self._seen is not None else "keywords"}
