"""The tables of inquiries and danger alerts: who may do what, and what each state waits for."""

from __future__ import annotations

import pytest

from casework.dangers.lifecycle import DANGER_ALERT
from casework.dangers.lifecycle import State as Alert
from casework.inquiries.lifecycle import INQUIRY
from casework.inquiries.lifecycle import State as Asked
from casework.roles import Role
from kit.problems import Problem
from kit.workflow import Lifecycle, LifecycleError, Limit

C, D, H, W, CLOCK = Role.CITIZEN, Role.DISPATCHER, Role.HANDLER, Role.WINDOW_CLERK, Role.CLOCK


@pytest.mark.parametrize(
    ("table", "moves"),
    [
        (
            INQUIRY,
            {
                "answer": {D, H, W},
                "write_more": {C},
                "withdraw": {C},
                "close": {C, D, H, W, CLOCK},
            },
        ),
        (
            DANGER_ALERT,
            {
                "page": {CLOCK},
                "join": {CLOCK},
                "pass_on": {CLOCK},
                "remind": {CLOCK},
                "acknowledge": {Role.DUTY_OFFICER, D, Role.HEAD},
                "end": {Role.DUTY_OFFICER, D, Role.HEAD},
            },
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_each_move_is_for_these_people_and_nobody_else(table: Lifecycle, moves: dict[str, set[Role]]) -> None:
    assert {move.name: set(move.by) for move in table.moves} == moves


def test_a_clerk_cannot_close_what_nobody_has_answered() -> None:
    for role in (D, H, W, CLOCK):
        assert "close" not in {move.name for move in INQUIRY.allowed(Asked.SUBMITTED, {role})}
        with pytest.raises(Problem) as refused:
            INQUIRY.check("close", Asked.SUBMITTED, {role}, {})
        assert refused.value.status == 409


def test_nobody_is_paged_for_what_somebody_has_taken() -> None:
    assert {move.name for move in DANGER_ALERT.moves_from(Alert.ACKNOWLEDGED)} == {"pass_on", "remind", "end"}
    with pytest.raises(Problem):
        DANGER_ALERT.check("page", Alert.ACKNOWLEDGED, {CLOCK}, {})


def test_danger_does_not_wait_for_office_hours() -> None:
    assert {limit.unit for limit in DANGER_ALERT.limits.values()} == {"natural_minutes", "natural_days"}
    limit = DANGER_ALERT.limits[Alert.RAISED]
    assert (limit.amount, limit.of(3).amount, limit.of(3).unit) == (5, 3, "natural_minutes")
    with pytest.raises(LifecycleError):
        Limit(natural_minutes=5, working_minutes=5, basis="danger.paging.every_minutes")
