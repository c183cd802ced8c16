"""Messages to all followers: how many an account may send, and what became of each."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kit.clock import Clock, local
from wechat.standin.refusals import Refusal
from wechat.standin.rights import AccountKind

A_MONTH_OF_SERVICE = 4
A_DAY_OF_SUBSCRIPTION = 1
MOST_JOBS = 1_000
ID_KNOWN_FOR = timedelta(hours=24)


@dataclass
class MassJob:
    """One message to many. `status` is the platform's word."""

    msg_id: int
    data_id: int
    status: str
    at: datetime
    client_msg_id: str


class MassDesk:
    """Four a month to each follower of a service account, one a day for a subscription account.

    Whoever has had four is left out; a message that nobody is left for is refused, and so is the fifth to everybody.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._period: date | None = None
        self._spent = 0
        self._got: Counter[str] = Counter()
        self.jobs: dict[int, MassJob] = {}

    def spend(self, kind: AccountKind, openids: Collection[str], *, to_all: bool) -> set[str]:
        """Who of the followers this message is for will get it."""
        today, is_service = local(self._clock.now()).date(), kind.endswith("service")
        period = today.replace(day=1) if is_service else today
        if self._period != period:
            self._period, self._spent = period, 0
            self._got.clear()
        most = A_MONTH_OF_SERVICE if is_service else A_DAY_OF_SUBSCRIPTION
        left = {openid for openid in openids if not is_service or self._got[openid] < most}
        counts = to_all or not is_service
        if (counts and self._spent >= most) or (openids and not left):
            raise Refusal(45028, "has no masssend quota")
        self._spent += counts
        self._got.update(left)
        return left

    def check_client_id(self, client_msg_id: str) -> None:
        """A `clientmsgid` is taken once in 24 hours."""
        now = self._clock.now()
        for job in self.jobs.values():
            if client_msg_id and job.client_msg_id == client_msg_id and now < job.at + ID_KNOWN_FOR:
                raise Refusal(45065, "clientmsgid exist", {"msg_id": job.msg_id})

    def add(self, msg_id: int, client_msg_id: str) -> MassJob:
        job = MassJob(msg_id, msg_id % 2_000_000_000, "SEND_SUCCESS", self._clock.now(), client_msg_id)
        while len(self.jobs) >= MOST_JOBS:
            del self.jobs[next(iter(self.jobs))]
        self.jobs[msg_id] = job
        return job

    def find(self, msg_id: object) -> MassJob:
        number = int(msg_id) if isinstance(msg_id, str) and msg_id.isdigit() else msg_id
        job = self.jobs.get(number) if isinstance(number, int) else None
        if job is None:
            raise Refusal(40059, "invalid msg id")
        return job

    def clear(self) -> None:
        self._spent = 0
        self._got.clear()
