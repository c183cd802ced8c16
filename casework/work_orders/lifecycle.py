"""The life of a work order, on one screen. The limits are the profile's (`work_orders.limits`); the one to do it is
chosen for each order when it is issued, in working hours.

A contractor may report without having accepted first: whoever is in the street already just does it. An order is over
when somebody of the bureau has looked; what was declined or cancelled is issued anew, to whomever it may be.
"""

from __future__ import annotations

from enum import StrEnum

from casework.roles import Role
from kit.workflow import Lifecycle, Limit, move


class State(StrEnum):
    """Where an order stands. `done`, as the contractor says; `verified`: as somebody of the bureau has seen."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    DONE = "done"
    VERIFIED = "verified"
    DECLINED = "declined"
    CANCELLED = "cancelled"


S = State
DO = "work_orders.limits.order"
VERIFY = "work_orders.limits.verify"
ISSUERS = (Role.HANDLER, Role.DISPATCHER, Role.HEAD)
AT_WORK = (S.ISSUED, S.ACCEPTED)
"""The contractor has it in hand."""

WORK_ORDER = Lifecycle(
    name="work_order",
    initial=S.ISSUED,
    final={S.VERIFIED, S.DECLINED, S.CANCELLED},
    limits={
        S.ISSUED: Limit(working_minutes=840, basis=DO),
        S.ACCEPTED: Limit(working_minutes=840, basis=DO),
        S.DONE: Limit(working_days=2, basis=VERIFY),
    },
    moves=(
        move("accept", S.ISSUED, S.ACCEPTED, by=[Role.CONTRACTOR]),
        move("report", AT_WORK, S.DONE, by=[Role.CONTRACTOR], needs=("report",)),
        move("decline", AT_WORK, S.DECLINED, by=[Role.CONTRACTOR, Role.CLOCK], needs=("ground",)),
        move("verify", S.DONE, S.VERIFIED, by=ISSUERS),
        move("send_back", S.DONE, S.ACCEPTED, by=ISSUERS, needs=("ground",)),
        move("cancel", AT_WORK, S.CANCELLED, by=[*ISSUERS, Role.CLOCK], needs=("ground",)),
    ),
)
OPEN_STATES = frozenset({*AT_WORK, S.DONE})
