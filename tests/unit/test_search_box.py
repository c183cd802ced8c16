"""What the search box marks, and what it lets through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from content.interpretations.searching import EXCERPT_CHARACTERS, Found, Words, excerpt_of, search
from web.h5.search_page import pieces_of

CHINESE = st.text(alphabet="摆摊罚款的吗怎么aA（）？", max_size=30)


@given(typed=CHINESE, text=CHINESE)
def test_what_is_marked_stands_in_the_text_and_no_character_is_lost(typed: str, text: str) -> None:
    shared = Words(typed).shared_with(text)
    assert all(word in text for word in shared)
    pieces = pieces_of(text, shared)
    assert "".join(one.words for one in pieces) == text
    assert all(one.words in shared for one in pieces if one.is_marked)


def test_words_that_say_nothing_are_not_marked() -> None:
    assert Words("怎么才能摆摊的").shared_with("路边能不能摆摊，怎么办") == ("摆摊",)
    assert Words("擺攤").shared_with("哪里可以摆摊") == ("摆摊",)
    assert Words("狗").shared_with("遛狗不牵绳") == ("狗",)
    assert Words("占道许可").shared_with("办占道许可要交费吗") == ("占道许可",)
    assert Words("？！").shared_with("怎么？！") == ()


class _Shelf:
    def __init__(self, kind: str, *scores: float) -> None:
        self._found = [
            Found(
                kind=kind, name=f"{kind}-{score}", title="", excerpt="", category="", score=score, matched=()
            )  # type: ignore[arg-type]
            for score in scores
        ]

    def find(self, words: Words, limit: int) -> list[Found]:
        return self._found[:limit]


def test_things_of_all_shelves_come_in_one_order_and_of_equals_the_first_shelf_first() -> None:
    shelves = (_Shelf("question", 0.9, 0.5), _Shelf("article", 0.95, 0.5, 0.1))
    found = [one.name for one in search(shelves, "x", 4)]
    assert found == ["article-0.95", "question-0.9", "question-0.5", "article-0.5"]


def test_an_excerpt_is_one_line_of_bounded_length() -> None:
    assert excerpt_of("一行\n两行") == "一行 两行"
    assert len(excerpt_of("长" * 500)) == EXCERPT_CHARACTERS
