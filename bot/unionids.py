"""Learning who the account's followers are in the owner's other applications, so that a person is one everywhere.

Messages tell an openid only. The platform tells the unionid of followers when asked, a hundred at a time. New
people are asked about when they come, everybody else who is still unknown once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from bot.capabilities import Capabilities
from casework.people import identities
from kit.db import Change, Database
from kit.sealing import FieldSealer
from wechat.account_kinds import Right
from wechat.errors import WeChatError
from wechat.followers import UserInfo

AT_ONCE = 100
REST = timedelta(days=1)
SHORT_REST = timedelta(minutes=1)

_log = structlog.get_logger("bot")


class FollowerSource(Protocol):
    """The platform's word on up to a hundred people. Raises WeChatError."""

    async def users_info(self, openids: Sequence[str]) -> tuple[UserInfo, ...]: ...


class UnionidWalk:
    """A worker's duty. Where it is lives in memory: a restart asks about the unknown once more."""

    def __init__(
        self,
        db: Database,
        sealer: FieldSealer,
        appid: str,
        source: FollowerSource,
        capabilities: Capabilities,
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._appid = appid
        self._source = source
        self._capabilities = capabilities
        self._after: UUID | None = None
        self._again_at: datetime | None = None
        self._rests_until: datetime | None = None

    async def step(self) -> int:
        """Ask about the next hundred; how many were asked about."""
        now = self._db.clock.now()
        if self._rests_until is not None and now < self._rests_until:
            return 0
        if not self._capabilities.may(Right.USER_INFO):
            return self._rest(now, REST)
        if self._again_at is None or now >= self._again_at:
            self._after, self._again_at = None, now + REST
        unknown = await identities.without_unionid(self._sealer, self._appid, self._after, AT_ONCE)
        if not unknown:
            return 0
        try:
            told = await self._source.users_info(tuple(unknown.values()))
        except WeChatError as error:
            return self._refused(error, unknown, now)
        unionids = {one.openid: one.union_id for one in told if one.union_id}
        if not unionids and any(one.is_follower for one in told):
            # The applications have no common owner on the platform: nobody's unionid will be told today.
            return self._rest(now, REST)
        for identity_id, openid in unknown.items():
            if openid in unionids:
                await self._learn(identity_id, unionids[openid])
        self._after = max(unknown)
        return len(unknown)

    async def _learn(self, identity_id: UUID, unionid: str) -> None:
        async def work(change: Change) -> None:
            await identities.learn_unionid(change, self._sealer, identity_id, unionid)

        await self._db.change(work)

    def _refused(self, error: WeChatError, unknown: dict[UUID, str], now: datetime) -> int:
        if error.meaning.name == "no_permission":
            self._capabilities.note_missing(Right.USER_INFO)
            return self._rest(now, REST)
        _log.warning("unionids_not_told", reason=error.meaning.name, rid=error.rid)
        if error.meaning.name == "bad_openid":
            # One of them is nobody's: the others are asked about again tomorrow.
            self._after = max(unknown)
        return self._rest(now, SHORT_REST)

    def _rest(self, now: datetime, span: timedelta) -> int:
        self._rests_until = now + span
        return 0
