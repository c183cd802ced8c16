"""What an application is to be put right in: the fields that were asked for, and those that this brings up. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from casework.permits.forms import Filled, faults, visible_fields, visible_materials
from casework.permits.kinds import FormField, Material, PermitKind
from kit.problems import Invalid

BEGUN = "problem.permit.form.begins_before_now"


def corrected_faults(kind: PermitKind, filled: Filled, now: datetime) -> dict[str, Invalid]:
    """What is wrong with the form. That something was to begin meanwhile is no fault of the applicant's."""
    found = faults(kind, filled, now=now)
    return {code: one for code, one in found.items() if one.key != BEGUN}


def fields_asked_again(
    kind: PermitKind, filled: Filled, codes: Collection[str], now: datetime
) -> tuple[FormField, ...]:
    """The fields of these codes, and those that a changed answer asks for or that cannot stay as they are."""
    wrong = corrected_faults(kind, filled, now)
    return tuple(one for one in visible_fields(kind, filled) if one.code in codes or one.code in wrong)


def materials_asked_again(
    kind: PermitKind, filled: Filled, codes: Collection[str], handed_in: Collection[str]
) -> tuple[Material, ...]:
    """The materials of these codes, and those that a changed answer asks for and nobody handed in."""
    return tuple(
        one
        for one in visible_materials(kind, filled)
        if one.code in codes or (one.required and not one.original_at_window and one.code not in handed_in)
    )
