"""The bureau profile's section `inspections`: classes of parties with their rates, the size of teams, forms of public seeds."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from casework.inspections.rosters import SEED_PLACES_AT_LEAST, TEAM_AT_LEAST, TEAM_AT_MOST, WHOLE

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Source = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_FORM = re.compile(r"[9f](?:[9f .+-]{0,198}[9f])?", re.ASCII)


class StratumRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of risk or credit, of which so many in ten thousand are drawn."""

    code: Code
    name: Name
    per_10000: Annotated[int, msgspec.Meta(ge=0, le=WHOLE)]


class SeedForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public number that comes out by itself: how it is written (9 a digit, f a hexadecimal digit), and where it stands."""

    code: Code
    name: Name
    form: Source
    where: Source

    def __post_init__(self) -> None:
        places = sum(self.form.count(one) for one in "9f")
        if not _FORM.fullmatch(self.form) or places < SEED_PLACES_AT_LEAST:
            raise ValueError(
                f"种子“{self.name}”的 form 只能由 9、f、空格、点、加减号组成，9 和 f 至少 {SEED_PLACES_AT_LEAST} 个"
            )


class InspectionsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `inspections`. Without strata or seeds nothing can be drawn.

    `review_months`: how long after the plan was made it is looked back on. `publish_within_working_days`: results of a visit.
    """

    basis: Annotated[str, msgspec.Meta(max_length=200)] = ""
    strata: Annotated[tuple[StratumRate, ...], msgspec.Meta(max_length=20)] = ()
    team: Annotated[int, msgspec.Meta(ge=TEAM_AT_LEAST, le=TEAM_AT_MOST)] = TEAM_AT_LEAST
    review_months: Annotated[int, msgspec.Meta(ge=1, le=12)] = 2
    publish_within_working_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 20
    seeds: Annotated[tuple[SeedForm, ...], msgspec.Meta(max_length=20)] = ()

    def __post_init__(self) -> None:
        for what, codes in (("等级", self.strata), ("种子", self.seeds)):
            if len({one.code for one in codes}) != len(codes):
                raise ValueError(f"{what}的代码有重复")

    def seed(self, code: str) -> SeedForm | None:
        return next((one for one in self.seeds if one.code == code), None)
