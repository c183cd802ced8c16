"""What was filled in, written into an application's row and read from it again: sealed where it is personal, plain where
lists need it.
"""

from __future__ import annotations

import msgspec

from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled, read
from casework.permits.kinds import PermitKind
from casework.permits.models import PermitApplication

TABLE = "permit_application"
PLACE_AT_MOST = 300


def write_form(desk: PermitDesk, row: PermitApplication, kind: PermitKind, filled: Filled) -> None:
    """Write a cleaned form without faults into a row that is saved by the caller."""
    found = read(kind, filled)

    def sealed(column: str, value: str | None) -> bytes | None:
        if not value:
            return None
        return desk.sealer.seal(value, table=TABLE, column=column, row_id=row.id)

    form = msgspec.json.encode(filled).decode()
    row.form_sealed = desk.sealer.seal(form, table=TABLE, column="form_sealed", row_id=row.id)
    row.facts = msgspec.json.encode(found.facts).decode()
    row.holder_kind = found.holder_kind
    row.holder_sealed = desk.sealer.seal(found.holder, table=TABLE, column="holder_sealed", row_id=row.id)
    row.holder_number_sealed = sealed("holder_number_sealed", found.holder_number)
    row.holder_index = holder_index(desk, found.holder_number)
    row.phone_sealed = sealed("phone_sealed", found.phone)
    row.phone_index = desk.sealer.blind_index(found.phone).hex() if found.phone else None
    row.agent_sealed = sealed("agent_sealed", found.agent)
    row.place_text = found.place_text[:PLACE_AT_MOST]
    row.outline = found.outline
    row.area_m2 = found.area_m2
    row.surface = found.surface
    row.wanted_from_at = found.wanted_from_at
    row.wanted_until_at = found.wanted_until_at
    _write_place(desk, row, kind, filled)


def opened_form(desk: PermitDesk, row: PermitApplication) -> Filled:
    """All that was submitted; nothing once that was erased."""
    if row.anonymised_at is not None:
        return Filled()
    text = desk.sealer.open(row.form_sealed, table=TABLE, column="form_sealed", row_id=row.id)
    return msgspec.json.decode(text, type=Filled)


def holder_index(desk: PermitDesk, number: str | None) -> str | None:
    """By which the holder's other applications and permits are found, from their USCC or identity number."""
    return desk.sealer.blind_index(number, purpose="holder").hex() if number else None


def _write_place(desk: PermitDesk, row: PermitApplication, kind: PermitKind, filled: Filled) -> None:
    position = read(kind, filled).place
    if position is None:
        row.latitude = row.longitude = row.place_original = None
        row.place_area = row.place_grid = row.place_cell = None
        return
    wgs84 = position.as_wgs84()
    located = desk.places.locate(wgs84.latitude, wgs84.longitude)
    row.latitude, row.longitude = wgs84.latitude, wgs84.longitude
    row.place_original = msgspec.json.encode(position).decode()
    row.place_area, row.place_grid, row.place_cell = located.area, located.grid, located.cell
