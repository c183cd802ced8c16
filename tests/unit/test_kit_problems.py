from __future__ import annotations

from pathlib import Path

import pytest

from kit import problems
from kit.catalogue import Catalogue
from kit.problems import Busy, Invalid, NotFound, Problem, TooMany

TEXTS = Catalogue.load(Path(__file__).parents[2] / "content/catalogue/zh_CN/problems.yaml")


def test_the_type_follows_from_the_key():
    problem = Problem("problem.workflow.wrong_state", 409, state="closed")
    assert problem.type == "/problems/workflow.wrong_state"
    assert problem.params == {"state": "closed"}


def test_well_known_problems_have_their_status():
    assert NotFound().status == 404
    assert Invalid(field="story").params == {"field": "story"}
    assert TooMany().retry_after_s == 60
    assert Busy(retry_after_s=9).retry_after_s == 9


@pytest.mark.parametrize("key", ["not_found", "problem.", ""])
def test_a_key_outside_of_the_catalogues_problems_is_refused(key):
    with pytest.raises(ValueError, match="key starts with"):
        Problem(key)


def test_a_status_that_is_no_refusal_is_refused():
    with pytest.raises(ValueError, match="between 400 and 599"):
        Problem("problem.not_found", 200)


def test_values_do_not_show_when_a_problem_is_printed():
    assert "13800000000" not in repr(NotFound(phone="13800000000")) + str(NotFound(phone="13800000000"))


def test_every_well_known_problem_has_a_sentence():
    for kind in Problem.__subclasses__():
        if kind.__module__ != problems.__name__:
            continue  # those of the doors ask for more
        problem = kind(field="x") if kind is problems.Invalid else kind()
        assert TEXTS.text(problem.key, **problem.params)
