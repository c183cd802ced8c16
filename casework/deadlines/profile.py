"""The bureau profile's section `deadlines`: how much of a limit has passed when somebody is told."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Percent = Annotated[int, msgspec.Meta(ge=1, le=99)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
ClockName = Literal[
    "complaint.accept",
    "complaint.answer",
    "inquiry.answer",
    "follow_up_visit.ask",
    "work_order.do",
    "work_order.verify",
    "permit.accept",
    "permit.survey",
    "permit.promise",
    "permit.decide",
    "permit.deliver",
    "permit.co_sign",
    "permit.hearing",
    "rectification.rectify",
    "rectification.recheck",
    "penalty.deliver",
    "penalty.appoint",
    "penalty.record",
    "penalty.decide",
    "penalty.pay",
    "penalty.demand",
    "penalty.close",
    "penalty.answer",
]
"""The limits that are watched."""


class DeadlinesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `deadlines`. The clocks in `silent` sound no alarm."""

    half_percent: Percent = 50
    most_percent: Percent = 80
    overdue_after_working_minutes: Minutes = 420
    silent: tuple[ClockName, ...] = ()

    def __post_init__(self) -> None:
        if self.half_percent >= self.most_percent:
            raise ValueError("deadlines 里 half_percent 要小于 most_percent")
