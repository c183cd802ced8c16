"""The bureau profile's section `visits`: who is asked after their case was closed, and how soon."""

from __future__ import annotations

from typing import Annotated

import msgspec

from casework.complaints.profile import PromisedLimit


class VisitLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time to ask."""

    visit: PromisedLimit = PromisedLimit(working_days=5, basis="系统默认，本单位没有另行规定")


class VisitsSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `visits`. `percent` of the closed cases are asked about, and all whose citizen was not satisfied; those
    who rated the case well are asked only where `rated_too`.
    """

    percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    rated_too: bool = False
    tries: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    limits: VisitLimits = VisitLimits()
