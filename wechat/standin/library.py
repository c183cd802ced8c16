"""What the account keeps for good: materials, pictures for articles, drafts and publications."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from kit.clock import Clock
from wechat.standin.account import PublishResult
from wechat.standin.articles import Article
from wechat.standin.media import ALPHABET, KIND_FITS, LARGEST_BYTES, content_type_of, picture_type
from wechat.standin.refusals import Refusal

LARGEST_PICTURE_BYTES = 2**20
MOST_MATERIALS = 2_000
MOST_PICTURES = 5_000
MOST_DRAFTS = 1_000
BUDGET_BYTES = 256 * 2**20
KINDS = ("image", "voice", "video", "thumb")


@dataclass(frozen=True)
class Material:
    """A permanent file. `title` and `introduction` belong to films."""

    media_id: str
    kind: str
    content: bytes
    content_type: str
    name: str
    at: datetime
    title: str = ""
    introduction: str = ""


@dataclass
class Draft:
    media_id: str
    articles: list[Article]
    at: datetime


@dataclass
class Publication:
    """A draft on its way to the public, or there. `status` is the platform's number, 0 done and 1 running."""

    publish_id: int
    article_id: str
    articles: list[Article]
    status: PublishResult
    at: datetime
    fail_idx: list[int] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        return self.status == 0 and not all(one.is_deleted for one in self.articles)


class Library:
    """Materials, pictures, drafts and publications by id."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self.materials: dict[str, Material] = {}
        self.pictures: dict[str, tuple[bytes, str]] = {}
        self.drafts: dict[str, Draft] = {}
        self.publications: dict[int, Publication] = {}

    def new_id(self) -> str:
        return "".join(self._random.choices(ALPHABET, k=43))

    def keep_picture(self, content: bytes) -> str:
        """A picture for use inside articles; its id. JPEG or PNG under 1 MB."""
        kind = picture_type(content)
        if kind not in ("image/jpeg", "image/png"):
            raise Refusal(40005, "invalid file type")
        if len(content) >= LARGEST_PICTURE_BYTES:
            raise Refusal(40009, "invalid image size")
        while len(self.pictures) >= MOST_PICTURES:
            del self.pictures[next(iter(self.pictures))]
        picture_id = self.new_id()
        self.pictures[picture_id] = content, kind
        return picture_id

    def add_material(
        self, kind: str, content: bytes, name: str, title: str = "", introduction: str = ""
    ) -> Material:
        if kind not in KINDS:
            raise Refusal(40004, "invalid media type")
        if not content:
            raise Refusal(44001, "empty media data")
        if len(content) > LARGEST_BYTES[kind]:
            raise Refusal(45001, "media size out of limit")
        if not KIND_FITS[kind](content):
            raise Refusal(40005, "invalid file type")
        used = sum(len(one.content) for one in self.materials.values())
        if len(self.materials) >= MOST_MATERIALS or used + len(content) > BUDGET_BYTES:
            raise Refusal(45007, "media count out of limit")
        material = Material(
            self.new_id(),
            kind,
            content,
            content_type_of(kind, content),
            name,
            self._clock.now(),
            title,
            introduction,
        )
        self.materials[material.media_id] = material
        return material

    def material(self, media_id: str) -> Material:
        found = self.materials.get(media_id)
        if found is None:
            raise Refusal(40007, "invalid media_id")
        return found

    def is_cover(self, media_id: str) -> bool:
        found = self.materials.get(media_id)
        return found is not None and found.kind in ("image", "thumb")

    def is_own_picture(self, address: str) -> bool:
        """Whether `media/uploadimg` gave out this address, or it shows a permanent picture."""
        last = address.partition("?")[0].rstrip("/").rpartition("/")[2]
        return last in self.pictures or (last in self.materials and self.is_cover(last))

    def add_draft(self, articles: list[Article]) -> Draft:
        if len(self.drafts) >= MOST_DRAFTS:
            raise Refusal(45007, "media count out of limit")
        draft = Draft(self.new_id(), articles, self._clock.now())
        self.drafts[draft.media_id] = draft
        return draft

    def draft(self, media_id: str) -> Draft:
        found = self.drafts.get(media_id)
        if found is None:
            raise Refusal(40007, "invalid media_id")
        return found

    def touch(self, draft: Draft) -> None:
        draft.at = self._clock.now()

    def publish(self, draft: Draft, publish_id: int, result: PublishResult, origin: str) -> Publication:
        """Make public, or as far as `result` lets it come. What is public is a draft no longer."""
        article_id = self.new_id()
        publication = Publication(publish_id, article_id, draft.articles, result, self._clock.now())
        if result in (2, 3, 4):
            publication.fail_idx = [1]
        elif result != 1:
            for number, article in enumerate(draft.articles, 1):
                article.url = f"{origin}/s/{article_id}/{number}"
                article.is_deleted = result == 5
            del self.drafts[draft.media_id]
        self.publications[publish_id] = publication
        return publication

    def restore(self, drafts: list[Draft], publications: list[Publication]) -> None:
        """Take up the articles of an earlier run; their pictures are gone."""
        self.drafts.update((one.media_id, one) for one in drafts)
        self.publications.update((one.publish_id, one) for one in publications)

    def by_article(self, article_id: str) -> Publication:
        for publication in self.publications.values():
            if publication.article_id == article_id and publication.status in (0, 5, 6):
                return publication
        raise Refusal(53600, "invalid article id")

    def public(self) -> Sequence[Publication]:
        """Newest first."""
        return [one for one in reversed(self.publications.values()) if one.is_public]
