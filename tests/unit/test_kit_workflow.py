from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest

from kit.catalogue import Catalogue
from kit.problems import Problem
from kit.workflow import Lifecycle, LifecycleError, Limit, is_blank, move

TEXTS = Catalogue.load(Path(__file__).parents[2] / "content/catalogue/zh_CN/problems.yaml")


class S(StrEnum):
    LENT = "lent"
    OVERDUE = "overdue"
    RETURNED = "returned"
    LOST = "lost"


LOAN = Lifecycle(
    name="loan",
    initial=S.LENT,
    final={S.RETURNED, S.LOST},
    limits={S.LENT: Limit(natural_days=30, basis="library.limits.loan")},
    moves=(
        move("renew", S.LENT, S.LENT, by=["reader"], at_most=2),
        move("remind", S.LENT, S.OVERDUE, by=["clock"]),
        move("give_back", [S.LENT, S.OVERDUE], S.RETURNED, by=["reader", "librarian"]),
        move("report_lost", [S.LENT, S.OVERDUE], S.LOST, by=["reader"], needs=("reason", "proof")),
    ),
)


def refusal(*args, **kwargs):
    with pytest.raises(Problem) as caught:
        LOAN.check(*args, **kwargs)
    assert TEXTS.text(caught.value.key, **caught.value.params)
    return caught.value


def test_a_move_that_is_allowed_is_returned():
    assert LOAN.check("give_back", S.OVERDUE, {"librarian"}, {}).target == S.RETURNED


def test_an_unknown_move_is_not_found():
    assert refusal("burn", S.LENT, {"reader"}, {}).status == 404


def test_a_move_from_another_state_is_a_conflict():
    problem = refusal("remind", S.OVERDUE, {"clock"}, {})
    assert (problem.status, problem.key) == (409, "problem.workflow.wrong_state")


def test_a_strange_role_is_refused_before_the_state_is_told():
    problem = refusal("remind", S.RETURNED, {"reader"}, {})
    assert (problem.status, problem.key) == (403, "problem.workflow.not_your_role")


@pytest.mark.parametrize("reason", [None, "", " \u3000\n", "\u200b\ufeff", ()])
def test_a_blank_answer_to_what_is_needed_is_missing(reason):
    problem = refusal("report_lost", S.LENT, {"reader"}, {"reason": reason, "proof": "票据"})
    assert (problem.status, problem.params["field"]) == (422, "reason")


def test_the_number_of_times_is_limited():
    assert LOAN.check("renew", S.LENT, {"reader"}, {}, times_done=1)
    problem = refusal("renew", S.LENT, {"reader"}, {}, times_done=2)
    assert problem.key == "problem.workflow.too_often"


def test_buttons_are_the_moves_of_the_role_and_state():
    assert [one.name for one in LOAN.allowed(S.LENT, {"reader"})] == ["renew", "give_back", "report_lost"]
    assert [one.name for one in LOAN.allowed(S.OVERDUE, {"librarian"})] == ["give_back"]
    assert LOAN.allowed(S.RETURNED, {"reader", "librarian", "clock"}) == ()


def test_walks_reach_every_final_state_and_keep_the_table():
    walks = list(LOAN.walks())
    assert {walk[-1][1].target for walk in walks} == {S.RETURNED, S.LOST}
    assert all(before in one.sources for walk in walks for before, one in walk)
    assert len(walks[0]) == 1


def test_a_walk_leads_to_each_state():
    assert LOAN.walk_to(S.LENT) == ()
    assert [one.name for _, one in LOAN.walk_to(S.OVERDUE)] == ["remind"]
    with pytest.raises(LookupError):
        LOAN.walk_to("shredded")


def test_the_diagram_has_a_line_for_each_arrow():
    diagram = LOAN.mermaid()
    assert diagram.startswith("stateDiagram-v2\n    [*] --> lent\n")
    assert "    overdue --> returned: give_back (reader, librarian)\n" in diagram
    assert diagram.count("-->") == 1 + 6 + 2


def test_a_limit_counts_in_exactly_one_unit():
    limit = Limit(working_days=3, basis="bureau.limits.x")
    assert (limit.unit, limit.amount) == ("working_days", 3)
    assert limit.of(5).amount == 5
    for wrong in ({}, {"working_days": 1, "natural_days": 1}, {"working_minutes": 0}):
        with pytest.raises(LifecycleError):
            Limit(**wrong, basis="bureau.limits.x")
    with pytest.raises(LifecycleError, match="basis"):
        Limit(working_days=1, basis="first, second")


def test_blank_is_judged_by_what_can_be_seen():
    assert is_blank("\u200b")
    assert is_blank([])
    assert is_blank(b"")
    assert not is_blank("。")
    assert not is_blank(0)
    assert not is_blank(False)


A_TO_B = move("go", "a", "b", by=["x"])


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("two moves are called 'go'", {"moves": (A_TO_B, move("go", "a", "b", by=["y"]))}),
        ("leaves the final state 'b'", {"moves": (A_TO_B, move("back", "b", "a", by=["x"]))}),
        ("state 'c' cannot be reached", {"moves": (A_TO_B, move("on", "c", "b", by=["x"]))}),
        ("state 'c' has no way to a final state", {"moves": (A_TO_B, move("on", "a", "c", by=["x"]))}),
        ("no move leads to the final state 'z'", {"final": {"b", "z"}}),
        ("there is no final state", {"final": set()}),
        ("nobody may take move 'go'", {"moves": (move("go", "a", "b", by=[]),)}),
        ("leaves from nowhere", {"moves": (A_TO_B, move("on", [], "b", by=["x"]))}),
        ("names a state twice", {"moves": (move("go", ["a", "a"], "b", by=["x"]),)}),
        ("may be taken 0 times", {"moves": (move("go", "a", "b", by=["x"], at_most=0),)}),
        ("needs something unnameable", {"moves": (move("go", "a", "b", by=["x"], needs=["the reason"]),)}),
        ("is no name for a move", {"moves": (move("go on", "a", "b", by=["x"]),)}),
        ("limit for the unknown state", {"limits": {"q": Limit(working_days=1, basis="b")}}),
        ("limit for the final state", {"limits": {"b": Limit(working_days=1, basis="b")}}),
    ],
)
def test_a_wrong_table_cannot_be_built(fault, changes):
    with pytest.raises(LifecycleError, match=fault):
        Lifecycle(**({"name": "t", "initial": "a", "final": {"b"}, "moves": (A_TO_B,)} | changes))
