"""Keeps the one access token that all processes share.

The platform hands out the same stable token until shortly before it expires, and limits both how often it may
be asked and how often it may be forced to change the token. So: one value in Redis, changed only under a lock
and after reading it again there; one refresh for each token value that was refused; then a breaker.
While the breaker is open the refused token stays in use, because a refusal may concern one endpoint only.
"""

from contextlib import suppress
from typing import Final

import aiohttp
import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kit.clock import Clock
from wechat import token_state as rules
from wechat.endpoints import STABLE_TOKEN
from wechat.errors import TOKEN_PAUSED, WeChatError
from wechat.exchange import Exchange, unexpected
from wechat.shared_lock import SharedLock
from wechat.token_state import TokenState

_STATE_LIFE_S: Final = 86_400  # as long as forced refreshes are counted
CALL_TIMEOUT: Final = aiohttp.ClientTimeout(total=5, connect=3)
_log = structlog.get_logger()


async def known_state(redis: Redis, app_id: str) -> TokenState | None:
    """What all processes know in common about an account's token; None when Redis knows nothing or is away."""
    with suppress(RedisError, OSError, TimeoutError, msgspec.DecodeError):
        stored = await redis.get(_key(app_id))
        if stored is not None:
            return msgspec.json.decode(stored, type=TokenState)
    return None


class TokenKeeper:
    """One per process and account; keepers of one account share what they know through Redis.

    Without Redis, or while it does not answer, each keeper goes by its own memory.
    """

    def __init__(
        self,
        redis: Redis | None,
        session: aiohttp.ClientSession,
        app_id: str,
        secret: str,
        base: str,
        clock: Clock,
        timeout: aiohttp.ClientTimeout = CALL_TIMEOUT,
    ) -> None:
        self._redis = redis
        self._exchange = Exchange(session, base, timeout)
        self._app_id = app_id
        self._secret = secret
        self._clock = clock
        self._key = _key(app_id)
        self._known = TokenState()
        self._lock = SharedLock(redis, f"{self._key}:lock")

    async def get(self) -> str:
        """A token to use. WeChatError (retryable, with the reason) when none can be had."""
        now = self._now()
        if self._known.is_fresh(now):
            return self._known.token
        if self._known.is_alive(now) and self._lock.is_held_here():
            return self._known.token  # someone is renewing it; the old one is good until it expires
        try:
            return await self._renewed()
        except WeChatError:
            if self._known.is_alive(now):
                return self._known.token
            raise

    async def refresh(self, failed_token: str) -> str:
        """A token other than the one the platform refused. WeChatError while the breaker is open."""
        replacement = self._replacement(await self._load(), failed_token)
        if replacement is not None:
            return replacement
        async with self._lock.held():
            state = await self._load()
            replacement = self._replacement(state, failed_token)
            if replacement is not None:
                return replacement
            now = self._now()
            after = await self._call(state, force=False)
            if after.token != failed_token:
                after = rules.replaced(after, now)
            else:
                if rules.may_force(after, now):
                    after = await self._call(after, force=True)
                after = rules.refused(state, after, now)
            await self._save(after)
            _log.warning("wechat.token_refreshed", strikes=self._known.strikes)
            if after.token == failed_token:
                raise WeChatError(TOKEN_PAUSED, retry_after_s=rules.REFRESH_PAUSE_S)
            return after.token

    def _replacement(self, state: TokenState, failed_token: str) -> str | None:
        """The token another refresh has brought, None when one must be asked for."""
        now = self._now()
        if state.token != failed_token and state.is_alive(now):
            return state.token
        rules.check_refresh(state, now)
        rules.check_call(state, now)
        return None

    async def _renewed(self) -> str:
        state = await self._load()
        if state.is_fresh(self._now()):
            return state.token
        rules.check_call(state, self._now())
        async with self._lock.held():
            state = await self._load()
            if not state.is_fresh(self._now()):
                state = await self._call(state, force=False)
            return state.token

    async def _call(self, state: TokenState, *, force: bool) -> TokenState:
        now = self._now()
        rules.check_call(state, now)
        state = rules.called(state, now, forced=force)
        await self._save(state)  # before the call: whoever waits for it may give up in the middle
        body = msgspec.json.encode(
            {
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._secret,
                "force_refresh": force,
            }
        )
        try:
            answer = await self._exchange.fetch_json(STABLE_TOKEN, {}, body)
            token, lifetime = answer.get("access_token"), answer.get("expires_in")
            if not isinstance(token, str) or not token or not isinstance(lifetime, int | float):
                raise unexpected(STABLE_TOKEN, "no token in the answer")
        except WeChatError as error:
            await self._save(rules.failed(state, error.code, now))
            _log.warning("wechat.token_refused", code=error.code, rid=error.rid, reason=error.meaning.name)
            raise rules.unavailable(error) from None
        state = rules.obtained(state, token, lifetime, now)
        await self._save(state)
        return state

    async def _load(self) -> TokenState:
        """What is known in common, or, when Redis has lost or does not tell it, what this process knows."""
        if self._redis is None:
            return self._known
        with suppress(RedisError, OSError, msgspec.DecodeError):
            stored = await self._redis.get(self._key)
            if stored is not None:
                self._known = msgspec.json.decode(stored, type=TokenState)
        return self._known

    async def _save(self, state: TokenState) -> None:
        self._known = state
        if self._redis is not None:
            with suppress(RedisError, OSError):
                await self._redis.set(self._key, msgspec.json.encode(state), ex=_STATE_LIFE_S)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _key(app_id: str) -> str:
    return f"wechat:token:{app_id}"
