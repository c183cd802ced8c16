"""Urgency from words, the model against the keywords, whose else it may be, and the command that scores a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.cli import main
from app.shipped import CATALOGUE_FOLDER
from casework.complaints.category import elsewhere_params, recognise_elsewhere
from casework.complaints.suggestion import Guess, WordSuggester, suggest_by_keywords
from casework.complaints.urgency import Urgency
from casework.complaints.urgency_words import UrgencyWords
from kit.catalogue import Catalogue
from tests.casework_setting import POLICY

HURRIED = replace(POLICY, urgency_words=UrgencyWords(urgent=("差点摔",), emergency=("出人命",)))


class Always:
    """A model that always says the same."""

    def __init__(self, category: str, confidence: float) -> None:
        self._guess = Guess(category, confidence, ("楼下",))

    def guess(self, story: str) -> Guess | None:
        return self._guess


@pytest.mark.parametrize(
    ("story", "urgency", "words"),
    [
        ("小贩占道", Urgency.ORDINARY, ()),
        ("小贩占道，老人差点摔", Urgency.URGENT, ("差点摔",)),
        ("小贩占道，老人差点摔，要出人命", Urgency.EMERGENCY, ("出人命",)),
        ("着火了", Urgency.EMERGENCY, ("着火",)),
    ],
)
def test_urgency_comes_with_the_words_that_speak_for_it(
    story: str, urgency: Urgency, words: tuple[str, ...]
) -> None:
    found = suggest_by_keywords(story, HURRIED)
    assert found is not None
    assert (found.urgency, found.urgency_words) == (urgency, words)


def test_a_word_cannot_be_urgent_and_an_emergency() -> None:
    with pytest.raises(ValueError, match="既写成急又写成特急"):
        UrgencyWords(urgent=("急",), emergency=("急",))


def test_a_model_that_is_unsure_or_knows_only_former_categories_leaves_it_to_the_keywords() -> None:
    for model in (Always("vending", 0.2), Always("former", 0.9)):
        found = WordSuggester(POLICY, model).suggest("楼下太吵")
        assert found is not None
        assert (found.category, found.by) == ("noise", "keywords")
    found = WordSuggester(POLICY, Always("vending", 0.8)).suggest("楼下太吵")
    assert found is not None
    assert (found.category, found.by, found.confidence, found.words) == ("vending", "model", 0.8, ("楼下",))


def test_what_tells_of_ours_too_is_not_sent_away_unless_it_is_by_far_the_smaller_part() -> None:
    policy = replace(
        POLICY, not_ours=(msgspec.structs.replace(POLICY.not_ours[0], keywords=("公交车", "拖欠工资")),)
    )
    assert recognise_elsewhere("公交车旁边垃圾，公交车也脏，小贩乱摆", policy) is None
    assert recognise_elsewhere("公交车上拖欠工资，小贩", policy) is not None


def test_where_something_is_does_not_make_it_another_bodys() -> None:
    policy = replace(POLICY, not_ours=(msgspec.structs.replace(POLICY.not_ours[0], keywords=("医院",)),))
    assert recognise_elsewhere("医院门口有坑", policy) is None
    assert recognise_elsewhere("医院的旁边有坑", policy) is None
    assert recognise_elsewhere("医院门口有坑，医院还乱收费", policy) is not None


def lines(path: Path, *rows: tuple[str, str]) -> str:
    path.write_text(
        "".join(msgspec.json.encode({"text": text, "label": label}).decode() + "\n" for text, label in rows)
    )
    return str(path)


def test_a_labelled_set_is_trained_from_and_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learnt = [("老师补课收费", "edu"), ("学校食堂", "edu"), ("幼儿园学费", "edu"), ("医院挂号", "health"), ("医生误诊", "health"), ("药店卖药", "health")]  # fmt: skip
    train = lines(tmp_path / "a.jsonl", *learnt)
    test = lines(tmp_path / "b.jsonl", ("护士打针", "health"), ("小学生上课", "edu"))
    assert main(["nlp", "eval-categories", "--train", train, "--test", test, "--json"]) == 0
    said = msgspec.json.decode(capsys.readouterr().out)
    assert (said["macro_f1"], said["accuracy"], said["trained"], said["tested"]) == (1.0, 1.0, 6, 2)
    assert said["p99_us"] > 0


@pytest.mark.parametrize(
    ("content", "said"), [("{}\n", "第 1 行缺少 text"), ('{"text": "吵", "label": "a"}\n', "至少要有两种")]
)
def test_a_set_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(content)
    assert main(["nlp", "eval-categories", "--train", str(file), "--test", str(file)]) == 2
    assert said in capsys.readouterr().err


def test_whose_it_is_is_a_whole_sentence_for_the_citizen() -> None:
    found = recognise_elsewhere("老板欠薪三个月", POLICY)
    assert found is not None
    said = Catalogue.load(CATALOGUE_FOLDER).text("complaint.elsewhere", **elsewhere_params(found))
    assert "人社局" in said
    assert "12333" in said
