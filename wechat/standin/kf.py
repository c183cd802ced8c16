"""Customer service by people: who serves, which citizens they talk with, and what was said meanwhile.

While a session is open the platform carries a citizen's messages to the desk and not to the webhook; thirty minutes
after it was opened or last answered it lets go by itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kit.clock import Clock
from wechat.standin.refusals import Refusal

SESSION_LASTS = timedelta(minutes=30)
MOST_WAITING = 100


@dataclass
class KfAccount:
    """Somebody of the bureau. `status` 1 is at the desk, 0 away."""

    account: str
    nick: str
    number: str
    status: int = 1


@dataclass
class KfMessage:
    """One line of a session; `sender` is the citizen's openid or the desk's account."""

    sender: str
    kind: str
    text: str
    at: datetime


@dataclass
class KfSession:
    """A citizen with one of the desk."""

    openid: str
    account: str
    opened_at: datetime
    touched_at: datetime
    messages: list[KfMessage] = field(default_factory=list)


@dataclass
class KfDesk:
    """`accepts`: a citizen handed over is served at once; otherwise they wait until taken."""

    clock: Clock
    accounts: dict[str, KfAccount]
    accepts: bool = True
    sessions: dict[str, KfSession] = field(default_factory=dict)
    waiting: dict[str, datetime] = field(default_factory=dict)

    def session_of(self, openid: str) -> KfSession | None:
        session = self.sessions.get(openid)
        if session is not None and self.clock.now() - session.touched_at >= SESSION_LASTS:
            del self.sessions[openid]
            return None
        return session

    def hand_over(self, openid: str, wanted: str = "") -> KfSession | None:
        """The session that opens; None when one is open already or the citizen has to wait.

        A named account that is away leaves the citizen waiting, as the platform does.
        """
        if self.session_of(openid) is not None:
            return None
        present = [one.account for one in self.accounts.values() if one.status == 1]
        account = wanted if wanted in present else "" if wanted else min(present, key=self._busy, default="")
        if not account or not self.accepts:
            if len(self.waiting) < MOST_WAITING:
                self.waiting.setdefault(openid, self.clock.now())
            return None
        return self.open(openid, account)

    def open(self, openid: str, account: str) -> KfSession:
        """Put a citizen and one of the desk together, or refuse."""
        self.known(account)
        session = self.session_of(openid)
        if session is not None and session.account != account:
            raise Refusal(65414, "the session is with another customer service account")
        if session is None:
            now = self.clock.now()
            session = self.sessions[openid] = KfSession(openid, account, now, now)
        self.waiting.pop(openid, None)
        return session

    def close(self, openid: str, account: str = "") -> KfSession:
        session = self.session_of(openid)
        if session is None or (account and session.account != account):
            raise Refusal(65413, "the session does not exist")
        del self.sessions[openid]
        return session

    def hear(self, openid: str, kind: str, text: str) -> bool:
        """Take a citizen's message to the desk; False when it belongs to the webhook."""
        session = self.session_of(openid)
        if session is None:
            return False
        session.messages.append(KfMessage(openid, kind, text, self.clock.now()))
        return True

    def say(self, openid: str, text: str) -> KfSession:
        session = self.session_of(openid)
        if session is None:
            raise Refusal(65413, "the session does not exist")
        session.touched_at = self.clock.now()
        session.messages.append(KfMessage(session.account, "text", text, session.touched_at))
        return session

    def known(self, account: str) -> KfAccount:
        found = self.accounts.get(account)
        if found is None:
            raise Refusal(65401, "invalid custom service account")
        return found

    def _busy(self, account: str) -> int:
        return sum(1 for one in self.sessions.values() if one.account == account)


def new_desk(clock: Clock, original_id: str) -> KfDesk:
    """Two people at the desk."""
    people = [KfAccount(f"desk{number}@{original_id}", f"desk {number}", f"100{number}") for number in (1, 2)]
    return KfDesk(clock, {one.account: one for one in people})
