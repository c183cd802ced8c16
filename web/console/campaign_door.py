"""What the pages about campaigns work with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from content.campaigns.desk import CampaignDesk
from content.campaigns.platform import ArticleDraft, Group, MassDesk, Unreachable

ANSWERED_WITHIN_S = 4.0
T = TypeVar("T")


async def nobody(staff_id: UUID) -> str | None:
    """Staff who have bound no WeChat."""
    return None


class NoPlatform:
    """An account without mass-send."""

    async def groups(self) -> tuple[Group, ...]:
        raise Unreachable("no_permission")

    async def drafts(self) -> tuple[ArticleDraft, ...]:
        raise Unreachable("no_permission")

    async def follower_count(self) -> int:
        raise Unreachable("no_permission")

    async def preview(self, openid: str, text: str, media_id: str | None) -> None:
        raise Unreachable("no_permission")


@dataclass(frozen=True)
class CampaignDoor:
    """`openid_of` finds the WeChat a member of staff has bound; None without one."""

    desk: CampaignDesk
    platform: MassDesk
    openid_of: Callable[[UUID], Awaitable[str | None]] = nobody


async def soon(asked: Awaitable[T]) -> T:
    """What the platform answers within a clerk's patience. Raises Unreachable."""
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            return await asked
    except TimeoutError:
        raise Unreachable("no_answer") from None
