"""The Redis client every process uses: short time limits, so that a hanging server costs little.

Redis holds only what may be lost. Whoever calls it must go on without an answer.
"""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

UNAVAILABLE = (RedisError, OSError, TimeoutError)
"""What a caller catches to go on without Redis."""

__all__ = ["UNAVAILABLE", "Redis", "RedisConnectionError", "RedisTimeoutError", "connect"]


def connect(url: str, *, timeout_s: float = 0.25, max_connections: int = 64) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://` URLs. Connects when first used."""
    client: Redis = Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        max_connections=max_connections,
        health_check_interval=0,
        # Once more on a connection that broke while idle; never on a time-out.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        decode_responses=False,
    )
    return client
