"""What the account answers with, and how an answer is stored between two tries of one message.

Nearly every answer is a text, so that is the cheap form: a text is stored as its own UTF-8, which is also how
answers were stored before there were other kinds. What is no text starts with a byte that begins no text.
"""

from __future__ import annotations

from typing import Final

import msgspec

from wechat.replies import MAX_ARTICLES, Article

_NO_TEXT: Final = b"\x01"
_SMALLEST_TEXT: Final = 0x09
"""The smallest character a platform's text may begin with; below are marks of ours."""


class Reply(msgspec.Struct, frozen=True):
    """One of: a text ("" is silence), a transfer to the account's customer service, 1 to 8 articles.

    A transfer brings a text too: how to reach a person, for when only text can be sent. ValueError without.
    """

    text: str = ""
    transfer: bool = False
    articles: tuple[Article, ...] = ()

    def __post_init__(self) -> None:
        if self.transfer and not self.text:
            raise ValueError("a transfer needs a text that says how else to reach a person")
        if self.articles and (self.transfer or len(self.articles) > MAX_ARTICLES):
            raise ValueError(f"articles are 1 to {MAX_ARTICLES}, and no transfer")

    @property
    def is_silent(self) -> bool:
        return not (self.text or self.transfer or self.articles)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Reply)


def encode(reply: Reply | str) -> bytes:
    """The stored form; b"" for silence. A plain sentence may be given as such."""
    if isinstance(reply, Reply):
        if reply.transfer or reply.articles:
            return _NO_TEXT + _encoder.encode(reply)
        reply = reply.text
    stored = reply.encode()
    return stored if not stored or stored[0] >= _SMALLEST_TEXT else stored.lstrip(bytes(range(9)))


def decode(stored: bytes) -> Reply:
    """The answer `encode` was given."""
    if stored[:1] == _NO_TEXT:
        return _decoder.decode(stored[1:])
    return Reply(stored.decode())


def as_text(reply: Reply | str) -> str:
    """The answer where only text can be sent, as in a late one."""
    if isinstance(reply, str):
        return reply
    return reply.text or "\n".join(f'<a href="{one.url}">{one.title}</a>' for one in reply.articles)
