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
        ("城管隊員收紅包不辦事", True),
        ("執法人員態度惡劣", True),
        ("你們不作為", True),
        ("檢舉協管員", True),
        ("我要向城管舉報樓下燒烤", False),
        ("舉報樓下攤販", False),
    ],
)
def test_only_misconduct_of_our_own_people_is_a_tip_off(text: str, is_tip_off: bool) -> None:
    assert VOCABULARY.is_tip_off(text) is is_tip_off


TAKEN = re.split(
    r"\s+",
    """城管队长收了商户的钱 协管员要了两条烟才不罚 你们队长收了摊主的钱 城管队员拿了人家的钱就不管 中队长收商户的烟
队长喝了老板的酒就放行 协管员拿过两瓶酒 城管要了我200块钱 城管收了我的钱不给摆 协管员要两条烟 塞钱给队长就没事
商户给城管送了两箱酒 老板送烟给协管员 城管队长收了老板的购物卡 城管收了好处不查 队长收了钱不罚款 工作人员索要现金
城管隊長收了商戶的錢 協管員要了兩條煙才不罰 城管隊長收了攤主的錢""",
)
OWED = re.split(
    r"\s+",
    """城管来收了我的三轮车 你们收费多少钱 城管罚了我200块钱能退吗 工作人员办证要钱吗 城管要罚多少钱
城管收了我的三轮车交多少钱能取 城管要管管楼下烧烤油烟 城管拿走了我的烟花 城管罚款收了我200块钱 城管收了我200块钱罚款
工作人员收了十块钱停车费 城管什么时候来收烟酒店门口的东西 城管拿楼下的烟没办法 工作人员说要花钱办吗 队员来收走了酒瓶
城管拿我的秤什么时候还 城管收走了我的货，要交钱吗 请城管管管酒店 楼下收废品的给的钱少还吵，城管管吗 城管送来的通知怎么交钱
城管要收多少钱的卫生费 找城管办证要多少钱 城管把我的烟摊收了能拿回来吗 城管罰了我200塊錢能退嗎""",
)


@pytest.mark.parametrize("text", TAKEN)
def test_staff_who_take_what_nobody_owes_them_are_told_on(text: str) -> None:
    assert VOCABULARY.is_tip_off(text)


@pytest.mark.parametrize("text", OWED)
def test_what_is_taken_away_or_owed_is_no_misconduct(text: str) -> None:
    assert not VOCABULARY.is_tip_off(text)


@pytest.mark.parametrize(
    ("text", "word"), [("投訴", "file"), ("我的案件", "my_cases"), ("滿意", "satisfied"), ("繼續", "resume")]
)
def test_commands_in_traditional_characters_are_the_same_commands(text: str, word: str) -> None:
    assert VOCABULARY.word_of(text) == word


def test_traditional_sentences_are_taken_like_simplified_ones() -> None:
    assert VOCABULARY.story_after_file_words("我要投訴：樓下燒烤油煙大") == "樓下燒烤油煙大"
    assert VOCABULARY.is_ours("樓下燒烤")
    assert VOCABULARY.is_question("門口擺攤罰多少")
    assert VOCABULARY.asks_for("補充 照片") == "add"


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
    built += (
        "bot.tip_off",
        "bot.hours",
        "bot.ask",
        "bot.thanks",
        "bot.permits",
        "bot.help",
        "bot.voice",
        "bot.my_penalties",
    )
    built += ("bot.sent.", "bot.offer_sent.", "bot.inquiry.state.", "bot.inquiry.you", "bot.inquiry.we")
    built += ("bot.scene.project", "bot.scene.sign", "bot.notices.topic_", "bot.way_out.st")
    instead = [f"bot.without_media.{key}" for key in CATALOGUE.under("bot.without_media")]
    assert [key for key in instead if not CATALOGUE.has(key.removeprefix("bot.without_media."))] == []
    built += ("bot.without_media",)
    ours = [f"{area}.{rest}" for area in ("bot", "dialogue") for rest in CATALOGUE.under(area)]
    assert [key for key in ours if key not in named and not key.startswith(built)] == []


def test_every_text_fits_into_one_message() -> None:
    for area in ("bot", "dialogue", *DIALOGUES):
        for rest in CATALOGUE.under(area):
            key = f"{area}.{rest}"
            text = CATALOGUE.text(key, **dict.fromkeys(CATALOGUE.placeholders(key), "某"))
            assert len(text.encode()) < 1_500, key
