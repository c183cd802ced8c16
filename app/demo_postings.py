"""Who is chief of a street and on duty in the demo, so that its routing rules lead to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from casework.actors import system
from casework.complaints.desk import Desk
from casework.people.staff import list_staff
from casework.routing.postings import NewPosting, post
from casework.routing.roster import Post
from kit.clock import SHANGHAI, local

CHIEF, STREETS = "banli", ("QS0202", "QS0301", "QS0302")
NIGHTS = (("zaosheng", "environment"), ("shizheng", "facilities"))
DAYS = 14
EVENING, MORNING = time(20), time(8)


async def posted(desk: Desk) -> None:
    """Street chiefs from today on, and two weeks of nights."""
    ids = {person.login: person.id for person in await list_staff(desk.db)}
    for login, new in _postings(desk.db.clock.now()):
        if login in ids:
            await post(desk, system(), NewPosting(staff_id=ids[login], **new))  # type: ignore[arg-type]


def _postings(now: datetime) -> Iterator[tuple[str, dict[str, object]]]:
    today = local(now).date()
    for street in STREETS:
        yield CHIEF, {"post": Post.STREET_CHIEF, "unit": "street", "area": street, "begins_at": now}
    for number in range(DAYS):
        on = today + timedelta(days=number)
        begins = datetime.combine(on, EVENING, SHANGHAI)
        ends = datetime.combine(on + timedelta(days=1), MORNING, SHANGHAI)
        for login, unit in NIGHTS:
            yield login, {"post": Post.ON_DUTY, "unit": unit, "begins_at": begins, "ends_at": ends}
