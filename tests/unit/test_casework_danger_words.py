"""What the shipped profile takes for danger to life, and what it does not: in everyday words."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from casework.dangers.finding import CHARACTERS_BETWEEN, find_danger
from casework.dangers.profile import DangerPair, DangerSection, Paging
from kit.profile import read_profile

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = msgspec.convert(read_profile(ROOT / "content" / "bureau")["danger"], DangerSection)

DANGER = """
招牌要掉下来 | 广告牌快掉了 | 店门口那块大招牌被风吹得快要掉了 | 广告牌摇摇晃晃要掉下来 | 招牌松动快掉了，该谁负责？
外墙瓷砖往下掉落 | 五楼的空调外机悬着快掉下来了 | 阳台玻璃要掉下来了 | 工地塔吊歪得厉害 | 脚手架要倒了
电线杆要倒 | 墙要倒了 | 围墙快倒了，下面有人走 | 大树快倒了 | 房子要塌 | 路面塌陷了一个大坑 | 電線桿要倒了
液化气漏了 | 煤气味很重 | 好重的煤气味 | 闻到一股煤气味 | 家里天然气好像漏了 | 煤气罐漏气 | 燃气管道被挖断了
楼下煤气 泄漏了 | 一家人煤气中毒了
烧烤摊着火了 | 隔壁起火了 | 路边电动车冒烟了 | 配电箱冒火花 | 垃圾桶烧起来了 | 楼里冒浓烟
有人受伤 | 有人受伤了 | 有老人晕倒在路边 | 我摔伤了 | 有人被广告牌砸伤了 | 工人从架子上掉下去了
井盖没了，小孩掉下去了 | 有个人掉进下水井里了 | 有人触电了 | 路灯杆漏电 | 有人拿刀砍人 | 有人要跳楼 | 救命
"""
CALM = """
燃气安全检查怎么预约 | 天然气怎么开户 | 燃气费怎么交 | 液化气站在哪 | 煤气公司在哪 | 怎么预防煤气中毒 | 燃气报警器去哪里买
门口摆着火锅桌子 | 我们一起火锅店聚餐，太吵 | 夜市生意着火爆 | 摆着火龙果卖 | 消防通道被占 | 楼道有火灾隐患怎么反映
跳楼价大甩卖的喇叭太吵 | 落水管坏了 | 楼下饭店快倒闭了 | 楼上有人要倒垃圾下来 | 一直被困扰 | 漏电保护器归谁检查
路上窨井盖松动 | 招牌掉下来砸到车谁赔 | 广告牌砸伤人怎么赔 | 车玻璃被砸了 | 我的手机掉进下水道了 | 楼上漏水
广告牌要审批吗 | 灯箱不亮 | 人行道地砖松动 | 门口的树能砍吗 | 垃圾味很重 | 有人烧垃圾冒黑烟 | 电线乱拉 | 飞线充电怎么举报
"""


def phrases(block: str) -> list[str]:
    return [one.strip() for line in block.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("text", phrases(DANGER))
def test_danger_is_heard_in_everyday_words(text: str) -> None:
    assert find_danger(SHIPPED, text)


@pytest.mark.parametrize("text", phrases(CALM))
def test_what_only_sounds_like_danger_calls_nobody(text: str) -> None:
    assert find_danger(SHIPPED, text) == ()


def test_of_all_questions_we_answer_only_those_about_falling_signs_are_urgent() -> None:
    asked = [json.loads(line)["query"] for line in (ROOT / "tests/unit/data/qa_questions.jsonl").open()]
    for path in sorted((ROOT / "content/interpretations/starter").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text())["entries"]:
            asked += [entry["question"], *entry["phrasings"]]
    assert len(asked) > 600
    assert {text for text in asked if find_danger(SHIPPED, text)} == {
        "招牌松动快掉了，该谁负责？",
        "广告牌摇摇晃晃要掉下来",
        "楼下店铺招牌松了 风一吹晃 怕砸到人",
    }


SECTION = DangerSection(
    keywords=("着火",),
    pairs=(DangerPair(things=("招牌", "墙"), happenings=("要掉", "要倒")),),
    harmless=("火锅", "倒垃圾"),
    calm=("谁赔",),
    sentence_key="qa.danger",
    paging=Paging(basis="值班制度"),
)


def test_a_thing_and_what_happens_to_it_count_in_either_order_and_close_together() -> None:
    assert find_danger(SECTION, "招牌要掉") == ("招牌要掉",)
    assert find_danger(SECTION, "要掉了，招牌") == ()
    assert find_danger(SECTION, "快要掉了那块招牌") == ("要掉了那块招牌",)
    assert find_danger(SECTION, "招牌" + "很" * CHARACTERS_BETWEEN + "要掉")
    assert find_danger(SECTION, "招牌" + "很" * (CHARACTERS_BETWEEN + 1) + "要掉") == ()


def test_harmless_words_are_taken_out_and_do_not_join_their_neighbours() -> None:
    assert find_danger(SECTION, "摆着火锅") == ()
    assert find_danger(SECTION, "摆着火锅，锅着火了") == ("着火",)
    assert find_danger(SECTION, "墙边要倒垃圾") == ()


def test_who_asks_afterwards_is_in_no_hurry_unless_a_keyword_says_so() -> None:
    assert find_danger(SECTION, "招牌要掉谁赔") == ()
    assert find_danger(SECTION, "招牌着火谁赔") == ("着火",)


@pytest.mark.parametrize("text", ["", " ", "\x00", "😀" * 50, "着 火", "着\n火", "ａ" * 20_000])
def test_any_text_gets_an_answer(text: str) -> None:
    assert find_danger(SECTION, text) in ((), ("着火",))


def test_a_section_without_figures_on_a_basis_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="paging"):
        msgspec.convert({"keywords": ["着火"], "sentence_key": "qa.danger"}, DangerSection)
    with pytest.raises(msgspec.ValidationError, match="basis"):
        msgspec.convert({"every_minutes": 5}, Paging)
    with pytest.raises(msgspec.ValidationError, match="every_minutes"):
        msgspec.convert({"every_minutes": 0, "basis": "值班制度"}, Paging)
