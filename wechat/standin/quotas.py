"""How often an endpoint may be called a day and a minute, per app."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from kit.clock import Clock, local
from wechat.standin.refusals import Refusal

CALLS_A_DAY: Mapping[str, int] = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/draft/add": 1_000,
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/freepublish/get": 100,
    "/cgi-bin/ticket/getticket": 1_000_000,
    "/wxa/msg_sec_check": 2_000_000,
    "/wxa/media_check_async": 200_000,
}
CALLS_A_MINUTE: Mapping[str, int] = {
    "/cgi-bin/stable_token": 10_000,
    "/wxa/getwxacodeunlimit": 5_000,
    "/wxa/msg_sec_check": 4_000,
    "/wxa/media_check_async": 2_000,
}
CLEARS_A_MONTH = 10

Key = tuple[str, str]


class Quotas:
    """Counts calls per app and endpoint; the day ends at midnight in China. A tester may move the limits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._day: date | None = None
        self._minute = 0
        self._this_day: Counter[Key] = Counter()
        self._this_minute: Counter[Key] = Counter()
        self._clears: Counter[tuple[str, int, int]] = Counter()
        self.a_day: dict[str, int] = dict(CALLS_A_DAY)
        self.a_minute: dict[str, int] = dict(CALLS_A_MINUTE)

    def spend(self, path: str, app_id: str = "") -> None:
        """Count a call, or refuse it. Token calls come before the app is known and are counted together."""
        self._turn_over()
        key = (app_id, path)
        if path in self.a_minute and self._this_minute[key] >= self.a_minute[path]:
            raise Refusal(45011, "api minute-quota reach limit, please retry next minute")
        if path in self.a_day and self._this_day[key] >= self.a_day[path]:
            raise Refusal(45009, "reach max api daily quota limit")
        self._this_day[key] += 1
        self._this_minute[key] += 1

    def used(self, path: str, app_id: str = "") -> int:
        self._turn_over()
        return self._this_day[app_id, path]

    def set_used(self, path: str, app_id: str, count: int) -> None:
        """As if the endpoint had been called so often today."""
        self._turn_over()
        self._this_day[app_id, path] = count

    def clear_by_call(self, app_id: str) -> None:
        """What `clear_quota` does, ten times a month."""
        today = local(self._clock.now()).date()
        if self._clears[app_id, today.year, today.month] >= CLEARS_A_MONTH:
            raise Refusal(48006, "forbid to clear quota because of reaching the limit")
        self._clears[app_id, today.year, today.month] += 1
        for key in [key for key in self._this_day if key[0] == app_id]:
            del self._this_day[key]

    def clear(self) -> None:
        """Forget counts and moved limits."""
        self._this_day.clear()
        self._this_minute.clear()
        self._clears.clear()
        self.a_day, self.a_minute = dict(CALLS_A_DAY), dict(CALLS_A_MINUTE)

    def _turn_over(self) -> None:
        now = self._clock.now()
        today, minute = local(now).date(), int(now.timestamp()) // 60
        if today != self._day:
            self._day = today
            self._this_day.clear()
        if minute != self._minute:
            self._minute = minute
            self._this_minute.clear()
