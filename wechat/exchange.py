"""One HTTP exchange with the platform: what was answered, or how sure we are that nothing was done."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
from yarl import URL

from wechat.endpoints import Endpoint
from wechat.errors import (
    FOREIGN_ADDRESS,
    NO_ANSWER,
    TOO_LARGE,
    UNEXPECTED,
    UNREACHABLE,
    WeChatError,
    from_code,
)

MAX_ANSWER_BYTES: Final = 1024 * 1024
CALL_TIMEOUT: Final = aiohttp.ClientTimeout(total=8, connect=3)
_TOKEN_ALONE: Final = {"access_token"}
_CHUNK: Final = 64 * 1024
_FILE_HOSTS: Final = (".weixin.qq.com", ".qpic.cn", ".qq.com")


# JSON, or what builds a form: a form can be sent only once.
Body = bytes | Callable[[], aiohttp.FormData] | None


class Answer(msgspec.Struct, frozen=True):
    """A complete answer with status 200."""

    content: bytes
    content_type: str


def new_session(*, connections: int = 100) -> aiohttp.ClientSession:
    """A session for the platform.

    Idle connections are dropped before the platform drops them: a send on a connection that is just being
    closed cannot be told from a send that was lost on the way back. Cookies are not kept.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=10),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=CALL_TIMEOUT,
    )


class Exchange:
    """The HTTP side of the platform at one base address."""

    def __init__(
        self, session: aiohttp.ClientSession, base: str, timeout: aiohttp.ClientTimeout = CALL_TIMEOUT
    ) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._timeout = timeout
        self._token = ""
        self._addresses: dict[str, URL] = {}

    async def fetch(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        body: Body = None,
        at_most: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """The complete answer of at most `at_most` bytes; WeChatError when there is none."""
        if params.keys() == _TOKEN_ALONE:
            return await self._fetch(endpoint, self._address(endpoint.path, **params), {}, body, at_most)
        return await self._fetch(endpoint, self._base + endpoint.path, params, body, at_most)

    def _address(self, path: str, access_token: str) -> URL:
        """The address of most calls, made once for each token: to make it costs as much as to send a short body."""
        if access_token != self._token:
            self._token, self._addresses = access_token, {}
        address = self._addresses.get(path)
        if address is None:
            address = URL(self._base + path).with_query(access_token=access_token)
            self._addresses[path] = address
        return address

    async def fetch_file(self, endpoint: Endpoint, address: str, at_most: int) -> Answer:
        """What lies at an address an answer of `endpoint` named; at the platform's own hosts only."""
        if not is_own_address(self._base, address):
            raise WeChatError(FOREIGN_ADDRESS)
        return await self._fetch(
            msgspec.structs.replace(endpoint, method="GET"), URL(address, encoded=True), {}, None, at_most
        )

    async def _fetch(
        self, endpoint: Endpoint, address: str | URL, params: Mapping[str, str], body: Body, at_most: int
    ) -> Answer:
        # The causes are dropped on purpose (`from None`): aiohttp's texts quote the address, and the
        # address carries the token.
        try:
            async with self._session.request(
                endpoint.method,
                address,
                params=params or None,
                data=body() if callable(body) else body,
                headers={"Content-Type": "application/json"} if isinstance(body, bytes) else None,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    raise _status_error(endpoint, response.status)
                if (response.content_length or at_most + 1) <= at_most:
                    return Answer(await response.read(), response.content_type)
                content = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > at_most:
                        raise _too_large(endpoint)
                return Answer(bytes(content), response.content_type)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise WeChatError(UNREACHABLE, message=type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise no_answer(endpoint, type(error).__name__) from None

    async def fetch_json(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        body: Body = None,
    ) -> dict[str, Any]:
        """The answer's JSON object; its content type is not believed. WeChatError for an errcode."""
        return read_object(endpoint, (await self.fetch(endpoint, params, body)).content)


def read_object(endpoint: Endpoint, content: bytes) -> dict[str, Any]:
    """The JSON object of an answer, or the error it reports; what is not JSON counts as no answer."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        document = _read_leniently(endpoint, content)
    if not isinstance(document, dict):
        raise no_answer(endpoint, "not a JSON object")
    code = document.get("errcode", 0)
    if not isinstance(code, int):
        raise no_answer(endpoint, "errcode is not a number")
    if code != 0:
        raise from_code(code, str(document.get("errmsg", "")), str(document.get("msg_id", ""))[:80])
    return document


def _read_leniently(endpoint: Endpoint, content: bytes) -> Any:
    # Names chosen by citizens reach some answers with raw control characters or halves of characters in them.
    try:
        found = json.loads(content, strict=False)
        whole = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(whole)
    except (ValueError, RecursionError):
        raise no_answer(endpoint, "not JSON") from None


def no_answer(endpoint: Endpoint, message: str) -> WeChatError:
    """Whatever was asked may have been done; uncertain unless a repeat does no harm."""
    return WeChatError(NO_ANSWER, message=message, uncertain=not endpoint.is_repeatable)


def _status_error(endpoint: Endpoint, status: int) -> WeChatError:
    """The platform itself answers 200 only: other statuses come from something in between."""
    if status >= 500 or status == 408 or status < 300:
        return no_answer(endpoint, f"HTTP {status}")
    return WeChatError(UNREACHABLE, message=f"HTTP {status}")


def _too_large(endpoint: Endpoint) -> WeChatError:
    if endpoint.is_repeatable:
        return WeChatError(TOO_LARGE)
    return no_answer(endpoint, "the answer is too large")


def unexpected(endpoint: Endpoint, message: str) -> WeChatError:
    """A well-formed answer without what the documentation promises; what was asked may have been done."""
    return WeChatError(UNEXPECTED, message=message, uncertain=not endpoint.is_repeatable)


def is_own_address(base: str, address: str) -> bool:
    """Whether a file's address is at the API's own host or at one of the platform's file hosts."""
    try:
        url, own = urlsplit(address), urlsplit(base)
        port = url.port
    except ValueError:
        return False
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
        return False
    if (url.hostname, port) == (own.hostname, own.port):
        return True
    return port in (None, 80, 443) and url.hostname.endswith(_FILE_HOSTS)
