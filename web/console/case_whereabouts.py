"""Where a case is: in figures, in the names of the bureau's areas, on a small map."""

from __future__ import annotations

from casework.complaints.views import ComplaintDetail
from web.console.case_screens import Coordinates
from web.console.door import ConsoleDoor
from web.console.map_words import setup_of

ZOOM = 16


def map_to_point_on(door: ConsoleDoor, case: ComplaintDetail) -> str:
    """The beginning of the map on which the place is corrected; "" where there are no areas to draw."""
    box, at = door.map.places.atlas.box, case.position
    if box is None:
        return ""
    return setup_of(
        door,
        (box.west, box.south, box.east, box.north),
        with_base=False,
        point=(at.latitude, at.longitude) if at is not None else None,
    )


def whereabouts_of(door: ConsoleDoor, case: ComplaintDetail) -> Coordinates | None:
    """None for a case without coordinates."""
    if case.position is None:
        return None
    latitude, longitude = case.position.latitude, case.position.longitude
    where = f"{latitude:.6f},{longitude:.6f}"
    places = door.map.places
    named = [places.name_of(code) or code for code in (case.place_area, case.place_grid) if code]
    return Coordinates(
        # The phone's own map application opens it; no map service learns of the case from a page of ours.
        href=f"geo:{where}",
        words=where.replace(",", ", "),
        area=" · ".join(named),
        is_outside=case.is_outside,
        setup=setup_of(door, None, with_base=False, point=(latitude, longitude))
        if places.atlas.named
        else "",
        map=f"/console/map?state=all#{ZOOM}/{latitude:.5f}/{longitude:.5f}",
    )
