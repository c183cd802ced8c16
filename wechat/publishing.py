"""Drafts of articles, and publishing them without a message to everybody."""

from enum import IntEnum

import msgspec

from wechat import endpoints
from wechat.articles import Article, check_article, check_articles
from wechat.calls import Area, Done


class PublishStatus(IntEnum):
    """Where a publication stands. The event says so too; asking is for when it did not come."""

    DONE = 0
    RUNNING = 1
    NOT_ORIGINAL = 2
    FAILED = 3
    REJECTED = 4
    DELETED = 5
    BANNED = 6


class KeptArticle(msgspec.Struct, frozen=True):
    """An article as the platform gives it back; `url` leads to it, for drafts for a short time only."""

    title: str = ""
    author: str = ""
    digest: str = ""
    content: str = ""
    content_source_url: str = ""
    thumb_media_id: str = ""
    url: str = ""
    is_deleted: bool = False


class Articles(msgspec.Struct, frozen=True):
    news_item: tuple[KeptArticle, ...] = ()


class DraftEntry(msgspec.Struct, frozen=True):
    media_id: str
    content: Articles = Articles()
    update_time: int = 0


class DraftPage(msgspec.Struct, frozen=True):
    total_count: int = 0
    item: tuple[DraftEntry, ...] = ()


class PublishedEntry(msgspec.Struct, frozen=True):
    article_id: str
    content: Articles = Articles()
    update_time: int = 0


class PublishedPage(msgspec.Struct, frozen=True):
    total_count: int = 0
    item: tuple[PublishedEntry, ...] = ()


class PublishedUrl(msgspec.Struct, frozen=True):
    idx: int
    article_url: str


class PublishedUrls(msgspec.Struct, frozen=True):
    item: tuple[PublishedUrl, ...] = ()


class Publication(msgspec.Struct, frozen=True):
    """`fail_idx` are the numbers, from 1, of the articles that were not published."""

    publish_id: int | str
    publish_status: PublishStatus
    article_id: str = ""
    article_detail: PublishedUrls = PublishedUrls()
    fail_idx: tuple[int, ...] = ()


class _Added(msgspec.Struct, frozen=True):
    media_id: str


class _Count(msgspec.Struct, frozen=True):
    total_count: int


class _Submitted(msgspec.Struct, frozen=True):
    publish_id: int | str


class _Add(msgspec.Struct, frozen=True):
    articles: tuple[Article, ...]


class _Update(msgspec.Struct, frozen=True):
    media_id: str
    index: int
    articles: Article  # an object here, though the name says many


class _Draft(msgspec.Struct, frozen=True):
    media_id: str


class _Publication(msgspec.Struct, frozen=True):
    publish_id: str


class _Published(msgspec.Struct, frozen=True):
    article_id: str


class _Unpublish(msgspec.Struct, frozen=True):
    article_id: str
    index: int


class _Page(msgspec.Struct, frozen=True):
    offset: int
    count: int
    no_content: int


class Publishing(Area):
    """Articles from draft to page. ArticleError, a WeChatError, for one the platform would refuse."""

    async def add_draft(self, *articles: Article) -> str:
        """A new draft of one to eight articles; its media id."""
        check_articles(articles)
        return (await self._calls.post(endpoints.DRAFT_ADD, _Added, _Add(articles))).media_id

    async def get_draft(self, media_id: str) -> tuple[KeptArticle, ...]:
        return (await self._calls.post(endpoints.DRAFT_GET, Articles, _Draft(media_id))).news_item

    async def update_draft(self, media_id: str, article: Article, index: int = 0) -> None:
        """Replaces one article of a draft; `index` counts from 0."""
        check_article(article)
        await self._calls.post(endpoints.DRAFT_UPDATE, Done, _Update(media_id, index, article))

    async def delete_draft(self, media_id: str) -> None:
        """For good: the platform keeps no copy."""
        await self._calls.post(endpoints.DRAFT_DELETE, Done, _Draft(media_id))

    async def count_drafts(self) -> int:
        return (await self._calls.get(endpoints.DRAFT_COUNT, _Count)).total_count

    async def list_drafts(self, offset: int = 0, count: int = 20, *, with_content: bool = False) -> DraftPage:
        """At most 20 at a time, newest first."""
        page = _Page(offset, count, 0 if with_content else 1)
        return await self._calls.post(endpoints.DRAFT_LIST, DraftPage, page)

    async def publish(self, media_id: str) -> str:
        """Hands a draft in; PUBLISHJOBFINISH reports on the publish id returned."""
        submitted = await self._calls.post(endpoints.PUBLISH_SUBMIT, _Submitted, _Draft(media_id))
        return str(submitted.publish_id)

    async def publication(self, publish_id: str) -> Publication:
        """Where a publication stands; a hundred questions a day."""
        return await self._calls.post(endpoints.PUBLISH_GET, Publication, _Publication(publish_id))

    async def unpublish(self, article_id: str, index: int = 0) -> None:
        """Takes one article back, all of them with index 0. Nobody can undo it."""
        await self._calls.post(endpoints.PUBLISH_DELETE, Done, _Unpublish(article_id, index))

    async def published(self, article_id: str) -> tuple[KeptArticle, ...]:
        return (await self._calls.post(endpoints.PUBLISH_ARTICLE, Articles, _Published(article_id))).news_item

    async def list_published(
        self, offset: int = 0, count: int = 20, *, with_content: bool = False
    ) -> PublishedPage:
        """At most 20 at a time, newest first."""
        page = _Page(offset, count, 0 if with_content else 1)
        return await self._calls.post(endpoints.PUBLISH_LIST, PublishedPage, page)
