"""The way out to other platforms by HTTP. For the worker alone: a web process posts nothing and spares the memory."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from casework.exchange.sending import Answered

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
ANSWER_AT_MOST: Final = 4096
RETRY_AFTER_AT_MOST_S: Final = 3600.0


class Posting:
    """The way out by HTTP. Certificates are checked, redirects not followed, answers read for their first 4 kB only."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        try:
            # As it is written: what is signed is what is sent.
            async with self._opened().post(
                URL(url, encoded=True), data=body, headers=dict(headers), allow_redirects=False
            ) as response:
                said = await response.content.read(ANSWER_AT_MOST)
                return Answered(response.status, said, _pause_of(response.headers.get("retry-after", "")))
        except TimeoutError:
            return Answered(None, fault="timed_out")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError):
            return Answered(None, fault="tls")
        except (aiohttp.ClientError, OSError, ValueError):
            return Answered(None, fault="unreachable")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session


def _pause_of(text: str) -> float:
    """Seconds of a Retry-After; 0 for a date or for nonsense."""
    digits = text.strip()
    return min(RETRY_AFTER_AT_MOST_S, float(digits)) if digits.isascii() and digits.isdigit() else 0.0
