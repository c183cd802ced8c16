"""What citizens' words are taken for, and that every text the account says exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.dialogues import DIALOGUES
from bot.vocabulary import Vocabulary
from kit.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load(ROOT / "content" / "catalogue" / "zh_CN")
VOCABULARY = Vocabulary(CATALOGUE, ours=["烧烤", "摊贩"])
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").glob("*.py")))
REFUSALS = re.findall(r'Refused\(\s*"(\w+)"', SOURCES)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("投诉", "file"), (" 我要投诉。", "file"), ("取消", "cancel"), ("“取消”", "cancel"), ("不要取消夜市", ""),
        ("返回", "back"), ("转人工", "person"), ("跳过", "skip"), ("没有", "skip"), ("完成", "done"),
        ("提交", "yes"), ("ＯＫ", "yes"), ("继续", "resume"), ("我的案件", "my_cases"), ("满意", "satisfied"),
        ("不满意", "unsatisfied"), ("举报", "report"), ("监督举报", "tip_off"), ("谢谢！", "thanks"), ("楼下太吵", ""), ("", ""), ("。", ""),
    ],
)  # fmt: skip
def test_a_whole_message_that_is_a_word_is_a_command(text: str, word: str) -> None:
    assert VOCABULARY.word_of(text) == word


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (" ２ ", 2),
        ("3.", 3),
        ("“4”", 4),
        ("100", None),
        ("1楼", None),
        ("①", 1),
        ("²", 2),
        ("-1", None),
    ],
)
def test_a_number_is_a_number_however_it_is_typed(text: str, number: int | None) -> None:
    assert VOCABULARY.number_of(text) == number


@pytest.mark.parametrize(
    ("text", "is_tip_off"),
    [
        ("你们城管队员收保护费", True),
        ("举报执法人员", True),
        ("协管员吃拿卡要", True),
        ("城管什么时候上班", False),
        ("举报楼下摊贩", False),
        ("摊贩打人", False),
        ("举报违建", False),
        ("我要举报楼下烧烤油烟扰民", False),
        ("我要向城管举报楼下烧烤", False),
        ("请城管来管一管", False),
        ("物业不作为", False),
        ("你们不作为", True),
        ("举报有人受贿", True),
        ("城 管 收 黑 钱", True),
        ("ＣＧ城管受贿", True),
        ("舉報城管", True),
        ("检举协管员", True),
        ("向城管举报城管队员", True),
    ],
)
def test_only_misconduct_of_our_own_people_is_a_tip_off(text: str, is_tip_off: bool) -> None:
    assert VOCABULARY.is_tip_off(text) is is_tip_off


def test_no_words_match_nothing() -> None:
    assert not Vocabulary(CATALOGUE, ours=[]).is_ours("烧烤")


def test_what_follows_the_wish_to_complain_is_the_story() -> None:
    assert VOCABULARY.story_after_file_words("我要投诉：楼下烧烤油烟大") == "楼下烧烤油烟大"
    assert VOCABULARY.story_after_file_words("我要投诉") == ""
    assert VOCABULARY.story_after_file_words("投诉多久有结果") is None


def test_every_text_a_dialogue_may_say_exists() -> None:
    wanted = [key for dialogue in DIALOGUES.values() for key in dialogue.texts()]
    wanted += [f"dialogue.refused.{reason}" for reason in REFUSALS]
    wanted += [f"dialogue.kept_{what}" for what in ("photo", "spot", "words")]
    assert len(REFUSALS) > 8
    assert [key for key in wanted if not CATALOGUE.has(key)] == []


def test_every_text_named_in_code_exists_and_every_text_is_used() -> None:
    named = set(re.findall(r"""["']((?:bot|dialogue|qa|complaint)\.[a-z_.]+)["']""", SOURCES))
    assert [key for key in named if not CATALOGUE.has(key) and not CATALOGUE.under(key)] == []
    built = ("bot.words", "bot.patterns", "bot.door", "dialogue.refused", "dialogue.kept_")
    built += ("bot.tip_off", "bot.hours", "bot.ask", "bot.thanks", "bot.permits", "bot.help")
    built += ("bot.sent.", "bot.offer_sent.", "bot.inquiry.state.", "bot.inquiry.you", "bot.inquiry.we")
    built += ("bot.scene.project", "bot.scene.sign")
    ours = [f"{area}.{rest}" for area in ("bot", "dialogue") for rest in CATALOGUE.under(area)]
    assert [key for key in ours if key not in named and not key.startswith(built)] == []


def test_every_text_fits_into_one_message() -> None:
    for area in ("bot", "dialogue", *DIALOGUES):
        for rest in CATALOGUE.under(area):
            key = f"{area}.{rest}"
            text = CATALOGUE.text(key, **dict.fromkeys(CATALOGUE.placeholders(key), "某"))
            assert len(text.encode()) < 1_500, key
