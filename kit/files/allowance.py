"""How much one holder may send: open uploads at a time, bytes and files in a day."""

from dataclasses import dataclass
from datetime import timedelta

from kit.db import Change
from kit.files.models import Upload, UploadState
from kit.problems import TooMany

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Allowance:
    """Of one holder. Thirty photos at once are a long story; a day of them is a nuisance."""

    open_at_most: int = 30
    bytes_a_day: int = 200 * 1024 * 1024
    files_a_day: int = 300


async def check_allowance(change: Change, holder: str, more: int, allowance: Allowance) -> None:
    """Refuse (429) another upload of `more` bytes. Called in the transaction that adds it."""
    if change.is_postgres:
        # Two at a time would each find the other not there yet; SQLite has one writer anyway.
        await change.connection.execute_query("SELECT pg_advisory_xact_lock(hashtext($1))", [holder])
    mine = Upload.filter(holder=holder)
    still_open = mine.filter(state=UploadState.OPEN.value, expires_at__gt=change.now)
    if await still_open.count() >= allowance.open_at_most:
        raise TooMany("problem.upload.too_many_open", retry_after_s=60, at_most=allowance.open_at_most)
    today = mine.filter(created_at__gt=change.now - DAY).limit(allowance.files_a_day)
    rows = await today.values_list("state", "bytes_total", "bytes_received")
    # Of what was given up only the bytes that came are counted.
    sent = sum(here if state == UploadState.ENDED.value else total for state, total, here in rows)
    if len(rows) >= allowance.files_a_day or sent + more > allowance.bytes_a_day:
        raise TooMany("problem.upload.too_much_today", retry_after_s=3600)
