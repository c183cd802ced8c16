"""What was truly delivered to whom, and every call that was made."""

from collections import Counter, deque
from datetime import datetime

import msgspec

MOST_ENTRIES = 20_000
RECENT_CALLS = 500


class LedgerEntry(msgspec.Struct, frozen=True):
    """One thing a citizen's phone received. `fields` holds what is not plain text."""

    id: int
    openid: str
    kind: str
    api: str
    at: datetime
    text: str = ""
    fields: dict[str, str] = {}
    template_id: str = ""
    client_msg_id: str = ""


class CallRecord(msgspec.Struct, frozen=True):
    """One call of an endpoint and how it was answered; `fault` names a knob that interfered."""

    endpoint: str
    errcode: int
    at: datetime
    openid: str = ""
    rid: str = ""
    errmsg: str = ""
    fault: str = ""


class Ledger:
    """Deliveries in order, oldest forgotten first."""

    def __init__(self) -> None:
        self._entries: deque[LedgerEntry] = deque(maxlen=MOST_ENTRIES)
        self.last_id = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def continue_after(self, last_id: int) -> None:
        """Number on from an earlier run."""
        self.last_id = max(self.last_id, last_id)

    def add(self, entry: LedgerEntry) -> None:
        self._entries.append(entry)

    def entries(self, openid: str | None = None, after: int = 0) -> list[LedgerEntry]:
        return [e for e in self._entries if e.id > after and (openid is None or e.openid == openid)]

    def clear(self) -> None:
        self._entries.clear()


class CallLog:
    """Counts per endpoint and per answer since the start or the last reset, and the latest calls."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._answers: Counter[tuple[str, str]] = Counter()
        self._recent: deque[CallRecord] = deque(maxlen=RECENT_CALLS)

    def add(self, record: CallRecord) -> None:
        self._counts[record.endpoint] += 1
        self._answers[record.endpoint, record.fault or str(record.errcode)] += 1
        self._recent.append(record)

    def by_rid(self, rid: str) -> CallRecord | None:
        """One of the latest calls, by the id in its answer."""
        return next((one for one in self._recent if one.rid == rid), None)

    def summary(self) -> dict[str, object]:
        answers: dict[str, dict[str, int]] = {}
        for (endpoint, answer), count in self._answers.items():
            answers.setdefault(endpoint, {})[answer] = count
        return {"calls": dict(self._counts), "answers": answers, "recent": list(self._recent)}

    def clear(self) -> None:
        self._counts.clear()
        self._answers.clear()
        self._recent.clear()
