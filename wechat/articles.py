"""An article as the platform takes it, and the limits it must keep; checked before anything is sent."""

from typing import Final

import msgspec

from wechat.errors import ARTICLE_COVER, MEANINGS, Meaning, WeChatError

LONGEST_TITLE: Final = 32
LONGEST_AUTHOR: Final = 16
LONGEST_DIGEST: Final = 128
CONTENT_BELOW: Final = 20_000
CONTENT_BELOW_BYTES: Final = 1024 * 1024
MOST_ARTICLES: Final = 8

_TITLE, _AUTHOR, _DIGEST, _CONTENT = (MEANINGS[code] for code in (45003, 45110, 45004, 45166))
_COUNT: Final = MEANINGS[45008]


class Article(msgspec.Struct, frozen=True):
    """`content` is HTML with pictures from `upload_image` only; `thumb_media_id` a material kept for good."""

    title: str
    content: str
    thumb_media_id: str
    author: str = ""
    digest: str = ""
    content_source_url: str = ""
    need_open_comment: int = 0
    only_fans_can_comment: int = 0


class ArticleError(WeChatError):
    """An article the platform would refuse; nothing was sent. `field` is the platform's name of the field."""

    def __init__(self, meaning: Meaning, field: str, wrong: str) -> None:
        super().__init__(meaning, message=f"{field} {wrong}")
        self.field = field


def check_article(article: Article) -> None:
    """ArticleError for the first field that is missing or too long. Lengths are in characters."""
    if not article.title.strip():
        raise ArticleError(_TITLE, "title", "is empty")
    _bounded(_TITLE, "title", article.title, LONGEST_TITLE)
    _bounded(_AUTHOR, "author", article.author, LONGEST_AUTHOR)
    _bounded(_DIGEST, "digest", article.digest, LONGEST_DIGEST)
    if not article.content.strip():
        raise ArticleError(_CONTENT, "content", "is empty")
    _bounded(_CONTENT, "content", article.content, CONTENT_BELOW - 1)
    if (size := len(article.content.encode())) >= CONTENT_BELOW_BYTES:
        raise ArticleError(_CONTENT, "content", f"has {size} bytes, less than 1 MB are allowed")
    if not article.thumb_media_id:
        raise ArticleError(ARTICLE_COVER, "thumb_media_id", "is missing")


def check_articles(articles: tuple[Article, ...]) -> None:
    if not 1 <= len(articles) <= MOST_ARTICLES:
        raise ArticleError(_COUNT, "articles", f"are {len(articles)}, 1 to {MOST_ARTICLES} are allowed")
    for article in articles:
        check_article(article)


def _bounded(meaning: Meaning, field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise ArticleError(meaning, field, f"has {len(text)} characters, {most} are allowed")
