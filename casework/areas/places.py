"""Which of the bureau's areas a point lies in: all polygons in memory, a few MB for some thousands of them."""

from __future__ import annotations

import msgspec

from casework.areas.cells import cell_of
from casework.areas.kinds import AreaKind
from casework.areas.models import Area, AreaImport
from casework.complaints.ports import Located
from kit.geojson import Ring
from kit.geometry import Box, Polygon, PolygonIndex

NOTHING = 0
"""The version before the first import."""


class Named(msgspec.Struct, frozen=True):
    """An area without its polygons. `parent` is the code of what it lies in."""

    code: str
    name: str
    kind: AreaKind
    parent: str | None


class Atlas:
    """The areas of one version."""

    def __init__(
        self, version: int, named: tuple[Named, ...], polygons: list[list[Polygon]], box: Box | None
    ) -> None:
        """`polygons` are those of each of `named`; `box` lies around everything."""
        self.version, self.box = version, box
        self.named = {one.code: one for one in named}
        self._order = named
        self._index = PolygonIndex(polygons)

    def at(self, latitude: float, longitude: float) -> dict[AreaKind, Named]:
        """The area of each kind that the point lies in. On a common edge the first by code."""
        found: dict[AreaKind, Named] = {}
        for number in self._index.containing(longitude, latitude):
            found.setdefault(self._order[number].kind, self._order[number])
        return found


class Places:
    """The atlas in force; `casework.complaints.ports.Places` for complaints. `app` has it reloaded."""

    def __init__(self, atlas: Atlas | None = None) -> None:
        self.atlas = atlas or Atlas(NOTHING, (), [], None)

    def locate(self, latitude: float, longitude: float) -> Located:
        """Street (or district, where no street is known) and grid of a point in WGS-84."""
        atlas, cell = self.atlas, cell_of(latitude, longitude)
        if not atlas.named:
            return Located(cell=cell)
        found = atlas.at(latitude, longitude)
        if not found:
            return Located(standing="outside", cell=cell)
        grid = found.get(AreaKind.GRID)
        area = found.get(AreaKind.STREET) or self._parent(grid) or found.get(AreaKind.DISTRICT)
        return Located(
            area=area.code if area else None, grid=grid.code if grid else None, standing="inside", cell=cell
        )

    def name_of(self, code: str) -> str | None:
        """What an area is called; None for a code that no import in force knows."""
        found = self.atlas.named.get(code)
        return found.name if found is not None else None

    def lineage(self, code: str) -> tuple[str, ...]:
        """The codes of an area and all it lies in, the smallest first; the code alone where it is not known."""
        line = [code]
        while (one := self.atlas.named.get(line[-1])) and one.parent and one.parent not in line:
            line.append(one.parent)
        return tuple(line)

    def said(self) -> dict[str, object]:
        """What is in force, for the log."""
        return {"version": self.atlas.version, "areas": len(self.atlas.named)}

    async def renewed(self) -> bool:
        """Take over the areas of the newest import. Whether there was something newer."""
        version = await current_version()
        if version == self.atlas.version:
            return False
        self.atlas = await read_atlas(version)
        return True

    def _parent(self, area: Named | None) -> Named | None:
        return self.atlas.named.get(area.parent) if area is not None and area.parent is not None else None


class _Geometry(msgspec.Struct):
    """A stored geometry; its polygons in the form of `kit.geojson.Feature`."""

    type: str
    coordinates: msgspec.Raw

    @property
    def polygons(self) -> tuple[tuple[Ring, ...], ...]:
        if self.type == "Polygon":
            return (msgspec.json.decode(self.coordinates, type=tuple[Ring, ...]),)
        return msgspec.json.decode(self.coordinates, type=tuple[tuple[Ring, ...], ...])


def stored_polygons(text: str) -> list[Polygon]:
    """The polygons of `Area.geometry`."""
    return [Polygon(rings) for rings in msgspec.json.decode(text, type=_Geometry).polygons]


async def current_version() -> int:
    """The version of the newest import."""
    newest = await AreaImport.all().order_by("-version").limit(1).values_list("version", flat=True)
    return int(newest[0]) if newest else NOTHING  # type: ignore[call-overload]


async def read_atlas(version: int) -> Atlas:
    """All areas, as of this version or a later one: then the next look reads them again."""
    rows = await Area.all().order_by("code")
    named = tuple(Named(row.code, row.name, AreaKind(row.kind), row.parent_code) for row in rows)
    box = (
        Box(
            min(row.west for row in rows),
            min(row.south for row in rows),
            max(row.east for row in rows),
            max(row.north for row in rows),
        )
        if rows
        else None
    )
    return Atlas(version, named, [stored_polygons(row.geometry) for row in rows], box)


async def load_places() -> Places:
    """The places of this moment."""
    places = Places()
    await places.renewed()
    return places
