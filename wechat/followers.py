"""Followers of the account, and the tags it has given them."""

from collections.abc import Sequence

import msgspec

from wechat import endpoints
from wechat.calls import Area, Done


class UserInfo(msgspec.Struct, frozen=True):
    """What the platform tells of a citizen; names and pictures it no longer tells."""

    openid: str
    is_follower: bool
    union_id: str = ""


class FollowerPage(msgspec.Struct, frozen=True):
    """Up to 10,000 openids; `next_openid` begins the next page and is "" at the end."""

    total: int
    openids: tuple[str, ...]
    next_openid: str


class Tag(msgspec.Struct, frozen=True):
    id: int
    name: str
    count: int = 0


class _User(msgspec.Struct, frozen=True):
    openid: str
    subscribe: int = 0
    unionid: str = ""

    def shown(self) -> UserInfo:
        return UserInfo(self.openid, self.subscribe == 1, self.unionid.strip())


class _Users(msgspec.Struct, frozen=True):
    user_info_list: tuple[_User, ...]


class _Openids(msgspec.Struct, frozen=True):
    openid: tuple[str, ...] = ()


class _List(msgspec.Struct, frozen=True):
    total: int
    count: int
    data: _Openids = _Openids()
    next_openid: str = ""


class _Asked(msgspec.Struct, frozen=True):
    openid: str
    lang: str = "zh_CN"


class _AskedAll(msgspec.Struct, frozen=True):
    user_list: tuple[_Asked, ...]


class _Name(msgspec.Struct, frozen=True):
    name: str


class _Id(msgspec.Struct, frozen=True):
    id: int


class _IdAndName(msgspec.Struct, frozen=True):
    id: int
    name: str


class _NewTag(msgspec.Struct, frozen=True):
    tag: _Name


class _RenamedTag(msgspec.Struct, frozen=True):
    tag: _IdAndName


class _OldTag(msgspec.Struct, frozen=True):
    tag: _Id


class _Created(msgspec.Struct, frozen=True):
    tag: Tag


class _Tags(msgspec.Struct, frozen=True):
    tags: tuple[Tag, ...]


class _Tagging(msgspec.Struct, frozen=True):
    openid_list: Sequence[str]
    tagid: int


class Followers(Area):
    """Who follows the account."""

    async def user_info(self, openid: str) -> UserInfo:
        """Whether the citizen follows the account, and the union id where accounts are bound together."""
        params = {"openid": openid, "lang": "zh_CN"}
        return (await self._calls.get(endpoints.USER, _User, params)).shown()

    async def users_info(self, openids: Sequence[str]) -> tuple[UserInfo, ...]:
        """The same of up to a hundred citizens."""
        asked = _AskedAll(tuple(_Asked(openid) for openid in openids))
        found = await self._calls.post(endpoints.USERS, _Users, asked)
        return tuple(user.shown() for user in found.user_info_list)

    async def user_list(self, next_openid: str = "") -> FollowerPage:
        params = {"next_openid": next_openid} if next_openid else {}
        found = await self._calls.get(endpoints.USER_LIST, _List, params)
        return FollowerPage(found.total, found.data.openid, found.next_openid if found.count else "")

    async def create_tag(self, name: str) -> Tag:
        """A new tag; at most 100 of at most 30 characters."""
        return (await self._calls.post(endpoints.TAG_CREATE, _Created, _NewTag(_Name(name)))).tag

    async def tags(self) -> tuple[Tag, ...]:
        return (await self._calls.get(endpoints.TAG_LIST, _Tags)).tags

    async def rename_tag(self, tag_id: int, name: str) -> None:
        await self._calls.post(endpoints.TAG_UPDATE, Done, _RenamedTag(_IdAndName(tag_id, name)))

    async def delete_tag(self, tag_id: int) -> None:
        await self._calls.post(endpoints.TAG_DELETE, Done, _OldTag(_Id(tag_id)))

    async def tag_users(self, tag_id: int, openids: Sequence[str]) -> None:
        """Up to 50 citizens at a time, of up to 20 tags each."""
        await self._calls.post(endpoints.TAG_USERS, Done, _Tagging(openids, tag_id))

    async def untag_users(self, tag_id: int, openids: Sequence[str]) -> None:
        await self._calls.post(endpoints.UNTAG_USERS, Done, _Tagging(openids, tag_id))
