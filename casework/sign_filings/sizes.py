"""How large a sign may be: a shop sign as the profile says, a large advertisement as its approval does.

What is larger than a shop sign may be needs the approval first (城市市容和环境卫生管理条例 11): its filing goes back for correction.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from casework.permits.forms import Filled
from casework.permits.models import Permit, PermitApplication
from casework.permits.values import number_of
from casework.permits.written import TABLE
from casework.sign_filings.section import SignsSection
from kit.problems import Invalid
from kit.sealing import FieldSealer

What = Literal["width", "height", "area"]
FIELDS: dict[str, str] = {"width": "width_m", "height": "height_m", "area": "width_m"}
_TOO_LARGE = {
    "width": "problem.sign.oversize_width",
    "height": "problem.sign.oversize_height",
    "area": "problem.sign.oversize_area",
}
_BEYOND = {
    "width": "problem.sign.beyond_approval_width",
    "height": "problem.sign.beyond_approval_height",
}


class Oversize(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that is passed: `most` in metres, or in square metres of an area."""

    what: What
    most: float
    basis: str


def oversizes(section: SignsSection, kind: str, width_m: float, height_m: float) -> tuple[Oversize, ...]:
    """The limits of the profile that a sign of this kind passes."""
    found = []
    for one in section.sizes:
        if kind not in one.kinds:
            continue
        measured: tuple[tuple[What, float, float | None], ...] = (
            ("width", width_m, one.width_most_m),
            ("height", height_m, one.height_most_m),
            ("area", width_m * height_m, one.area_most_m2),
        )
        found += [
            Oversize(what=what, most=most, basis=one.basis)
            for what, is_now, most in measured
            if most is not None and is_now > most
        ]
    return tuple(found)


def require_size(section: SignsSection, kind: str, width_m: float, height_m: float) -> None:
    """Raises Invalid naming the first limit that is passed and its basis."""
    for one in oversizes(section, kind, width_m, height_m):
        raise Invalid(_TOO_LARGE[one.what], field=FIELDS[one.what], most=f"{one.most:g}", basis=one.basis)


async def require_approved(
    section: SignsSection, sealer: FieldSealer, permit: Permit, width_m: float, height_m: float
) -> None:
    """Raises Invalid for a large advertisement beyond what its approval was given for. Where that is not known, nothing."""
    row = await PermitApplication.get_or_none(id=permit.application_id, anonymised_at=None)
    if row is None or not row.form_sealed:
        return
    words = sealer.open(bytes(row.form_sealed), table=TABLE, column="form_sealed", row_id=row.id)
    values = msgspec.json.decode(words, type=Filled).values
    for what, codes, is_now in (
        ("width", section.fields.width, width_m),
        ("height", section.fields.height, height_m),
    ):
        most = next((number_of(str(values[one])) for one in codes if values.get(one)), None)
        if most is not None and is_now > most:
            raise Invalid(
                _BEYOND[what],
                field=FIELDS[what],
                most=f"{most:g}",
                number=permit.number,
            )
