"""The ticket that lets our pages use WeChat's own scripts, and the signature made with it.

Like the access token: one value for all processes, asked for anew shortly before it expires, under a lock and
after reading it again there; a refused or lost answer is followed by a pause.
"""

import hashlib
from contextlib import suppress
from math import ceil
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kit.clock import Clock
from wechat.calls import Calls
from wechat.endpoints import TICKET
from wechat.errors import TOKEN_PAUSED, WeChatError
from wechat.shared_lock import SharedLock

RENEW_BEFORE_EXPIRY_S: Final = 300
PAUSE_S: Final = 15
LASTS_AT_MOST_S: Final = 7_200
CLOCKS_DIFFER_S: Final = 5


class _Ticket(msgspec.Struct, frozen=True):
    ticket: str
    expires_in: int


class _Kept(msgspec.Struct, frozen=True):
    """Times are epoch seconds."""

    ticket: str = ""
    expires_at: float = 0
    ask_not_before: float = 0

    def __repr__(self) -> str:
        return "_Kept()"  # the ticket reaches no log


class TicketKeeper:
    """One per process and account; keepers of one account share the ticket through Redis."""

    def __init__(self, redis: Redis | None, calls: Calls, app_id: str, clock: Clock) -> None:
        self._redis = redis
        self._calls = calls
        self._clock = clock
        self._key = f"wechat:jsticket:{app_id}"
        self._known = _Kept()
        self._lock = SharedLock(redis, f"{self._key}:lock")

    async def get(self) -> str:
        """The ticket. WeChatError when none can be had; until it expires the old one does."""
        if self._is_fresh(self._known):
            return self._known.ticket
        try:
            return await self._renewed()
        except WeChatError:
            if self._known.ticket and self._now() < self._known.expires_at:
                return self._known.ticket
            raise

    async def _renewed(self) -> str:
        async with self._lock.held():
            kept = await self._load()
            now = self._now()
            if self._is_fresh(kept):
                return kept.ticket
            # A mark further ahead than the pause is long was made by a clock that has been set back since.
            if now < kept.ask_not_before <= now + PAUSE_S + CLOCKS_DIFFER_S:
                raise WeChatError(TOKEN_PAUSED, retry_after_s=max(1, ceil(kept.ask_not_before - now)))
            # Before the call: whoever waits for it may give up in the middle.
            await self._save(msgspec.structs.replace(kept, ask_not_before=now + PAUSE_S))
            found = await self._calls.get(TICKET, _Ticket, {"type": "jsapi"})
            await self._save(_Kept(found.ticket, now + min(found.expires_in, LASTS_AT_MOST_S)))
            return found.ticket

    def _is_fresh(self, kept: _Kept) -> bool:
        lasts_s = kept.expires_at - self._now()
        return bool(kept.ticket) and RENEW_BEFORE_EXPIRY_S < lasts_s <= LASTS_AT_MOST_S + CLOCKS_DIFFER_S

    async def _load(self) -> _Kept:
        if self._redis is not None:
            with suppress(RedisError, OSError, msgspec.DecodeError):
                stored = await self._redis.get(self._key)
                if stored is not None:
                    self._known = msgspec.json.decode(stored, type=_Kept)
        return self._known

    async def _save(self, kept: _Kept) -> None:
        self._known = kept
        if self._redis is not None:
            with suppress(RedisError, OSError):
                await self._redis.set(self._key, msgspec.json.encode(kept), ex=LASTS_AT_MOST_S)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def js_signature(ticket: str, nonce: str, timestamp: int | str, url: str) -> str:
    """The signature for `wx.config` on the page at `url`, as the browser's bar shows it; its # part is cut off.

    `timestamp` is in epoch seconds and must be the one given to the page.
    """
    page = url.partition("#")[0]
    words = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()
