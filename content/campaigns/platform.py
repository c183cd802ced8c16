"""What campaigns ask of the platform: the port, implemented by `bot.mass`. Nothing here raises but WeChat's absence.

`clientmsgid` makes asking again harmless, but only for a day: the platform forgets it then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class MassSend:
    """One mass-send: to all followers, or (`tag_id`) to those of a group. `media_id` is set for articles."""

    client_id: str
    text: str
    media_id: str | None
    tag_id: int | None


@dataclass(frozen=True)
class Taken:
    """The platform has it and will report on it under this number; None where it did not say which."""

    platform_id: str | None


@dataclass(frozen=True)
class Again:
    """To be asked again, not before `after_s`. `lost`: the platform may have taken it all the same."""

    reason: str
    after_s: float
    lost: bool


@dataclass(frozen=True)
class Refused:
    """Certainly not taken; asking again as it is brings nothing."""

    reason: str


Outcome = Taken | Again | Refused


@dataclass(frozen=True)
class MassReport:
    """What the platform reported: `filtered` followers were left after its checks. `failure` is "" when it was sent."""

    total: int
    filtered: int
    sent: int
    errors: int
    failure: str


@dataclass(frozen=True)
class Group:
    """Followers with a tag. `count` is the platform's figure, None where it is not known."""

    tag_id: int
    name: str
    count: int | None = None


@dataclass(frozen=True)
class ArticleDraft:
    """A draft in the platform's draft box, by the titles of its articles."""

    media_id: str
    titles: tuple[str, ...]


class Unreachable(Exception):
    """The platform could not be asked, or said no; `reason` is a name of `wechat_error` in the catalogue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MassSender(Protocol):
    """What the worker needs."""

    async def send(self, message: MassSend) -> Outcome: ...

    async def status(self, platform_id: str) -> str:
        """ "sent", "failed", "deleted", or "" while nothing is known."""
        ...

    async def reports(self, platform_ids: Sequence[str]) -> Mapping[str, MassReport]:
        """The reports that have come, by the platform's number."""
        ...


class MassDesk(Protocol):
    """What the console needs. Every method raises Unreachable."""

    async def groups(self) -> tuple[Group, ...]: ...

    async def drafts(self) -> tuple[ArticleDraft, ...]: ...

    async def follower_count(self) -> int: ...

    async def preview(self, openid: str, text: str, media_id: str | None) -> None:
        """Show it to one follower, as all would see it."""
        ...
