"""Fitting the engine's tables: what carries the difference gets the weight, and a probability is one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from content.interpretations import fitting
from nlp.confidence import CALIBRATION_COLUMNS, COLUMNS, Base, calibration_columns
from nlp.fitting import Compared, Judged, fitted_probability, fitted_weights
from nlp.ranking import FEATURES

THICK, THIN = Base(200, 4_000), Base(200, 200)


def _samples(number: int = 6_000) -> list[Judged]:
    """Of two bases: in the thin one the same values are worth less."""
    draw = np.random.default_rng(3)
    values = draw.normal(size=(number, 3))
    thin = draw.random(number) < 0.5
    right = draw.random(number) < 1 / (1 + np.exp(-(1.5 - 2.0 * thin + 2 * values[:, 0] - values[:, 1])))
    asked = draw.random(number) < 0.8
    return [
        Judged(tuple(one), THIN if bare else THICK, bool(hit and has), bool(has), 1.0)
        for one, bare, hit, has in zip(values.tolist(), thin, right, asked, strict=True)
    ]


@pytest.mark.parametrize("base", [THICK, THIN])
def test_the_probability_is_that_of_questions_that_have_an_entry_in_each_base(base: Base) -> None:
    samples = _samples()
    direction, calibration = fitted_probability(samples)
    slopes = direction.coefficients
    assert slopes[0] > 1 > -0.5 > slopes[1]
    assert abs(slopes[2]) < 0.15
    asked = [one for one in samples if one.asked and one.base == base]
    worth = [direction.intercept + float(np.dot(slopes, one.values)) for one in asked]
    said = [
        1
        / (
            1
            + np.exp(
                -calibration.intercept - np.dot(calibration.coefficients, calibration_columns(one, base))
            )
        )
        for one in worth
    ]
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        held = [(p, one.right) for p, one in zip(said, asked, strict=True) if low <= p < high]
        assert np.mean([p for p, _ in held]) == pytest.approx(np.mean([hit for _, hit in held]), abs=0.06)


def test_the_feature_that_tells_the_right_text_is_the_one_that_weighs() -> None:
    draw = np.random.default_rng(5)
    questions = []
    for _ in range(200):
        features = draw.normal(size=(3, 6)).astype(np.float32)
        questions.append(Compared(features, tuple(features[1] == features[1].max()), 1.0))
    found = fitted_weights(questions, (1.0, 1.0, 1.0))
    assert found[1] > 5 * max(abs(found[0]), abs(found[2]))
    assert np.linalg.norm(found) == pytest.approx(np.sqrt(3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = {"a": "公园几点关门", "b": "图书馆怎么办证", "c": "公交卡丢了怎么补", "d": "游泳馆收费多少"}
    asked = {"a": "公园晚上几点关", "b": "办图书馆的证", "c": "补公交卡", "d": "游泳馆要多少钱"}
    lines = {
        "base": [{"id": name, "text": text} for name, text in base.items()],
        "queries": [{"query": text, "gold": name} for name, text in asked.items()],
        "oos": [{"query": "今天股票涨了吗"}],
    }
    for name, held in lines.items():
        text = "\n".join(json.dumps(one, ensure_ascii=False) for one in held)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_maintainer_gets_both_tables_as_they_stand_in_the_modules(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fitting.main([f"{folder}=0.5"]) == 0
    said = capsys.readouterr().out
    named = [line.split("# ")[1] for line in said.splitlines() if "#" in line]
    assert named == [*COLUMNS, *CALIBRATION_COLUMNS]
    assert "\nINTERCEPT = " in said
    assert "\nCALIBRATION_INTERCEPT = " in said
    assert fitting.main(["--weights", str(folder)]) == 0
    said = capsys.readouterr().out
    assert [line.split("# ")[1] for line in said.splitlines() if "#" in line] == list(FEATURES)


def test_what_is_held_back_is_never_learnt_from() -> None:
    held = {one.text for one in fitting.own_questions() if one.held}
    learnt = fitting.own_set()
    assert held
    assert held.isdisjoint(text for text, _ in learnt.asked)
    assert held.isdisjoint(learnt.outside)


def test_questions_that_lost_their_entries_have_none(folder: Path) -> None:
    one = fitting.read_set(folder)
    less = one.without_some()
    assert len(less.base) + 1 == len(one.base)
    assert len(less.outside) == len(one.outside) + 1
    assert len(less.asked) == 3
    assert all(right <= less.base.keys() for _, right in less.asked)


def test_a_base_with_few_phrasings_keeps_the_first_or_any() -> None:
    own = fitting.own_set()
    first, anyone = own.few(2, 1, 0.1), own.few(2, 2, 0.1)
    assert {len(texts) for texts in (*first.base.values(), *anyone.base.values())} == {2}
    assert all(texts[0] == own.base[name][0] for name, texts in first.base.items())
    assert any(own.base[name][0] not in texts for name, texts in anyone.base.items())
    assert all(set(texts) <= set(own.base[name]) for name, texts in anyone.base.items())
    assert (first.asked, first.outside, first.weight) == (own.asked, own.outside, 0.1)


def test_a_smaller_base_holds_what_is_asked_and_others_beside_it() -> None:
    base: dict[str, tuple[str, ...]] = {str(number): (f"第{number}个问题",) for number in range(500)}
    asked = tuple((f"问{number}", frozenset({str(number)})) for number in range(0, 500, 2))
    less = fitting.AskedSet(base, asked, ("别的",)).smaller(100, 0.3)
    assert len(less.base) == 100
    assert len(less.asked) >= 60
    assert all(right <= less.base.keys() for _, right in less.asked)
    assert len(less.asked) + len(less.outside) == len(asked) + 1


def test_a_folder_that_cannot_be_read_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fitting.main([str(tmp_path)]) == 2
    assert "base.jsonl" in capsys.readouterr().err
