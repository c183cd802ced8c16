"""The kinds of areas, from the largest to the smallest."""

from __future__ import annotations

from enum import StrEnum


class AreaKind(StrEnum):
    """What a polygon is to the bureau."""

    DISTRICT = "district"
    STREET = "street"
    GRID = "grid"

    @property
    def above(self) -> tuple[AreaKind, ...]:
        """The kinds an area of this kind may lie in, the nearest first."""
        order = tuple(AreaKind)
        return order[: order.index(self)][::-1]
