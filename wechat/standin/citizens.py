"""The people on the other side: who follows, how many messages they may still get, what they consented to."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from kit.clock import Clock
from wechat.standin.refusals import Refusal

MESSAGE_WINDOW = timedelta(hours=48)
SENDS_PER_MESSAGE = 5
TOUCH_WINDOW = timedelta(minutes=1)
SENDS_PER_TOUCH = 3
TYPING_AFTER_MESSAGE = timedelta(seconds=30)
TYPING_LASTS = timedelta(seconds=15)
MOST_CITIZENS = 5_000


@dataclass
class Allowance:
    """How many customer-service messages may still be sent, and until when."""

    left: int
    until_at: datetime

    def alive(self, now: datetime) -> bool:
        return now < self.until_at


@dataclass
class Consent:
    """A subscription: one-time consents are counted, a long-term one is not used up."""

    long_term: bool
    left: int


@dataclass
class Citizen:
    """One person as the platform sees them.

    `openid` is what the official account knows, `miniapp_openid` what the mini-program knows; `unionid` joins
    the two where both apps are bound. What is not given follows from `openid`, so that it outlives a restart.
    `scene` is the code they came by, `tags` what the account calls them.
    """

    openid: str
    name: str
    followed: bool
    followed_at: datetime
    last_message_at: datetime | None = None
    by_message: Allowance | None = None
    by_touch: Allowance | None = None
    typing_until_at: datetime | None = None
    consents: dict[str, Consent] = field(default_factory=dict)
    miniapp_openid: str = ""
    unionid: str = ""
    phone_number: str = ""
    miniapp_seen_at: datetime | None = None
    miniapp_by_message: Allowance | None = None
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    scene: str = ""

    def __post_init__(self) -> None:
        self.miniapp_openid = self.miniapp_openid or derived_id("miniapp", self.openid)
        self.unionid = self.unionid or derived_id("union", self.openid)
        if not self.phone_number:
            digits = int.from_bytes(sha256(f"phone:{self.openid}".encode()).digest()[:6], "big")
            self.phone_number = f"199{digits % 10**8:08d}"


def derived_id(kind: str, openid: str) -> str:
    """A second id of the same person, 28 characters as the platform's are; the same for the same openid."""
    return "o" + urlsafe_b64encode(sha256(f"{kind}:{openid}".encode()).digest()).decode()[:27]


class Citizens:
    """All known citizens, the longest unseen forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Citizen] = {}
        self._by_miniapp: dict[str, str] = {}

    def meet(self, openid: str, name: str, *, followed: bool = True) -> Citizen:
        """The citizen with this openid, made known if new."""
        citizen = self._known.pop(openid, None)
        if citizen is None:
            citizen = Citizen(openid, name, followed, self._clock.now())
            while len(self._known) >= MOST_CITIZENS:
                forgotten = self._known.pop(next(iter(self._known)))
                self._by_miniapp.pop(forgotten.miniapp_openid, None)
        self._known[openid] = citizen
        self._by_miniapp[citizen.miniapp_openid] = openid
        return citizen

    def known_as(
        self, citizen: Citizen, *, miniapp_openid: str = "", unionid: str = "", phone_number: str = ""
    ) -> None:
        """Change what the mini-program, or both apps, know somebody by; empty leaves it."""
        if miniapp_openid:
            self._by_miniapp.pop(citizen.miniapp_openid, None)
            citizen.miniapp_openid = miniapp_openid
            self._by_miniapp[miniapp_openid] = citizen.openid
        citizen.unionid = unionid or citizen.unionid
        citizen.phone_number = phone_number or citizen.phone_number

    def everyone(self) -> list[Citizen]:
        return list(self._known.values())

    def restore(self, citizens: list[Citizen]) -> None:
        """Take up citizens of an earlier run."""
        for citizen in citizens[-MOST_CITIZENS:]:
            self._known[citizen.openid] = citizen
            self._by_miniapp[citizen.miniapp_openid] = citizen.openid

    def find(self, openid: object) -> Citizen:
        """Who has this openid of the official account, or the platform's refusal of one it never gave out."""
        citizen = self._known.get(openid) if isinstance(openid, str) else None
        if citizen is None:
            raise _refused(isinstance(openid, str) and openid in self._by_miniapp)
        return citizen

    def find_in_miniapp(self, openid: object) -> Citizen:
        """Who has this openid of the mini-program, or the refusal."""
        known = self._by_miniapp.get(openid) if isinstance(openid, str) else None
        citizen = self._known.get(known) if known is not None else None
        if citizen is None:
            raise _refused(isinstance(openid, str) and openid in self._known)
        return citizen

    def openid_behind(self, openid: str) -> str:
        """The official account's openid of whoever has this one in either app; unknown ones stay as they are."""
        return self._by_miniapp.get(openid, openid)

    def follower(self, openid: object) -> Citizen:
        citizen = self.find(openid)
        if not citizen.followed:
            raise Refusal(43004, "require subscribe")
        return citizen

    def wrote(self, citizen: Citizen) -> None:
        """A message opens the 48-hour window and its five sends anew."""
        now = self._clock.now()
        citizen.last_message_at = now
        citizen.by_message = Allowance(SENDS_PER_MESSAGE, now + MESSAGE_WINDOW)

    def touched(self, citizen: Citizen) -> None:
        """A menu click, a follow or a scan allows three sends within a minute."""
        citizen.by_touch = Allowance(SENDS_PER_TOUCH, self._clock.now() + TOUCH_WINDOW)

    def entered_miniapp(self, citizen: Citizen, *, wrote: bool = False) -> None:
        """Opened the mini-program; `wrote` to its customer service allows five answers within 48 hours."""
        now = self._clock.now()
        citizen.miniapp_seen_at = now
        if wrote:
            citizen.miniapp_by_message = Allowance(SENDS_PER_MESSAGE, now + MESSAGE_WINDOW)

    def spend_customer_message(self, citizen: Citizen) -> None:
        """Take one send from the allowance that ends first, or refuse."""
        self._spend(citizen.by_touch, citizen.by_message)

    def spend_miniapp_message(self, citizen: Citizen) -> None:
        """The same in the mini-program's customer service."""
        self._spend(citizen.miniapp_by_message)

    def _spend(self, *allowances: Allowance | None) -> None:
        now = self._clock.now()
        alive = [one for one in allowances if one is not None and one.alive(now)]
        if not alive:
            raise Refusal(45015, "response out of time limit or subscription is canceled")
        for allowance in alive:
            if allowance.left > 0:
                allowance.left -= 1
                return
        raise Refusal(45047, "out of response count limit")

    def start_typing(self, citizen: Citizen) -> None:
        now = self._clock.now()
        if citizen.last_message_at is None or now - citizen.last_message_at > TYPING_AFTER_MESSAGE:
            raise Refusal(45080, "can not send typing, user has no message in 30 seconds")
        if citizen.typing_until_at is not None and now < citizen.typing_until_at:
            raise Refusal(45081, "already typing, can not send again")
        citizen.typing_until_at = now + TYPING_LASTS

    def stop_typing(self, citizen: Citizen) -> None:
        citizen.typing_until_at = None

    def consented(self, citizen: Citizen, template_id: str, *, long_term: bool, accepted: bool) -> None:
        """What the citizen answered in the subscription sheet. A refusal ends a long-term subscription."""
        held = citizen.consents.setdefault(template_id, Consent(long_term, 0))
        if accepted:
            held.left = 1 if long_term else held.left + 1
        elif long_term:
            held.left = 0

    def spend_consent(self, citizen: Citizen, template_id: str) -> None:
        held = citizen.consents.get(template_id)
        if held is None or held.left <= 0:
            raise Refusal(43101, "user refuse to accept the msg")
        if not held.long_term:
            held.left -= 1


def _refused(is_of_other_app: bool) -> Refusal:
    if is_of_other_app:
        return Refusal(43104, "this appid does not match openid")
    return Refusal(40003, "invalid openid")
