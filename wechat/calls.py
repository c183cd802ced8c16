"""How every call of the platform is made: typed request, token, quota, one repeat, typed answer, log.

A request is a struct; msgspec writes it as raw UTF-8, because escaped text breaks titles and passes the
platform's content checks unseen. An answer is read into a struct, whatever content type it claims.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import aiohttp
import msgspec
import structlog

from wechat.endpoints import Endpoint
from wechat.errors import CODE_USED, DAY_QUOTA, Remedy, WeChatError
from wechat.exchange import CALL_TIMEOUT, Answer, Body, Exchange, no_answer, read_object, unexpected
from wechat.quota import QuotaBook
from wechat.tokens import TokenKeeper

_T = TypeVar("_T")
_NOTHING: Final[Mapping[str, str]] = {}
_TEXTUAL: Final = ("application/json", "text/")
_log = structlog.get_logger()

Observe = Callable[[str, str, float], None]
"""Hears of every call that ended: the endpoint's path, "ok" or the name of what went wrong, seconds."""


class Done(msgspec.Struct, frozen=True):
    """An answer that says only that it was done."""


class Calls:
    """The calls of one account. Everything raises WeChatError and nothing else."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: TokenKeeper | None,
        base: str,
        timeout: aiohttp.ClientTimeout = CALL_TIMEOUT,
        quota: QuotaBook | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._exchange = Exchange(session, base, timeout)
        self._tokens = tokens
        self.quota = quota
        self._observe = observe

    async def get(self, endpoint: Endpoint, answer: type[_T], params: Mapping[str, str] = _NOTHING) -> _T:
        """The answer to a question whose words stand in the address."""
        return await self._ask(endpoint, answer, params, None)

    async def post(self, endpoint: Endpoint, answer: type[_T], request: msgspec.Struct) -> _T:
        """The answer to a request in JSON."""
        return await self._ask(endpoint, answer, _NOTHING, msgspec.json.encode(request))

    async def post_document(self, endpoint: Endpoint, document: Mapping[str, object]) -> None:
        """Hands over a document in the platform's own shape, such as a menu."""
        await self._ask(endpoint, Done, _NOTHING, msgspec.json.encode(document))

    async def get_document(self, endpoint: Endpoint, params: Mapping[str, str] = _NOTHING) -> dict[str, Any]:
        """An answer in the platform's own shape, such as a menu."""
        return await self._fetch_json(endpoint, params, None)

    async def post_form(
        self,
        endpoint: Endpoint,
        answer: type[_T],
        params: Mapping[str, str],
        form: Callable[[], aiohttp.FormData],
    ) -> _T:
        return await self._ask(endpoint, answer, params, form)

    async def file(
        self,
        endpoint: Endpoint,
        at_most: int,
        *,
        params: Mapping[str, str] = _NOTHING,
        request: msgspec.Struct | None = None,
        address_in: str | None = None,
    ) -> Answer:
        """A file, and the content type the platform claims.

        Of films the platform gives only an address, under the name `address_in`; it is followed.
        """
        body = None if request is None else msgspec.json.encode(request)

        async def attempt(token: Mapping[str, str]) -> Answer:
            answer = await self._exchange.fetch(endpoint, {**token, **params}, body, at_most)
            if not _is_document(answer):
                return _checked_file(endpoint, answer)
            found = read_object(endpoint, answer.content)  # raises what the errcode says
            address = found.get(address_in) if address_in is not None else None
            if not isinstance(address, str) or not address:
                raise unexpected(endpoint, "neither a file nor the address of one")
            return _checked_file(endpoint, await self._exchange.fetch_file(endpoint, address, at_most))

        return await self._once_or_twice(endpoint, attempt)

    async def _ask(self, endpoint: Endpoint, answer: type[_T], params: Mapping[str, str], body: Body) -> _T:
        found = await self._fetch_json(endpoint, params, body)
        try:
            # Numbers come bare or quoted, depending on the endpoint and the day.
            return msgspec.convert(found, answer, strict=False)
        except msgspec.ValidationError as wrong:
            error = unexpected(endpoint, str(wrong))
            _log_refusal(endpoint, error)
            raise error from None

    async def _fetch_json(self, endpoint: Endpoint, params: Mapping[str, str], body: Body) -> dict[str, Any]:
        async def attempt(token: Mapping[str, str]) -> dict[str, Any]:
            return await self._exchange.fetch_json(endpoint, {**token, **params}, body)

        return await self._once_or_twice(endpoint, attempt)

    async def _once_or_twice(
        self, endpoint: Endpoint, attempt: Callable[[Mapping[str, str]], Awaitable[_T]]
    ) -> _T:
        """The same, and whoever counts hears how it went."""
        if self._observe is None:
            return await self._attempts(endpoint, attempt)
        begun_at = time.perf_counter()
        outcome = "ok"
        try:
            return await self._attempts(endpoint, attempt)
        except WeChatError as error:
            outcome = error.meaning.name
            raise
        finally:
            self._observe(endpoint.path, outcome, time.perf_counter() - begun_at)

    async def _attempts(
        self, endpoint: Endpoint, attempt: Callable[[Mapping[str, str]], Awaitable[_T]]
    ) -> _T:
        """One attempt, and after a refused token exactly one more with another token."""
        try:
            if self.quota is not None:
                await self.quota.spend(endpoint)
            if not endpoint.needs_token or self._tokens is None:
                return await _without_token(attempt)
            token = await self._tokens.get()
            try:
                return await attempt({"access_token": token})
            except WeChatError as error:
                if error.meaning.remedy is not Remedy.NEW_TOKEN:
                    raise
                _log_refusal(endpoint, error)
            return await attempt({"access_token": await self._tokens.refresh(token)})
        except WeChatError as error:
            _log_refusal(endpoint, error)
            if self.quota is not None and error.meaning == DAY_QUOTA and error.code is not None:
                await self.quota.used_up(endpoint)
            raise


class Area:
    """Some calls that belong together; the client of an account is made of several."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls


async def _without_token(attempt: Callable[[Mapping[str, str]], Awaitable[_T]]) -> _T:
    try:
        return await attempt(_NOTHING)
    except WeChatError as error:
        if error.meaning.remedy is not Remedy.NEW_TOKEN:
            raise
        # What was refused is the citizen's own credential: no token of ours makes it good.
        raise WeChatError(CODE_USED, code=error.code, message=error.message, rid=error.rid) from None


def _is_document(answer: Answer) -> bool:
    return answer.content_type.startswith(_TEXTUAL) and answer.content.lstrip(
        b"\xef\xbb\xbf \r\n\t"
    ).startswith(b"{")


def _checked_file(endpoint: Endpoint, answer: Answer) -> Answer:
    if not answer.content or answer.content_type in ("text/html", "application/json"):
        raise no_answer(endpoint, "not a file")
    return answer


def _log_refusal(endpoint: Endpoint, error: WeChatError) -> None:
    # Neither the message nor the receiver: the request id is what the platform's support needs.
    # A code that is no good is whoever sent it's own trouble, and anybody may send made-up ones.
    log = _log.debug if error.meaning == CODE_USED else _log.warning
    log(
        "wechat.call_failed",
        endpoint=endpoint.path,
        reason=error.meaning.name,
        code=error.code,
        rid=error.rid,
        uncertain=error.uncertain,
    )
