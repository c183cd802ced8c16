"""From a GeoJSON file to areas: which properties name them, which datum they are drawn in, what cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from casework.complaints.place import Datum, gcj02_to_wgs84
from casework.complaints.wording import kept
from kit.geojson import Feature, GeoJsonError, Ring, geometry_text, read_features
from kit.geometry import Box, Polygon, box_around

CODE_AT_MOST, NAME_AT_MOST = 40, 100


class Properties(msgspec.Struct, frozen=True, kw_only=True):
    """Under which names the file gives an area's code, its name, and the code of what it lies in."""

    code: str = "code"
    name: str = "name"
    parent: str = "parent"


class NewArea(msgspec.Struct, frozen=True, kw_only=True):
    """An area as a file has it, WGS-84. `parent` is None where the file does not say; `where` names it in the file.

    `inner` is a point inside, (longitude, latitude).
    """

    code: str
    name: str
    parent: str | None
    geometry: str
    box: Box
    inner: tuple[float, float]
    where: str


def read_areas(content: bytes, properties: Properties, datum: Datum) -> tuple[NewArea, ...]:
    """Every area of a file. Raises GeoJsonError with everything that is wrong."""
    areas: list[NewArea] = []
    faults: list[str] = []
    for feature in read_features(content):
        try:
            areas.append(_area(feature, properties, datum))
        except ValueError as fault:
            faults.append(f"{feature.where}：{fault}")
    faults.extend(_twice(areas))
    if faults:
        raise GeoJsonError(*faults)
    return tuple(areas)


def _area(feature: Feature, properties: Properties, datum: Datum) -> NewArea:
    polygons = feature.polygons
    if datum == "gcj02":
        polygons = tuple(tuple(_straightened(ring) for ring in rings) for rings in polygons)
    shapes = [Polygon(rings) for rings in polygons]
    return NewArea(
        code=_needed(feature, properties.code, "编号", CODE_AT_MOST),
        name=_needed(feature, properties.name, "名称", NAME_AT_MOST),
        parent=_text(feature, properties.parent, "上级编号", CODE_AT_MOST),
        geometry=geometry_text(polygons),
        box=box_around(shapes),
        inner=max(shapes, key=_extent).inner_point(),
        where=feature.where,
    )


def _extent(shape: Polygon) -> int:
    return (shape.east - shape.west) * (shape.north - shape.south)


def _straightened(ring: Ring) -> Ring:
    moved = (gcj02_to_wgs84(latitude, longitude) for longitude, latitude in ring)
    return tuple((longitude, latitude) for latitude, longitude in moved)


def _needed(feature: Feature, key: str, what: str, at_most: int) -> str:
    text = _text(feature, key, what, at_most)
    if text is None:
        names = "、".join(list(feature.properties)[:8]) or "什么都没有"
        raise ValueError(f"没有{what}（属性 {key}）；这个要素的属性有：{names}。")
    return text


def _text(feature: Feature, key: str, what: str, at_most: int) -> str | None:
    value: Any = feature.properties.get(key)
    if isinstance(value, float) and value.is_integer():
        # Tables turn the codes of areas into numbers.
        value = int(value)
    if value is None or isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = " ".join(kept(str(value)).split())
    if len(text) > at_most:
        raise ValueError(f"{what}（属性 {key}）超过 {at_most} 个字。")
    return text or None


def _twice(areas: Iterable[NewArea]) -> list[str]:
    seen: dict[str, str] = {}
    faults = []
    for area in areas:
        if area.code in seen:
            faults.append(
                f"{area.where}：编号 {area.code} 与{seen[area.code]}重复；几块合成一个区域请用 MultiPolygon。"
            )
        seen.setdefault(area.code, area.where)
    return faults
