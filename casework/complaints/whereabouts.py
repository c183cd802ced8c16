"""Where a case is, written into its row: coordinates, the bureau's own polygons, the square."""

from __future__ import annotations

import msgspec

from casework.complaints.desk import Desk
from casework.complaints.models import Complaint
from casework.complaints.place import Position


def place_columns(desk: Desk, position: Position | None) -> dict[str, object]:
    """The columns of a place that was checked (`place.checked`). One outside of the bureau's area is kept and marked."""
    if position is None:
        names = ("latitude", "longitude", "place_original", "place_area", "place_grid")
        return dict.fromkeys((*names, "place_standing", "place_cell"))
    wgs84 = position.as_wgs84()
    found = desk.places.locate(wgs84.latitude, wgs84.longitude)
    return {
        "latitude": wgs84.latitude,
        "longitude": wgs84.longitude,
        "place_original": msgspec.json.encode(position).decode(),
        "place_area": found.area,
        "place_grid": found.grid,
        "place_standing": found.standing,
        "place_cell": found.cell,
    }


def put_place(desk: Desk, row: Complaint, position: Position) -> None:
    """Write the place into a row that is saved by the caller."""
    for column, value in place_columns(desk, position).items():
        setattr(row, column, value)
