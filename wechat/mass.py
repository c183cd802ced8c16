"""One message to every follower, or to those with a tag. MASSSENDJOBFINISH reports on it."""

import msgspec

from wechat import endpoints
from wechat.calls import Area, Done


class MassMessage(msgspec.Struct, frozen=True):
    """What the platform took. `msg_data_id` names the articles in its statistics."""

    msg_id: int | str
    msg_data_id: int | str = ""


class _Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    is_to_all: bool
    tag_id: int | None = None


class _Media(msgspec.Struct, frozen=True):
    media_id: str


class _Content(msgspec.Struct, frozen=True):
    content: str


class _SendArticles(msgspec.Struct, frozen=True, tag_field="msgtype", tag="mpnews"):
    filter: _Filter
    mpnews: _Media
    clientmsgid: str
    send_ignore_reprint: int = 0


class _SendText(msgspec.Struct, frozen=True, tag_field="msgtype", tag="text"):
    filter: _Filter
    text: _Content
    clientmsgid: str


class _Preview(msgspec.Struct, frozen=True, tag_field="msgtype", tag="mpnews"):
    touser: str
    mpnews: _Media


class _PreviewText(msgspec.Struct, frozen=True, tag_field="msgtype", tag="text"):
    touser: str
    text: _Content


class _One(msgspec.Struct, frozen=True):
    msg_id: str


class _Delete(msgspec.Struct, frozen=True):
    msg_id: int | str
    article_idx: int


class _Status(msgspec.Struct, frozen=True):
    msg_status: str


class MassSending(Area):
    """`client_msg_id` (at most 64 bytes) makes a repeat within 24 hours harmless.

    The platform then says `already_sent` and which message it was (`WeChatError.msg_id`); a repeat within a minute of
    the first it refuses with `too_often`.
    """

    async def mass_send_articles(
        self, media_id: str, *, client_msg_id: str, tag_id: int | None = None
    ) -> MassMessage:
        """Sends a draft to all followers, or to those with a tag."""
        message = _SendArticles(_Filter(tag_id is None, tag_id), _Media(media_id), client_msg_id)
        return await self._calls.post(endpoints.MASS_SEND, MassMessage, message)

    async def mass_send_text(
        self, text: str, *, client_msg_id: str, tag_id: int | None = None
    ) -> MassMessage:
        message = _SendText(_Filter(tag_id is None, tag_id), _Content(text), client_msg_id)
        return await self._calls.post(endpoints.MASS_SEND, MassMessage, message)

    async def mass_preview(self, openid: str, media_id: str) -> None:
        """Shows a draft to one follower, as all would see it."""
        await self._calls.post(endpoints.MASS_PREVIEW, Done, _Preview(openid, _Media(media_id)))

    async def mass_preview_text(self, openid: str, text: str) -> None:
        """Shows a text to one follower, as all would see it."""
        await self._calls.post(endpoints.MASS_PREVIEW, Done, _PreviewText(openid, _Content(text)))

    async def mass_status(self, msg_id: str) -> str:
        """The platform's word: SENDING, SEND_SUCCESS, SEND_FAIL or DELETE."""
        return (await self._calls.post(endpoints.MASS_GET, _Status, _One(msg_id))).msg_status

    async def mass_delete(self, msg_id: str, article_idx: int = 0) -> None:
        """Takes the articles of a message back; 0 means all. The cards stay in the chats."""
        number: int | str = int(msg_id) if msg_id.isdigit() else msg_id
        await self._calls.post(endpoints.MASS_DELETE, Done, _Delete(number, article_idx))
