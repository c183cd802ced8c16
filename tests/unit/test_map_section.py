"""What the profile may say about a base map, and whose pictures the browser may load then."""

from __future__ import annotations

from typing import Any

import pytest

from casework.areas.profile import MapSection
from kit.profile import ProfileError, build_profile

BASE: dict[str, Any] = {
    "name": "天地图",
    "approval": "GS（2026）0000号",
    "datum": "wgs84",
    "servers": "01",
    "tiles": [
        "https://t{s}.tiles.example/vec?x={x}&y={y}&l={z}&tk={key}",
        "https://names.example/{z}/{x}/{y}.png",
    ],
}


def read(**changes: Any) -> MapSection:
    return build_profile({"map": {"base": {**BASE, **changes}}}, {"map": MapSection}).section(MapSection)


def test_a_base_map_names_its_number_and_every_server_of_its_tiles() -> None:
    base = read().base
    assert base is not None
    assert base.origins == ("https://t0.tiles.example", "https://t1.tiles.example", "https://names.example")
    assert base.needs_key
    assert build_profile({}, {"map": MapSection}).section(MapSection).base is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"approval": ""}, "approval"),
        ({"tiles": []}, "tiles"),
        ({"tiles": ["https://tiles.example/{z}/{x}.png"]}, "{y}"),
        ({"tiles": ["https://tiles.example/{z}/{x}/{y}/{secret}"]}, "只认"),
        ({"tiles": ["http://tiles.example/{z}/{x}/{y}"]}, "https://"),
        ({"tiles": ["https://{key}.example/{z}/{x}/{y}"]}, "主机名"),
        ({"tiles": ["https://*.example/{z}/{x}/{y}"]}, "主机名"),
        ({"tiles": ["https://a.example; script-src *;/{z}/{x}/{y}"]}, "主机名"),
        ({"servers": ""}, "servers"),
        ({"datum": "bd09"}, "datum"),
    ],
)
def test_a_base_map_that_cannot_be_shown_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ProfileError) as refused:
        read(**changes)
    assert reason in str(refused.value)
