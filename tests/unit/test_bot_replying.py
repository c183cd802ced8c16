import pytest

from bot.replying import Reply, as_text, decode, encode
from wechat.replies import Article

CARD = Article("夜市开放时间", "每晚六点到十点", "https://p/1.jpg", "https://h/1")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(),
        Reply("已收到"),
        Reply("\t缩进"),
        Reply("请稍候", transfer=True),
        Reply(articles=(CARD,)),
    ],
)
def test_an_answer_survives_being_stored(reply: Reply) -> None:
    assert decode(encode(reply)) == reply


def test_a_text_is_stored_as_itself_and_answers_stored_before_are_still_read() -> None:
    assert encode("已收到") == encode(Reply("已收到")) == "已收到".encode()
    assert decode("早先存下的答复".encode()) == Reply("早先存下的答复")
    assert encode("") == b""
    assert decode(b"").is_silent


@pytest.mark.parametrize("text", ["\x00", '\x01{"transfer":true}', "\x00\x01已收到"])
def test_no_text_is_stored_as_something_else(text: str) -> None:
    assert decode(encode(text)) == Reply(text.lstrip("\x00\x01"))


def test_where_only_text_can_be_sent_every_answer_is_one() -> None:
    assert as_text("已收到") == as_text(Reply("已收到")) == "已收到"
    assert as_text(Reply("请拨打 12345", transfer=True)) == "请拨打 12345"
    assert as_text(Reply(articles=(CARD,))) == '<a href="https://h/1">夜市开放时间</a>'


def test_a_transfer_without_words_and_too_many_articles_are_mistakes() -> None:
    for wrong in (
        {"transfer": True},
        {"articles": (CARD,) * 9},
        {"text": "a", "transfer": True, "articles": (CARD,)},
    ):
        with pytest.raises(ValueError, match=r"transfer|articles"):
            Reply(**wrong)
