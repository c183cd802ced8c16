"""The complaint's table: who may do what, and what a whole case can look like."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework.complaints.lifecycle import COMPLAINT, OPEN_STATES, State
from casework.complaints.limits import deadline, limit_in
from casework.roles import Role
from kit.problems import Problem
from tests.casework_setting import POLICY, calendar


def test_every_state_is_in_the_table() -> None:
    assert set(COMPLAINT.states) == {state.value for state in State}


def test_final_states_are_dead_ends() -> None:
    for state in COMPLAINT.final:
        assert COMPLAINT.moves_from(state) == ()
    # A closed case can still be handled once more; the bureau is through with it all the same.
    assert frozenset(State) - OPEN_STATES == {*COMPLAINT.final, State.CLOSED}


def test_every_open_state_has_a_limit_with_a_basis_in_the_profile() -> None:
    for state in OPEN_STATES - {State.SPLIT}:
        assert limit_in(state, None, POLICY) is not None
    # Of a split case the parts have limits.
    assert limit_in(State.SPLIT, None, POLICY) is None
    for state in COMPLAINT.final:
        assert limit_in(State(state), "vending", POLICY) is None


def test_citizen_cannot_close_own_complaint() -> None:
    with pytest.raises(Problem) as refused:
        COMPLAINT.check("close", State.ANSWERED, {Role.CITIZEN}, {})
    assert (refused.value.key, refused.value.status) == ("problem.workflow.not_your_role", 403)


@pytest.mark.parametrize("move", ["accept", "refuse", "assign", "hand_back", "answer", "close"])
def test_a_citizen_takes_no_staff_move(move: str) -> None:
    for state in State:
        with pytest.raises(Problem) as refused:
            COMPLAINT.check(move, state, {Role.CITIZEN}, {})
        assert refused.value.status == 403


def test_a_refusal_needs_a_reason_and_the_responsible_body() -> None:
    with pytest.raises(Problem) as refused:
        COMPLAINT.check("refuse", State.SUBMITTED, {Role.DISPATCHER}, {"reason": "不归我们管"})
    assert refused.value.params["missing"] == ("responsible_body",)


def test_an_answer_is_disputed_once_only() -> None:
    COMPLAINT.check("dispute", State.ANSWERED, {Role.CITIZEN}, {"reason": "没解决"}, 0)
    with pytest.raises(Problem) as refused:
        COMPLAINT.check("dispute", State.ANSWERED, {Role.CITIZEN}, {"reason": "没解决"}, 1)
    assert refused.value.key == "problem.workflow.too_often"


def test_the_clock_decides_nothing_it_only_goes_on_and_ends() -> None:
    moves = {move.name for state in State for move in COMPLAINT.allowed(state, {Role.CLOCK})}
    assert moves == {"close", "resume", "archive", "answer_with_lead", "close_with_parts"}


def test_a_case_is_handled_once_more_once_in_all() -> None:
    for move, state in (("dispute", State.ANSWERED), ("redo", State.CLOSED)):
        assert COMPLAINT.find(move).at_most == 1
        assert COMPLAINT.find(move).leads_to(state) == State.REOPENED


def test_a_category_with_its_own_limit_is_answered_sooner() -> None:
    friday = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    own = deadline(State.ASSIGNED, friday, "vending", POLICY, calendar())
    general = deadline(State.ASSIGNED, friday, "noise", POLICY, calendar())
    assert own is not None
    assert general is not None
    assert (own.on.isoformat(), general.on.isoformat()) == ("2026-12-02", "2026-12-04")


def test_a_code_the_profile_has_dropped_falls_back_to_the_general_limit() -> None:
    limit = limit_in(State.ASSIGNED, "gone", POLICY)
    assert limit is not None
    assert limit.amount == 5
