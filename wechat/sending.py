"""Messages to one citizen: customer-service, template and subscribe messages."""

from collections.abc import Mapping, Sequence

import msgspec

from wechat import endpoints
from wechat.calls import Area, Calls, Done
from wechat.endpoints import Endpoint


class MenuChoice(msgspec.Struct, frozen=True):
    """One tappable line of a customer-service menu message; `id` comes back as Inbound.menu_id."""

    id: str
    content: str


class MiniProgramPage(msgspec.Struct, frozen=True):
    """Where a tap on a message leads inside the mini-program."""

    app_id: str = msgspec.field(name="appid")
    path: str = msgspec.field(name="pagepath")


class Link(msgspec.Struct, frozen=True):
    """A card that leads to a page."""

    title: str
    url: str
    description: str = ""
    picture_url: str = msgspec.field(name="picurl", default="")


class _Content(msgspec.Struct, frozen=True):
    content: str


class _Media(msgspec.Struct, frozen=True):
    media_id: str


class _Menu(msgspec.Struct, frozen=True):
    head_content: str
    list: Sequence[MenuChoice]
    tail_content: str


class _News(msgspec.Struct, frozen=True):
    articles: tuple[Link, ...]


class _CustomText(msgspec.Struct, frozen=True, tag_field="msgtype", tag="text"):
    touser: str
    text: _Content


class _CustomMenu(msgspec.Struct, frozen=True, tag_field="msgtype", tag="msgmenu"):
    touser: str
    msgmenu: _Menu


class _CustomImage(msgspec.Struct, frozen=True, tag_field="msgtype", tag="image"):
    touser: str
    image: _Media


class _CustomLink(msgspec.Struct, frozen=True, tag_field="msgtype", tag="news"):
    touser: str
    news: _News


class _Typing(msgspec.Struct, frozen=True):
    touser: str
    command: str


class _Value(msgspec.Struct, frozen=True):
    value: str


class _Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    touser: str
    template_id: str
    data: Mapping[str, _Value]
    page: str | None = None
    url: str | None = None
    miniprogram: MiniProgramPage | None = None
    miniprogram_state: str | None = None
    lang: str | None = None
    client_msg_id: str | None = None


class _Sent(msgspec.Struct, frozen=True):
    msgid: int | str = ""


class CustomTexts(Area):
    """What the official account and the mini-program both send, each to those who wrote to it."""

    async def send_custom_text(self, openid: str, text: str) -> None:
        """A customer-service text, inside the window the citizen opened by writing."""
        await self._calls.post(endpoints.CUSTOM_SEND, Done, _CustomText(openid, _Content(text)))


class Sending(CustomTexts):
    """What the official account sends."""

    async def send_custom_menu(
        self, openid: str, head: str, choices: Sequence[MenuChoice], tail: str = ""
    ) -> None:
        """A customer-service message whose lines can be tapped."""
        message = _CustomMenu(openid, _Menu(head, choices, tail))
        await self._calls.post(endpoints.CUSTOM_SEND, Done, message)

    async def send_custom_image(self, openid: str, media_id: str) -> None:
        """A customer-service picture that was uploaded before."""
        await self._calls.post(endpoints.CUSTOM_SEND, Done, _CustomImage(openid, _Media(media_id)))

    async def send_custom_link(self, openid: str, link: Link) -> None:
        """A customer-service card that leads to a page."""
        await self._calls.post(endpoints.CUSTOM_SEND, Done, _CustomLink(openid, _News((link,))))

    async def typing(self, openid: str, *, on: bool = True) -> None:
        """Shows, or stops showing, that an answer is being written."""
        command = _Typing(openid, "Typing" if on else "CancelTyping")
        await self._calls.post(endpoints.CUSTOM_TYPING, Done, command)

    async def subscribe_bizsend(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        *,
        page: str | None = None,
        mini_program: MiniProgramPage | None = None,
    ) -> str:
        """A subscribe message of the service account; one-time consents are used up. The platform's id."""
        notice = _Notice(openid, template_id, _values(fields), page=page, miniprogram=mini_program)
        return await send_notice(self._calls, endpoints.SUBSCRIBE_BIZSEND, notice)

    async def send_template(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        *,
        url: str | None = None,
        mini_program: MiniProgramPage | None = None,
        client_msg_id: str | None = None,
    ) -> str:
        """A template message; TEMPLATESENDJOBFINISH reports on the id returned.

        With `client_msg_id` (at most 32 characters) a lost answer is not uncertain: the platform sends once.
        """
        notice = _Notice(
            openid,
            template_id,
            _values(fields),
            url=url,
            miniprogram=mini_program,
            client_msg_id=client_msg_id,
        )
        row = endpoints.TEMPLATE_SEND if client_msg_id is None else endpoints.TEMPLATE_SEND_ONCE
        return await send_notice(self._calls, row, notice)


class SubscribeSending(Area):
    """What the mini-program sends."""

    async def subscribe_send(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        *,
        page: str | None = None,
        state: str = "formal",
    ) -> str:
        """A subscribe message of the mini-program; `openid` is the mini-program's. The platform's id."""
        notice = _Notice(
            openid, template_id, _values(fields), page=page, miniprogram_state=state, lang="zh_CN"
        )
        return await send_notice(self._calls, endpoints.SUBSCRIBE_SEND, notice)


async def send_notice(calls: Calls, endpoint: Endpoint, notice: _Notice) -> str:
    """The platform's id of a send, "" where it gives none; numbers come bare or quoted."""
    return str((await calls.post(endpoint, _Sent, notice)).msgid)


def _values(fields: Mapping[str, str]) -> dict[str, _Value]:
    return {name: _Value(value) for name, value in fields.items()}
