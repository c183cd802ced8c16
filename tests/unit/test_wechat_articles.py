from typing import Any

import pytest

from wechat.articles import Article, ArticleError, check_article, check_articles


def article(**changed: Any) -> Article:
    fields = {"title": "标题", "content": "<p>正文</p>", "thumb_media_id": "cover"} | changed
    return Article(**fields)


def test_an_article_at_every_limit_is_taken() -> None:
    check_article(article(title="题" * 32, author="者" * 16, digest="摘" * 128, content="字" * 19_999))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "题" * 33, "article_title"),
        ("title", " \n", "article_title"),
        ("author", "者" * 17, "article_author"),
        ("digest", "摘" * 129, "article_digest"),
        ("content", "字" * 20_000, "article_content"),
        ("content", "", "article_content"),
        ("thumb_media_id", "", "article_cover"),
    ],
)
def test_an_article_past_a_limit_is_refused_by_name_before_anything_is_sent(
    field: str, value: str, sentence: str
) -> None:
    with pytest.raises(ArticleError) as caught:
        check_articles((article(), article(**{field: value})))
    error = caught.value
    assert (error.field, error.reason_key) == (field, f"wechat_error.{sentence}.reason")
    assert (error.retryable, error.uncertain) == (False, False)
    assert field in str(error)
    assert value not in str(error) or not value.strip()


@pytest.mark.parametrize("many", [0, 9])
def test_a_draft_holds_one_to_eight_articles(many: int) -> None:
    with pytest.raises(ArticleError, match="articles are"):
        check_articles((article(),) * many)
