"""The bureau profile's section `work_orders`: how long contractors have, and how soon somebody looks at what they did."""

from __future__ import annotations

from typing import Annotated

import msgspec

from casework.complaints.profile import PromisedLimit

Hours = Annotated[int, msgspec.Meta(ge=1, le=400)]
NOT_SAID = "系统默认，本单位没有另行规定"


class OrderLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time to do it in working hours, with the contract or document it is from."""

    working_hours: Hours
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class OrderLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time for the contractor where the clerk says nothing else, and for the bureau to look at what was done."""

    order: OrderLimit = OrderLimit(working_hours=14, basis=NOT_SAID)
    verify: PromisedLimit = PromisedLimit(working_days=2, basis=NOT_SAID)


class WorkOrdersSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `work_orders`. `working_hours` are the times a clerk chooses from."""

    limits: OrderLimits = OrderLimits()
    working_hours: Annotated[tuple[Hours, ...], msgspec.Meta(min_length=1, max_length=12)] = (
        2,
        4,
        7,
        14,
        21,
        35,
    )

    @property
    def choices(self) -> tuple[int, ...]:
        """The hours to choose from, the usual one among them, in order."""
        return tuple(sorted({*self.working_hours, self.limits.order.working_hours}))
