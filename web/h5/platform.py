"""What the pages need of the platform, and how it is reached only when a page first needs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

SCRIPTS_OF = "https://res.wx.qq.com"
SCRIPT = f"{SCRIPTS_OF}/open/js/jweixin-1.6.0.js"


@dataclass(frozen=True)
class Opener:
    """Who opened a page. Personal data: `repr` is silent.

    `unionid` is empty where the platform told none. `follows` is None where it did not say. `is_preview`: a
    made-up person, because the page was only previewed; nobody signs in as that.
    """

    openid: str
    unionid: str = ""
    follows: bool | None = None
    is_preview: bool = False

    def __repr__(self) -> str:
        return "Opener()"


@dataclass(frozen=True)
class ScriptKey:
    """What a page hands to `wx.config`, of the script at `source`. `timestamp` is in epoch seconds."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str
    source: str = SCRIPT


class CodeRefusedError(Exception):
    """The platform does not know the code, or it was used before."""


class PlatformAwayError(Exception):
    """The platform cannot be asked now; later it may."""


class WebPlatform(Protocol):
    """The official account, as its web pages see it."""

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Where the browser is sent to say who is holding it."""
        ...

    async def opener(self, code: str, *, needs_unionid: Callable[[str], Awaitable[bool]]) -> Opener:
        """Who came back with this code. Raises CodeRefusedError, PlatformAwayError.

        `needs_unionid(openid)` says whether it is worth asking the platform further.
        """
        ...

    async def script_key(self, url: str) -> ScriptKey:
        """The permission for WeChat's scripts on the page at `url`. Raises PlatformAwayError."""
        ...


PlatformOpening = Callable[[], Awaitable[WebPlatform]]
"""Opens the platform's side; web processes start without its libraries, so only who needs it asks."""
