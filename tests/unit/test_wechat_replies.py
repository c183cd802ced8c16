import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.messages import Inbound, Kind
from wechat.parse import parse_xml
from wechat.replies import (
    MAX_TEXT_BYTES,
    SUCCESS,
    Article,
    news_reply,
    shorten,
    split_text,
    text_reply,
    transfer_reply,
)

ASKED = Inbound(kind=Kind.TEXT, openid="oCitizen", to="gh_bureau", created_at=1, fields={})


def test_a_text_reply_turns_sender_and_receiver_round() -> None:
    assert parse_xml(text_reply(ASKED, "请发图片", 1777881600)) == {
        "ToUserName": "oCitizen",
        "FromUserName": "gh_bureau",
        "CreateTime": "1777881600",
        "MsgType": "text",
        "Content": "请发图片",
    }
    assert SUCCESS == b"success"


def test_the_end_of_a_cdata_section_in_a_text_stays_text() -> None:
    hostile = "]]></Content><MsgType>news</MsgType>]]]]>>"
    read = parse_xml(text_reply(ASKED, hostile, 1))
    assert (read["Content"], read["MsgType"]) == (hostile, "text")


def test_characters_xml_does_not_allow_are_left_out() -> None:
    assert parse_xml(text_reply(ASKED, "a\x00b\x1bc\ud800d\ufffe\ne", 1))["Content"] == "abcd\ne"


def test_a_long_text_is_shortened_to_what_the_platform_shows() -> None:
    content = parse_xml(text_reply(ASKED, "占" * 5_000, 1))["Content"]
    assert isinstance(content, str)
    assert content == "占" * 681 + "…"
    assert len(content.encode()) <= MAX_TEXT_BYTES


def test_handing_over_and_news_are_rendered() -> None:
    assert parse_xml(transfer_reply(ASKED, 1))["MsgType"] == "transfer_customer_service"
    read = parse_xml(news_reply(ASKED, [Article("标题", "摘要", "http://p", "http://u")], 1))
    assert read["Articles"] == {
        "item": {"Title": "标题", "Description": "摘要", "PicUrl": "http://p", "Url": "http://u"}
    }


@pytest.mark.parametrize("count", [0, 9])
def test_a_news_reply_without_or_with_too_many_articles_is_a_mistake(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 8"):
        news_reply(ASKED, [Article("a", "b", "c", "d")] * count, 1)


def test_shortening_cuts_before_a_link_not_within() -> None:
    text = "请看" + '<a href="https://example.com/a">详情</a>' + "谢谢"
    for room in range(10, len(text.encode())):
        cut = shorten(text, room)
        assert cut.count("<a ") == cut.count("</a>"), cut
        assert len(cut.encode()) <= room


def test_shortening_keeps_emoji_and_accents_whole() -> None:
    assert shorten("好👨‍👩‍👧了", 20) == "好…"
    assert shorten("好👍🏽了", 13) == "好…"
    assert shorten("cafe\u0301s!!", 8) == "caf…"


def test_a_long_text_is_parted_at_its_sentences() -> None:
    text = "第一段讲受理。\n\n第二段讲办理，时间较长。第三句讲答复。"
    assert split_text(text, 60) == ["第一段讲受理。\n\n第二段讲办理，时间较长。", "第三句讲答复。"]
    assert split_text("短", 60) == ["短"]
    assert split_text("  ", 60) == []


@given(st.text(max_size=300), st.integers(40, 120))
def test_parts_fit_and_lose_nothing_but_blanks(text: str, room: int) -> None:
    parts = split_text(text, room)
    assert all(0 < len(part.encode()) <= room for part in parts)
    printable = parse_xml(text_reply(ASKED, text, 1))["Content"]
    assert isinstance(printable, str)
    assert "".join("".join(parts).split()) == "".join(printable.replace("\r", "\n").split())
