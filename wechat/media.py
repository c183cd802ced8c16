"""Files at the platform: for three days (media), for good (material), or inside an article."""

from collections.abc import Callable
from typing import Final, Literal

import aiohttp
import msgspec

from wechat import endpoints
from wechat.calls import Area, Done
from wechat.exchange import unexpected

MAX_MEDIA_BYTES: Final = 12 * 1024 * 1024  # the platform takes pictures and films up to 10 MB

MediaKind = Literal["image", "voice", "video", "thumb"]


class Material(msgspec.Struct, frozen=True):
    """A file kept for good. `url` is given for pictures only."""

    media_id: str
    url: str = ""


class MaterialCount(msgspec.Struct, frozen=True):
    voice_count: int = 0
    video_count: int = 0
    image_count: int = 0
    news_count: int = 0


class MaterialEntry(msgspec.Struct, frozen=True):
    """One line of the list. `update_time` is in epoch seconds."""

    media_id: str
    name: str = ""
    url: str = ""
    update_time: int = 0


class MaterialPage(msgspec.Struct, frozen=True):
    total_count: int = 0
    item: tuple[MaterialEntry, ...] = ()


class _Uploaded(msgspec.Struct, frozen=True):
    media_id: str = ""
    thumb_media_id: str = ""


class _Address(msgspec.Struct, frozen=True):
    url: str


class _One(msgspec.Struct, frozen=True):
    media_id: str


class _Page(msgspec.Struct, frozen=True):
    type: str
    offset: int
    count: int


class Media(Area):
    """What the account keeps at the platform, and what citizens sent."""

    async def media_get(self, media_id: str) -> tuple[bytes, str]:
        """A citizen's picture, voice or film, and the content type the platform claims."""
        answer = await self._calls.file(
            endpoints.MEDIA_GET, MAX_MEDIA_BYTES, params={"media_id": media_id}, address_in="video_url"
        )
        return answer.content, answer.content_type

    async def media_upload(self, kind: MediaKind, content: bytes, filename: str, content_type: str) -> str:
        """Keeps a medium at the platform for three days; its media id."""
        uploaded = await self._calls.post_form(
            endpoints.MEDIA_UPLOAD, _Uploaded, {"type": kind}, _form(content, filename, content_type)
        )
        media_id = uploaded.media_id or uploaded.thumb_media_id
        if not media_id:
            raise unexpected(endpoints.MEDIA_UPLOAD, "the answer has no media_id")
        return media_id

    async def upload_image(
        self, content: bytes, filename: str = "image.jpg", content_type: str = "image/jpeg"
    ) -> str:
        """Keeps a picture (jpg or png under 1 MB) for use inside articles; its address there."""
        answer = await self._calls.post_form(
            endpoints.IMAGE_UPLOAD, _Address, {}, _form(content, filename, content_type)
        )
        return answer.url

    async def add_material(
        self, kind: MediaKind, content: bytes, filename: str, content_type: str
    ) -> Material:
        """Keeps a file for good, for instance an article's cover. Films need the web site."""
        return await self._calls.post_form(
            endpoints.MATERIAL_ADD, Material, {"type": kind}, _form(content, filename, content_type)
        )

    async def material_get(self, media_id: str) -> tuple[bytes, str]:
        """A file kept for good, and the content type the platform claims."""
        answer = await self._calls.file(
            endpoints.MATERIAL_GET, MAX_MEDIA_BYTES, request=_One(media_id), address_in="down_url"
        )
        return answer.content, answer.content_type

    async def material_delete(self, media_id: str) -> None:
        await self._calls.post(endpoints.MATERIAL_DELETE, Done, _One(media_id))

    async def material_count(self) -> MaterialCount:
        return await self._calls.get(endpoints.MATERIAL_COUNT, MaterialCount)

    async def material_list(self, kind: str, offset: int = 0, count: int = 20) -> MaterialPage:
        """`kind`: image, voice, video or news; at most 20 at a time, newest first."""
        return await self._calls.post(endpoints.MATERIAL_LIST, MaterialPage, _Page(kind, offset, count))


def _form(content: bytes, filename: str, content_type: str) -> Callable[[], aiohttp.FormData]:
    def build() -> aiohttp.FormData:
        fields = aiohttp.FormData()
        fields.add_field("media", content, filename=filename, content_type=content_type)
        return fields

    return build
