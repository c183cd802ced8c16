"""The bureau profile's section `signs`: the yearly look, and which fields of a kind's form say what about a sign."""

from __future__ import annotations

from typing import Annotated

import msgspec

from casework.complaints.scheme import Code

Side = Annotated[float, msgspec.Meta(gt=0, le=100)]
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class CheckQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to look at, asked so that "yes" is safe."""

    code: Code
    ask: Short
    hint: Annotated[str, msgspec.Meta(max_length=300)] = ""


class FieldNames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The codes of the form's fields, in the order in which they are tried where there are several."""

    words: tuple[Code, ...] = ("sign_name", "content")
    material: tuple[Code, ...] = ("material_other", "material")
    width: tuple[Code, ...] = ("width",)
    height: tuple[Code, ...] = ("height",)
    above_ground: tuple[Code, ...] = ("bottom_height",)
    lighting: tuple[Code, ...] = ("lighting",)
    responsible_unit: tuple[Code, ...] = ("unit_in_charge",)
    contact_phone: tuple[Code, ...] = ("office_phone",)


class SizeLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large signs of some kinds may be without an approval, in metres, and whose rule that is."""

    kinds: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=20)]
    width_most_m: Side | None = None
    height_most_m: Side | None = None
    area_most_m2: Annotated[float, msgspec.Meta(gt=0, le=10_000)] | None = None
    basis: Short


class SignsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `signs`. Days are natural days. `check_every_days`: from registration, then from each look."""

    questions: Annotated[tuple[CheckQuestion, ...], msgspec.Meta(max_length=20)] = ()
    """Without any no yearly look is asked for."""
    photos_least: Annotated[int, msgspec.Meta(ge=0, le=6)] = 1
    photos_most: Annotated[int, msgspec.Meta(ge=1, le=9)] = 4
    check_every_days: Annotated[int, msgspec.Meta(ge=30, le=1_100)] = 365
    remind_days_before: Annotated[int, msgspec.Meta(ge=1, le=90)] = 30
    fields: FieldNames = FieldNames()
    sizes: Annotated[tuple[SizeLimit, ...], msgspec.Meta(max_length=20)] = ()
    """A filing beyond one of these goes back for correction: it is no shop sign, or it needs the approval first."""
