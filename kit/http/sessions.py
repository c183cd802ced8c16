"""Opaque sessions in SQL: they end at once, everywhere, when somebody logs out or loses a role.

The cookie holds 32 random bytes; the row holds only their keyed hash, so a stolen database opens no session.
What somebody may do is never stored here but looked up with every request.
"""

import contextlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kit.db import Change, Database
from kit.http.models import HttpSession
from kit.problems import Busy
from kit.secrets import KeyRing

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_READ = (
    "SELECT id, subject_id, csrf, expires_at, last_seen_at FROM http_session "
    "WHERE token_hash = {} AND subject_kind = {} AND ended_at IS NULL"
)
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class SessionPolicy:
    """How long a session may last in all, and how long without a request."""

    lifetime: timedelta
    idle: timedelta


POLICIES: Mapping[str, SessionPolicy] = {
    "staff": SessionPolicy(lifetime=timedelta(hours=12), idle=timedelta(hours=2)),
    "citizen": SessionPolicy(lifetime=timedelta(days=30), idle=timedelta(days=7)),
    # Whoever entered with a number and a secret sees one case, perhaps on a machine others use too.
    "receipt": SessionPolicy(lifetime=timedelta(hours=12), idle=timedelta(hours=2)),
    # The same with the code of a paper that a party was handed.
    "penalty": SessionPolicy(lifetime=timedelta(hours=12), idle=timedelta(hours=2)),
}


@dataclass(frozen=True)
class Session:
    """A session that is in force."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    csrf: str
    expires_at: datetime


@dataclass(frozen=True)
class SessionLine:
    """A session in force in the list of those a person has; without anything that could act in it."""

    id: UUID
    subject_id: UUID
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class NewSession:
    """A session just begun; `token` is for the cookie and stored nowhere else."""

    token: str
    session: Session

    def __repr__(self) -> str:
        return f"NewSession({self.session.id})"


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, db: Database, keys: KeyRing, policies: Mapping[str, SessionPolicy] = POLICIES) -> None:
        self._db = db
        self._key = keys.derive("sessions", "token/1", 32)
        self._policies = policies

    async def create(self, subject_kind: str, subject_id: UUID) -> NewSession:
        """Begin a session. Always a new token: one known before the login must not become a login."""
        token = secrets.token_urlsafe(32)
        policy = self._policies[subject_kind]

        async def begin(change: Change) -> Session:
            row = HttpSession(
                id=change.ids.new(),
                token_hash=self._hash(token),
                subject_kind=subject_kind,
                subject_id=subject_id,
                created_at=change.now,
                last_seen_at=change.now,
                expires_at=change.now + policy.lifetime,
                csrf=secrets.token_urlsafe(32),
            )
            await row.save(force_create=True)
            return _view(row)

        return NewSession(token, await self._db.change(begin))

    async def read(self, token: str | None, subject_kind: str) -> Session | None:
        """The session this cookie value belongs to, if it is in force and of this kind."""
        if token is None or not _TOKEN.fullmatch(token):
            return None
        found = await self._found(token, subject_kind)
        now = self._db.clock.now()
        if found is None:
            return None
        session, last_seen_at = found
        if now >= session.expires_at or now - last_seen_at >= self._policies[subject_kind].idle:
            return None
        if now - last_seen_at >= _SEEN_EVERY:
            await self._saw(session.id, now)
        return session

    async def _found(self, token: str, subject_kind: str) -> tuple[Session, datetime] | None:
        """The session that has not been ended, and when it was last seen. Asked with every request, so by hand."""
        is_postgres = self._db.is_postgres
        sql = _READ.format(*(("$1", "$2") if is_postgres else ("?", "?")))
        rows = await self._db.reading.execute_query_dict(sql, [self._hash(token), subject_kind])
        if not rows:
            return None
        row = rows[0]
        id, subject_id = (UUID(str(row[name])) for name in ("id", "subject_id"))
        expires_at, last_seen_at = (_moment(row[name]) for name in ("expires_at", "last_seen_at"))
        return Session(id, subject_kind, subject_id, row["csrf"], expires_at), last_seen_at

    async def was_begun(self, token: str | None, subject_kind: str) -> bool:
        """Whether this cookie value was ever given out, in force or not. It allows nothing by itself."""
        if token is None or not _TOKEN.fullmatch(token):
            return False
        return await HttpSession.filter(token_hash=self._hash(token), subject_kind=subject_kind).exists()

    async def in_force(self, subject_kind: str, subject_ids: Collection[UUID]) -> tuple[SessionLine, ...]:
        """The sessions of these subjects that still open something, the one seen last first; a hundred at most."""
        now = self._db.clock.now()
        seen = now - self._policies[subject_kind].idle
        rows = await (
            HttpSession.filter(
                subject_kind=subject_kind,
                subject_id__in=list(subject_ids),
                ended_at=None,
                expires_at__gt=now,
                last_seen_at__gt=seen,
            )
            .order_by("-last_seen_at", "-id")
            .limit(100)
        )
        return tuple(SessionLine(row.id, row.subject_id, row.created_at, row.last_seen_at) for row in rows)

    async def end(self, session_id: UUID) -> None:
        """Log out. Ending twice is the same as once."""

        async def work(change: Change) -> None:
            await HttpSession.filter(id=session_id, ended_at=None).update(ended_at=change.now)

        await self._db.change(work)

    async def _saw(self, session_id: UUID, now: datetime) -> None:
        async def work(change: Change) -> None:
            await HttpSession.filter(id=session_id, ended_at=None).update(last_seen_at=now)

        # A reader need not fail because writers are busy; the next request notes it.
        with contextlib.suppress(Busy):
            await self._db.change(work, timeout_s=1.0)

    def _hash(self, token: str) -> str:
        return hmac.digest(self._key, token.encode(), "sha256").hex()


async def end_all_for(change: Change, subject_kind: str, subject_id: UUID) -> int:
    """End every session of one person, in the transaction that changes password, roles or standing."""
    open_sessions = HttpSession.filter(subject_kind=subject_kind, subject_id=subject_id, ended_at=None)
    return await open_sessions.update(ended_at=change.now)


def _moment(stored: datetime | str) -> datetime:
    """SQLite keeps a moment as text."""
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)


def _view(row: HttpSession) -> Session:
    return Session(row.id, row.subject_kind, row.subject_id, row.csrf, row.expires_at)
