"""What the map's pages work with: the bureau's areas, and the base map under them if there is one."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.areas.places import Places
from casework.areas.profile import BaseMap


@dataclass(frozen=True)
class MapDoor:
    """`base` comes from the bureau profile, `key` from the setting MAP_KEY."""

    places: Places = field(default_factory=Places)
    base: BaseMap | None = None
    key: str | None = None

    @property
    def shown_base(self) -> BaseMap | None:
        """The base map, unless the key it needs is missing."""
        if self.base is not None and self.base.needs_key and not self.key:
            return None
        return self.base

    @property
    def tiles(self) -> tuple[str, ...]:
        """The addresses of its tiles, for the browser."""
        base = self.shown_base
        return tuple(one.replace("{key}", self.key or "") for one in base.tiles) if base is not None else ()
