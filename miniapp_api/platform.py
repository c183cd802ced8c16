"""What the API needs of the platform; reached only when somebody first signs in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class MiniOpener:
    """Who opened the mini-program. Personal data: `repr` is silent. `unionid` is empty where none is bound."""

    openid: str
    unionid: str = ""

    def __repr__(self) -> str:
        return "MiniOpener()"


class CodeRefusedError(Exception):
    """The platform does not know the code, or it was used before, or it is over."""


class PlatformAwayError(Exception):
    """The platform cannot be asked now; later it may."""


class MiniPlatform(Protocol):
    """The mini-program's side of the platform. Both raise CodeRefusedError and PlatformAwayError."""

    async def opener(self, code: str) -> MiniOpener:
        """Who the code of `wx.login` stands for."""
        ...

    async def phone(self, code: str) -> str:
        """The number a person agreed to give, as the platform writes it, with the country where it is not China."""
        ...


PlatformOpening = Callable[[], Awaitable[MiniPlatform]]
"""Opens the platform's side; web processes start without its libraries, so only who needs it asks."""
