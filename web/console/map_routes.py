"""The routes of the map on one screen."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.map_pages import give_areas, give_cells, give_spots, show_map

MAP_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/map", May.SEE_CASES, show_map, "map"),
    ("GET", "/map/cells", May.SEE_CASES, give_cells, "map_cells"),
    ("GET", "/map/spots", May.SEE_CASES, give_spots, "map_spots"),
    ("GET", "/map/areas/<version:str>/<kind:str>", May.KEEP_OWN_ACCOUNT, give_areas, "map_areas"),
)
