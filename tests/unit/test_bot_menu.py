"""The menu and the automatic replies of the bureau profile, and those taken over from an account."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bot.auto_replies import AutoReplies, AutoRepliesSection, AutoReply
from bot.auto_replies import imported as imported_replies
from bot.inbound_words import MENU_WORDS
from bot.menu import Entry, MenuSection, differences, entries, imported, platform_menu
from kit.profile import ProfileError, build_profile, read_profile

CURRENT: dict[str, Any] = {
    "is_menu_open": 1,
    "selfmenu_info": {
        "button": [
            {"name": "我要投诉", "type": "click", "key": "file_complaint"},
            {
                "name": "便民",
                "sub_button": {
                    "list": [
                        {"name": "停车", "type": "view", "url": "https://example.invalid/p"},
                        {"name": "公告", "type": "news", "value": "x", "news_info": {"list": []}},
                        {"name": "今日", "type": "click", "key": "V1001_TODAY"},
                        {"name": "拍照", "type": "pic_sysphoto", "key": "photo"},
                    ]
                },
            },
            {"name": "关于", "type": "text", "value": "城管局"},
        ]
    },
}


def section(tmp_path: Path, text: str) -> MenuSection:
    path = tmp_path / "menu.yaml"
    path.write_text(text, encoding="utf-8")
    return build_profile(read_profile(path), {"menu": MenuSection}).section(MenuSection)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(ProfileError) as refused:
        section(tmp_path, text)
    assert len(refused.value.faults) == 1
    return refused.value.faults[0]


def test_the_menu_takes_the_platforms_shape(tmp_path: Path) -> None:
    made = section(
        tmp_path,
        "menu:\n  buttons:\n  - {name: 我要投诉, press: file_complaint}\n  - name: 服务\n    buttons:\n"
        "    - {name: 公示, link: /h5/}\n    - {name: 发位置, send: location}\n"
        "    - {name: 小程序, mini_program: {app_id: wx0123456789, page: pages/index, link: https://a.invalid}}\n",
    )
    assert platform_menu(made, "https://b.invalid") == {
        "button": [
            {"name": "我要投诉", "type": "click", "key": "file_complaint"},
            {
                "name": "服务",
                "sub_button": [
                    {"name": "公示", "type": "view", "url": "https://b.invalid/h5/"},
                    {"name": "发位置", "type": "location_select", "key": "location"},
                    {
                        "name": "小程序",
                        "type": "miniprogram",
                        "url": "https://a.invalid",
                        "appid": "wx0123456789",
                        "pagepath": "pages/index",
                    },
                ],
            },
        ]
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("menu:\n  buttons:\n  - {name: 投诉, press: no_such}\n", 3, "不认识"),
        ("menu:\n  buttons:\n  - {name: 一二三四五六, press: ask}\n", 3, "16 个字节"),
        ("menu:\n  buttons:\n  - {name: 投诉}\n", 3, "只写一个"),
        ("menu:\n  buttons:\n  - {name: 投诉, press: ask, link: https://a}\n", 3, "只写一个"),
        ("menu:\n  buttons:\n  - {name: 投诉, link: 'javascript:alert(1)'}\n", 3, "https://"),
        ("menu:\n  buttons:\n  - {name: 投诉, link: //evil.invalid}\n", 3, "https://"),
        (f"menu:\n  buttons:\n  - {{name: 投诉, link: 'https://a/{'x' * 1024}'}}\n", 3, "1024 个字节"),
        ("menu:\n  buttons:\n  - name: 甲\n    buttons:\n    - {name: '', press: ask}\n", 5, "字节"),
        (
            "menu:\n  buttons:\n  - name: 甲\n    buttons:\n"
            "    - {name: 乙, press: ask}\n    - {name: 乙, press: ask}\n",
            3,
            "同名",
        ),
    ],
)
def test_what_the_platform_would_refuse_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    fault = refusal(tmp_path, text)
    assert f"第 {line} 行" in fault
    assert words in fault


def test_no_more_than_three_buttons_and_five_beneath_each(tmp_path: Path) -> None:
    button = "  - {name: 投诉, press: ask}\n"
    refusal(tmp_path, "menu:\n  buttons:\n" + button * 4)
    leaves = "".join(f"    - {{name: 乙{number}, press: ask}}\n" for number in range(6))
    refusal(tmp_path, "menu:\n  buttons:\n  - name: 甲\n    buttons:\n" + leaves)


def test_a_preview_names_what_comes_goes_and_changes() -> None:
    before = [Entry("甲", "", "click", "ask"), Entry("乙", "丙", "view", "https://a")]
    after = [Entry("甲", "", "click", "help"), Entry("丁", "", "click", "ask")]
    assert [(one.what, (one.after or one.before).path) for one in differences(before, after)] == [  # type: ignore[union-attr]
        ("changed", "甲"),
        ("added", "丁"),
        ("removed", "乙 / 丙"),
    ]
    assert [one.what for one in differences(before, before)] == ["same", "same"]


def test_an_accounts_menu_is_taken_over_and_what_cannot_be_is_named() -> None:
    found = imported(CURRENT)
    made = msgspec.convert(yaml.safe_load(yaml.safe_dump(found.section)), MenuSection)
    assert entries(platform_menu(made, "")) == [
        Entry("我要投诉", "", "click", "file_complaint"),
        Entry("便民", "停车", "view", "https://example.invalid/p"),
        Entry("便民", "拍照", "pic_sysphoto", "photo"),
    ]
    assert [(one.path, one.kind) for one in found.left_out] == [
        ("便民 / 公告", "news"),
        ("便民 / 今日", "click"),
        ("关于", "text"),
    ]


def test_every_key_of_a_button_is_a_word_of_the_bot() -> None:
    assert "file_complaint" in MENU_WORDS


# ---- automatic replies


def test_a_whole_message_goes_before_a_part_of_it_and_writing_does_not_matter() -> None:
    replies = AutoReplies(
        AutoRepliesSection(
            keywords=(
                AutoReply(contains=("停车",), answers=("停车场名单",)),
                AutoReply(exact=("停车ABC",), answers=("一", "二")),
            )
        )
    )
    assert replies.find("附近哪里能停车？") == "停车场名单"
    assert replies.find(" 停车ａｂｃ ") == "一\n\n二"
    assert replies.find("你好") == ""


def test_one_of_several_answers_is_said_where_the_rule_wants_one() -> None:
    rule = AutoReply(exact=("在吗",), answers=("在", "您好"), say="one")
    replies = AutoReplies(AutoRepliesSection(keywords=(rule,)), random.Random(3))
    assert {replies.find("在吗") for _ in range(40)} == {"在", "您好"}


def test_a_rule_without_keywords_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="关键词"):
        msgspec.convert({"answers": ["好"]}, AutoReply)


def test_an_accounts_automatic_replies_are_taken_over_and_pictures_named() -> None:
    found = imported_replies(
        {
            "is_add_friend_reply_open": 1,
            "is_autoreply_open": 1,
            "add_friend_autoreply_info": {"type": "text", "content": "欢迎"},
            "message_default_autoreply_info": {"type": "voice", "content": "x"},
            "keyword_autoreply_info": {
                "list": [
                    {
                        "rule_name": "停车",
                        "reply_mode": "random_one",
                        "keyword_list_info": [
                            {"type": "text", "match_mode": "contain", "content": "停车"},
                            {"type": "text", "match_mode": "equal", "content": "车位"},
                        ],
                        "reply_list_info": [
                            {"type": "text", "content": "看名单"},
                            {"type": "img", "content": "y"},
                            {
                                "type": "news",
                                "news_info": {
                                    "list": [{"title": "地图", "content_url": "https://example.invalid/m"}]
                                },
                            },
                        ],
                    },
                    {"rule_name": "空", "keyword_list_info": [], "reply_list_info": []},
                ]
            },
        }
    )
    made = msgspec.convert(found.section, AutoRepliesSection)
    assert (made.on_follow, made.otherwise) == ("欢迎", None)
    (rule,) = made.keywords
    assert (rule.exact, rule.contains, rule.say) == (("车位",), ("停车",), "one")
    assert rule.answers == ("看名单", '<a href="https://example.invalid/m">地图</a>')
    assert found.left_out == (("otherwise", "voice"), ("停车", "img"))


def test_switched_off_replies_are_not_taken_over() -> None:
    off = {"is_autoreply_open": 0, "message_default_autoreply_info": {"type": "text", "content": "好"}}
    assert imported_replies(off).section == {}
