"""How often an endpoint may be called a day and a minute."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from kit.clock import Clock, local
from wechat.standin.refusals import Refusal

CALLS_A_DAY: Mapping[str, int] = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/user/info": 5_000_000,
}
CALLS_A_MINUTE: Mapping[str, int] = {"/cgi-bin/stable_token": 10_000}


class Quotas:
    """Counts calls; the day ends at midnight in China."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._day: date | None = None
        self._minute = 0
        self._this_day: Counter[str] = Counter()
        self._this_minute: Counter[str] = Counter()

    def spend(self, path: str) -> None:
        now = self._clock.now()
        today, minute = local(now).date(), int(now.timestamp()) // 60
        if today != self._day:
            self._day = today
            self._this_day.clear()
        if minute != self._minute:
            self._minute = minute
            self._this_minute.clear()
        if self._this_minute[path] >= CALLS_A_MINUTE.get(path, self._this_minute[path] + 1):
            raise Refusal(45011, "api minute-quota reach limit, please retry next minute")
        if self._this_day[path] >= CALLS_A_DAY.get(path, self._this_day[path] + 1):
            raise Refusal(45009, "reach max api daily quota limit")
        self._this_day[path] += 1
        self._this_minute[path] += 1

    def clear(self) -> None:
        self._this_day.clear()
        self._this_minute.clear()
