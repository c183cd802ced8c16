"""Reading polygons from GeoJSON (RFC 7946), strictly: whoever made the file is told what is wrong with it, and where.

Taken: a FeatureCollection of Polygon and MultiPolygon features in degrees. Refused, each with feature and line: outlines
that are not closed, have too few points or no area, coordinates that are none, that look like metres or are swapped,
holes outside of their outline, edges across the antimeridian. All faults are reported, up to `FAULTS_AT_MOST`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from kit.geometry import SCALE, Polygon

FAULTS_AT_MOST = 20
POINTS_AT_MOST = 200_000
"""Of one feature."""
_NAMES_WGS84 = re.compile(r"(CRS:?84|EPSG::?(4326|4490))$", re.IGNORECASE)
_FEATURES = re.compile(r'"features"\s*:\s*\[')

_HUGE = 1e12

Ring = tuple[tuple[float, float], ...]


class GeoJsonError(ValueError):
    """The file cannot be used; `faults` are Chinese sentences, each with where it is."""

    def __init__(self, *faults: str) -> None:
        more = len(faults) - FAULTS_AT_MOST
        self.faults = (*faults[:FAULTS_AT_MOST], *([f"还有 {more} 处同样要改。"] if more > 0 else []))
        super().__init__("\n".join(self.faults))


class GeometryFault(ValueError):
    """What is wrong with one geometry, as the end of a Chinese sentence."""


@dataclass(frozen=True)
class Feature:
    """One feature. `number` counts from 1, `line` is where it begins in the file, 0 if that is not known.

    `polygons` are outlines, each followed by its holes; closed, (longitude, latitude) in degrees.
    """

    number: int
    line: int
    properties: Mapping[str, Any]
    polygons: tuple[tuple[Ring, ...], ...]

    @property
    def where(self) -> str:
        """Which one, for a sentence about it."""
        return f"第 {self.number} 个要素（第 {self.line} 行）" if self.line else f"第 {self.number} 个要素"


def read_features(content: bytes) -> tuple[Feature, ...]:
    """Every feature of a file. Raises GeoJsonError with everything that is wrong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise GeoJsonError(f"第 {line} 行：文件不是 UTF-8 编码，请另存为 UTF-8 再导入。") from None
    document = _parsed(text)
    raw = _features_of(document)
    lines = _lines_of(text, len(raw))
    read: list[Feature] = []
    faults: list[str] = []
    for number, (one, line) in enumerate(zip(raw, lines, strict=True), 1):
        feature = Feature(number, line, {}, ())
        try:
            read.append(_feature(one, number, line))
        except GeometryFault as fault:
            faults.append(f"{feature.where}：{fault}")
    if faults:
        raise GeoJsonError(*faults)
    return tuple(read)


def polygons_of(geometry: object) -> tuple[tuple[Ring, ...], ...]:
    """The polygons of a GeoJSON geometry, checked. Raises GeometryFault."""
    if not isinstance(geometry, dict):
        raise GeometryFault("没有图形（geometry 是空的）。")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        many = [coordinates]
    elif kind == "MultiPolygon":
        many = _listed(coordinates, "MultiPolygon 的 coordinates 应是一组多边形。")
    else:
        raise GeometryFault(f"图形是 {kind}，只能是 Polygon 或 MultiPolygon。")
    polygons = tuple(_polygon(one) for one in many)
    if not polygons:
        raise GeometryFault("MultiPolygon 里一个多边形也没有。")
    if sum(len(ring) for rings in polygons for ring in rings) > POINTS_AT_MOST:
        raise GeometryFault(f"点数超过 {POINTS_AT_MOST} 个，请先简化边界。")
    return polygons


def geometry_text(polygons: tuple[tuple[Ring, ...], ...], digits: int = 7) -> str:
    """The same as a GeoJSON geometry, with so many digits behind the point (7: a centimetre, 5: a metre)."""
    nested = [
        [[[round(x, digits), round(y, digits)] for x, y in ring] for ring in rings] for rings in polygons
    ]
    kind, coordinates = ("Polygon", nested[0]) if len(nested) == 1 else ("MultiPolygon", nested)
    return json.dumps({"type": kind, "coordinates": coordinates}, separators=(",", ":"))


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        raise GeoJsonError(
            f"第 {fault.lineno} 行第 {fault.colno} 列：不是 JSON（{_why(fault.msg)}）。"
        ) from None
    except RecursionError:
        raise GeoJsonError("文件嵌套太深，不是正常的 GeoJSON。") from None
    except GeoJsonError:
        raise
    except ValueError:
        # A number of thousands of digits, which Python refuses to read.
        raise GeoJsonError("文件里有长得不像坐标的数字。") from None


def _why(message: str) -> str:
    known = {
        "Expecting value": "这里应有一个值",
        "Expecting ',' delimiter": "这里少一个逗号，或前面的括号没有配好",
        "Expecting ':' delimiter": "这里少一个冒号",
        "Expecting property name enclosed in double quotes": "这里应是用双引号括起来的名称",
        "Unterminated string starting at": "引号没有配对",
        "Extra data": "文件到这里本该结束",
    }
    return known.get(message, message)


def _no_number(name: str) -> NoReturn:
    raise GeoJsonError(f"文件里有 {name}：坐标只能是数字。")


def _features_of(document: object) -> list[Any]:
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(document, dict) or kind != "FeatureCollection":
        what = f"是 {kind}" if isinstance(kind, str) else "没有写 type"
        raise GeoJsonError(f"第 1 行：最外层应是 FeatureCollection，这个文件{what}。")
    crs = document.get("crs")
    if crs is not None:
        properties = crs.get("properties") if isinstance(crs, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        if not isinstance(name, str) or not _NAMES_WGS84.search(name):
            raise GeoJsonError(
                f"文件写明坐标系是 {name}；请先转成经纬度（EPSG:4326 或 4490），GCJ-02 的去掉 crs、加 --datum gcj02。"
            )
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise GeoJsonError("文件里一个要素也没有（features 是空的）。")
    return features


def _lines_of(text: str, count: int) -> list[int]:
    """On which line each feature begins; zeros where the file is written in a way that does not tell."""
    begin = _FEATURES.search(text)
    lines: list[int] = []
    if begin is not None:
        decoder, at, line, counted = json.JSONDecoder(), begin.end(), 1, 0
        try:
            while len(lines) < count:
                at = _next_value(text, at)
                line += text.count("\n", counted, at)
                counted = at
                lines.append(line)
                at = decoder.raw_decode(text, at)[1]
        except ValueError:
            lines = []
    return lines if len(lines) == count else [0] * count


def _next_value(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\n", "\r", "\t", ","):
        at += 1
    return at


def _feature(one: object, number: int, line: int) -> Feature:
    if not isinstance(one, dict) or one.get("type") != "Feature":
        raise GeometryFault("不是 Feature。")
    properties = one.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise GeometryFault("properties 应是“名称: 内容”的一组。")
    return Feature(number, line, properties or {}, polygons_of(one.get("geometry")))


def _polygon(coordinates: object) -> tuple[Ring, ...]:
    rings = tuple(_ring(one) for one in _listed(coordinates, "多边形的 coordinates 应是一组边界。"))
    if not rings:
        raise GeometryFault("多边形没有边界。")
    outline = Polygon(rings[:1])
    for hole in rings[1:]:
        if not all(outline.contains(round(x * SCALE), round(y * SCALE)) for x, y in hole):
            raise GeometryFault("有一个洞伸到了外边界之外。")
    return rings


def _ring(points: object) -> Ring:
    ring = tuple(_position(one) for one in _listed(points, "边界应是一组坐标。"))
    if len(ring) < 4:
        raise GeometryFault(f"边界只有 {len(ring)} 个点，至少要 4 个（首尾相同）。")
    if ring[0] != ring[-1]:
        raise GeometryFault(f"边界没有闭合：起点 {_said(ring[0])}，终点 {_said(ring[-1])}。")
    for one, following in pairwise(ring):
        if abs(one[0] - following[0]) > 180:
            raise GeometryFault("边界跨过 180° 经线，请在那里切成两个多边形。")
    if not _has_area(ring):
        raise GeometryFault(f"边界围不出面积（{_said(ring[0])} 一带）。")
    return ring


def _has_area(ring: Ring) -> bool:
    steps = [(round(x * SCALE), round(y * SCALE)) for x, y in ring]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(steps)) != 0


def _position(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise GeometryFault("坐标应是 [经度, 纬度]。")
    for one in value:
        if isinstance(one, bool) or not isinstance(one, int | float) or not -_HUGE < one < _HUGE:
            raise GeometryFault(f"坐标 {_said(value)} 里有不是坐标的东西。")
    longitude, latitude = float(value[0]), float(value[1])
    if abs(longitude) <= 180 and abs(latitude) <= 90:
        return longitude, latitude
    if abs(longitude) <= 90 and abs(latitude) <= 180:
        raise GeometryFault(f"坐标 {_said(value)} 的经度和纬度写反了，应是 [经度, 纬度]。")
    if max(abs(longitude), abs(latitude)) > 1_000:
        raise GeometryFault(f"坐标 {_said(value)} 像是以米为单位的投影坐标，请先转成经纬度。")
    raise GeometryFault(f"坐标 {_said(value)} 不在地球上：经度不超过 180，纬度不超过 90。")


def _said(position: object) -> str:
    return json.dumps(position, ensure_ascii=False)[:60]


def _listed(value: object, sentence: str) -> list[Any]:
    if not isinstance(value, list):
        raise GeometryFault(sentence)
    return value
