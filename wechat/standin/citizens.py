"""The people on the other side: who follows, how many messages they may still get, what they consented to."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
    """One openid as the platform sees it."""

    openid: str
    name: str
    followed: bool
    followed_at: datetime
    last_message_at: datetime | None = None
    by_message: Allowance | None = None
    by_touch: Allowance | None = None
    typing_until_at: datetime | None = None
    consents: dict[str, Consent] = field(default_factory=dict)


class Citizens:
    """All known citizens, the longest unseen forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Citizen] = {}

    def meet(self, openid: str, name: str, *, followed: bool = True) -> Citizen:
        """The citizen with this openid, made known if new."""
        citizen = self._known.pop(openid, None)
        if citizen is None:
            citizen = Citizen(openid, name, followed, self._clock.now())
            while len(self._known) >= MOST_CITIZENS:
                del self._known[next(iter(self._known))]
        self._known[openid] = citizen
        return citizen

    def everyone(self) -> list[Citizen]:
        return list(self._known.values())

    def restore(self, citizens: list[Citizen]) -> None:
        """Take up citizens of an earlier run."""
        self._known.update((citizen.openid, citizen) for citizen in citizens[-MOST_CITIZENS:])

    def find(self, openid: object) -> Citizen:
        """The citizen, or the platform's refusal of an openid it never gave out."""
        citizen = self._known.get(openid) if isinstance(openid, str) else None
        if citizen is None:
            raise Refusal(40003, "invalid openid")
        return citizen

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

    def spend_customer_message(self, citizen: Citizen) -> None:
        """Take one send from the allowance that ends first, or refuse."""
        now = self._clock.now()
        alive = [one for one in (citizen.by_touch, citizen.by_message) if one is not None and one.alive(now)]
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
