"""Whatever an article contains, nothing that runs or is foreign is left of it."""

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from wechat.standin.articles import DROPPED_TAGS, DROPPED_WHOLE, cleaned
from wechat.standin.refusals import Refusal

OWN = "http://127.0.0.1:8001/mmbiz/own"
WORDS = """<p> </p> <script> </script> <img <img/src= <a href= <iframe> <style> </style> <svg/onload= <!-- --> <! <?
javascript: data:text/html, onerror= &lt; &#60; &#x3c;script> ' " = / > < ]]> x 城 <form> <b <B>"""
PIECES = st.sampled_from(
    [
        *re.findall(r"\S+", WORDS),
        f'<img src="{OWN}">',
        '<img src="https://x.invalid/a.png">',
        '<a href=" java\nscript:x">',
        "\x00",
        "\t",
        " ",
    ]
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join))
def test_nothing_that_runs_or_is_foreign_is_left(content: str) -> None:
    try:
        kept, _ = cleaned(content, lambda address: address == OWN)
    except Refusal:
        return  # a film
    reader = _Reader()
    reader.feed(kept)
    reader.close()
    for tag, attributes in reader.tags:
        assert tag not in DROPPED_TAGS | DROPPED_WHOLE
        assert not any(name.startswith("on") for name in attributes)
        assert tag != "img" or attributes.get("src", OWN) == OWN
        assert not str(attributes.get("href") or "").strip().lower().startswith(("javascript:", "data:"))
    assert cleaned(kept, lambda address: address == OWN)[0] == kept
