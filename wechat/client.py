"""Calls the platform for the official account and the mini-program."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import aiohttp
import msgspec
import structlog

from wechat import endpoints
from wechat.endpoints import Endpoint
from wechat.errors import Remedy, WeChatError
from wechat.exchange import CALL_TIMEOUT, Answer, Exchange, no_answer, read_object, unexpected
from wechat.tokens import TokenKeeper

MAX_MEDIA_BYTES: Final = 12 * 1024 * 1024  # the platform takes pictures and films up to 10 MB

_T = TypeVar("_T")
_Body = bytes | Callable[[], aiohttp.FormData] | None
_TEXTUAL = ("application/json", "text/")
_log = structlog.get_logger()


class MenuChoice(msgspec.Struct, frozen=True):
    """One tappable line of a customer-service menu message; `id` comes back as Inbound.menu_id."""

    id: str
    content: str


class MiniProgramPage(msgspec.Struct, frozen=True):
    """Where a tap on a message leads inside the mini-program."""

    app_id: str
    path: str


class UserInfo(msgspec.Struct, frozen=True):
    """What the platform tells of a citizen; names and pictures it no longer tells."""

    openid: str
    is_follower: bool
    union_id: str = ""


class WeChatClient:
    """One account. Every method raises WeChatError; its `uncertain` and `retryable` say what may be repeated."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: TokenKeeper,
        base: str,
        timeout: aiohttp.ClientTimeout = CALL_TIMEOUT,
    ) -> None:
        self._exchange = Exchange(session, base, timeout)
        self._tokens = tokens

    async def send_custom_text(self, openid: str, text: str) -> None:
        """A customer-service text, inside the window the citizen opened by writing."""
        message = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        await self._post(endpoints.CUSTOM_SEND, message)

    async def send_custom_menu(
        self, openid: str, head: str, choices: Sequence[MenuChoice], tail: str = ""
    ) -> None:
        """A customer-service message whose lines can be tapped."""
        menu = {"head_content": head, "list": choices, "tail_content": tail}
        await self._post(endpoints.CUSTOM_SEND, {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})

    async def typing(self, openid: str, *, on: bool = True) -> None:
        """Shows, or stops showing, that an answer is being written."""
        command = "Typing" if on else "CancelTyping"
        await self._post(endpoints.CUSTOM_TYPING, {"touser": openid, "command": command})

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
        message = _template_message(openid, template_id, fields, mini_program)
        if page is not None:
            message["page"] = page
        return _message_id(await self._post(endpoints.SUBSCRIBE_BIZSEND, message))

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
        message = _template_message(openid, template_id, fields, None)
        message |= {"miniprogram_state": state, "lang": "zh_CN"}
        if page is not None:
            message["page"] = page
        return _message_id(await self._post(endpoints.SUBSCRIBE_SEND, message))

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
        message = _template_message(openid, template_id, fields, mini_program)
        if url is not None:
            message["url"] = url
        if client_msg_id is None:
            return _message_id(await self._post(endpoints.TEMPLATE_SEND, message))
        message["client_msg_id"] = client_msg_id
        return _message_id(await self._post(endpoints.TEMPLATE_SEND_ONCE, message))

    async def media_get(self, media_id: str) -> tuple[bytes, str]:
        """A citizen's picture or voice, and the content type the platform claims; not for films."""

        async def attempt(token: str) -> Answer:
            params = {"access_token": token, "media_id": media_id}
            answer = await self._exchange.fetch(endpoints.MEDIA_GET, params, at_most_bytes=MAX_MEDIA_BYTES)
            if answer.content_type.startswith(_TEXTUAL) and answer.content.lstrip().startswith(b"{"):
                read_object(endpoints.MEDIA_GET, answer.content)  # raises what the errcode says
                raise unexpected("the medium is a film, of which the platform gives an address only")
            if not answer.content or answer.content_type == "text/html":
                raise no_answer(endpoints.MEDIA_GET, "not a medium")
            return answer

        answer = await self._with_token(endpoints.MEDIA_GET, attempt)
        return answer.content, answer.content_type

    async def media_upload(self, kind: str, content: bytes, filename: str, content_type: str) -> str:
        """Keeps a medium at the platform for three days; its media id. `kind`: image, voice, video, thumb."""

        def form() -> aiohttp.FormData:
            fields = aiohttp.FormData()
            fields.add_field("media", content, filename=filename, content_type=content_type)
            return fields

        answer = await self._ask(endpoints.MEDIA_UPLOAD, {"type": kind}, form)
        return _text(answer, "media_id" if kind != "thumb" else "thumb_media_id")

    async def user_info(self, openid: str) -> UserInfo:
        """Whether the citizen follows the account, and the union id where accounts are bound together."""
        answer = await self._ask(endpoints.USER, {"openid": openid, "lang": "zh_CN"})
        return UserInfo(
            openid=_text(answer, "openid"),
            is_follower=answer.get("subscribe") == 1,
            union_id=str(answer.get("unionid", "")).strip(),
        )

    async def callback_ips(self) -> list[str]:
        """The addresses the platform calls from; they change, so they prove nothing."""
        found = (await self._ask(endpoints.CALLBACK_ADDRESSES, {})).get("ip_list")
        if not isinstance(found, list):
            raise unexpected("getcallbackip gave no list")
        return [str(one) for one in found]

    async def create_menu(self, menu: Mapping[str, object]) -> None:
        """Replaces the account's menu; the shape is the platform's."""
        await self._post(endpoints.MENU_CREATE, menu)

    async def get_menu(self) -> dict[str, Any]:
        """The account's menu in the platform's shape."""
        return await self._ask(endpoints.MENU_GET, {})

    async def _post(self, endpoint: Endpoint, message: Mapping[str, object]) -> dict[str, Any]:
        # msgspec writes raw UTF-8: escaped text breaks titles and passes content checks unseen.
        return await self._ask(endpoint, {}, msgspec.json.encode(message))

    async def _ask(self, endpoint: Endpoint, params: Mapping[str, str], body: _Body = None) -> dict[str, Any]:
        async def attempt(token: str) -> dict[str, Any]:
            return await self._exchange.fetch_json(endpoint, {"access_token": token, **params}, body)

        return await self._with_token(endpoint, attempt)

    async def _with_token(self, endpoint: Endpoint, attempt: Callable[[str], Awaitable[_T]]) -> _T:
        """One attempt, and after a refused token exactly one more with another token."""
        token = await self._tokens.get()
        try:
            try:
                return await attempt(token)
            except WeChatError as error:
                if error.meaning.remedy is not Remedy.NEW_TOKEN:
                    raise
                _log_refusal(endpoint, error)
            return await attempt(await self._tokens.refresh(token))
        except WeChatError as error:
            _log_refusal(endpoint, error)
            raise


def _log_refusal(endpoint: Endpoint, error: WeChatError) -> None:
    # Neither the message nor the receiver: the request id is what the platform's support needs.
    _log.warning(
        "wechat.call_failed",
        endpoint=endpoint.path,
        reason=error.meaning.name,
        code=error.code,
        rid=error.rid,
        uncertain=error.uncertain,
    )


def _template_message(
    openid: str, template_id: str, fields: Mapping[str, str], mini_program: MiniProgramPage | None
) -> dict[str, Any]:
    message: dict[str, Any] = {
        "touser": openid,
        "template_id": template_id,
        "data": {name: {"value": value} for name, value in fields.items()},
    }
    if mini_program is not None:
        message["miniprogram"] = {"appid": mini_program.app_id, "pagepath": mini_program.path}
    return message


def _message_id(answer: Mapping[str, Any]) -> str:
    """The platform's id of a send, "" where it gives none; numbers come bare or quoted."""
    return str(answer.get("msgid", ""))


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise unexpected(f"the answer has no {name}")
    return value
