"""What doors show of a code on a sign."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.complaints.place import Position
from casework.scene_codes.kinds import SceneKind


class SceneCodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A code and what it opens. A retired one still says what it was for. `position` is WGS-84."""

    id: UUID
    code: str
    kind: SceneKind
    title: str
    place_text: str
    position: Position | None
    unit: str | None
    contact: str
    target: str
    platform_url: str | None
    created_at: datetime
    retired_at: datetime | None

    @property
    def is_retired(self) -> bool:
        """Whether the sign should be hanging no more."""
        return self.retired_at is not None


class SceneCodePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some codes, the newest first; `after` leads to older ones, None at the end."""

    rows: tuple[SceneCodeView, ...]
    after: str | None
