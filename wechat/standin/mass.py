"""Messages to all followers: how many an account may send, and what became of each."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from kit.clock import Clock, local
from wechat.standin.refusals import Refusal
from wechat.standin.rights import AccountKind

A_MONTH_OF_SERVICE = 4
A_DAY_OF_SUBSCRIPTION = 1
MOST_JOBS = 1_000


@dataclass
class MassJob:
    """One message to many. `status` is the platform's word."""

    msg_id: int
    data_id: int
    status: str
    at: datetime
    client_msg_id: str


class MassDesk:
    """Four a month for a service account, one a day for a subscription account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: Counter[tuple[int, ...]] = Counter()
        self.jobs: dict[int, MassJob] = {}

    def spend(self, kind: AccountKind) -> None:
        today = local(self._clock.now()).date()
        is_service = kind.endswith("service")
        period = (today.year, today.month) if is_service else (today.year, today.month, today.day)
        if self._spent[period] >= (A_MONTH_OF_SERVICE if is_service else A_DAY_OF_SUBSCRIPTION):
            raise Refusal(45028, "has no masssend quota")
        self._spent[period] += 1

    def check_client_id(self, client_msg_id: str) -> None:
        """A `clientmsgid` is taken once."""
        for job in self.jobs.values():
            if client_msg_id and job.client_msg_id == client_msg_id:
                raise Refusal(45065, f"clientmsgid exist msg_id: {job.msg_id}")

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
        self._spent.clear()
