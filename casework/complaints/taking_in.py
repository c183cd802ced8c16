"""Filing for somebody who calls or stands at the window, and for what one sees on one's round. ADR 0050.

Through which doors a member of staff takes a complaint in follows from their roles; what they are told while somebody
tells them is reckoned here and decides nothing.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.areas.cells import cell_of
from casework.complaints.category import Elsewhere, recognise_elsewhere
from casework.complaints.desk import Desk
from casework.complaints.filing import Source, suggested
from casework.complaints.models import Complaint
from casework.complaints.near import Near, near_cases
from casework.complaints.place import Position, checked
from casework.complaints.ports import Suggested
from casework.complaints.questions import asking_category, due_questions
from casework.complaints.scheme import Category, Question
from casework.complaints.sight import Sight
from casework.dangers.finding import find_danger
from casework.permissions import PERMISSIONS, Operation
from casework.roles import Role

ROUNDS = {Role.GRID_OFFICER: Source.PATROL, Role.VOLUNTEER: Source.VOLUNTEER}
"""Who files what they see themselves, and what is recorded as its source: it is not theirs to choose."""
FOR_CALLERS = frozenset({Source.WINDOW, Source.PHONE})
AT_THE_DESK = PERMISSIONS[Operation.FILE_CASE] - frozenset(ROUNDS)


def sources_of(actor: Actor) -> tuple[Source, ...]:
    """Through which doors this member of staff takes complaints in, the usual one first."""
    rounds = tuple(source for role, source in ROUNDS.items() if role in actor.roles)
    if actor.roles.isdisjoint(AT_THE_DESK):
        return rounds
    by_phone = Role.WINDOW_CLERK not in actor.roles
    desk = (Source.PHONE, Source.WINDOW) if by_phone else (Source.WINDOW, Source.PHONE)
    return (*desk, *rounds)


def closes_on_spot(actor: Actor) -> bool:
    """Whether they may mend a matter themselves and close it."""
    return not actor.roles.isdisjoint(ROUNDS)


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What has been told so far."""

    story: str = ""
    category: str | None = None
    place_text: str = ""
    position: Position | None = None


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What to know while somebody is still there to be asked.

    `danger` are words that have the duty officer called, `elsewhere` whose trouble it may be, `asks` the category
    whose `questions` are open, `near` cases in sight that may be the same matter.
    """

    danger: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None
    suggested: Suggested | None = None
    asks: Category | None = None
    questions: tuple[Question, ...] = ()
    near: tuple[Near, ...] = ()


async def hints(desk: Desk, sight: Sight, telling: Telling) -> Hints:
    """Look at what was told so far; nothing is written."""
    story = telling.story.strip()
    asks = asking_category(desk, story, telling.category)
    if not story:
        return Hints(asks=asks, questions=due_questions(asks, "") if asks is not None else ())
    guess = suggested(desk, story)
    return Hints(
        danger=find_danger(desk.policy.danger, story),
        elsewhere=recognise_elsewhere(story, desk.policy),
        suggested=guess if telling.category is None else None,
        asks=asks,
        questions=due_questions(asks, story) if asks is not None else (),
        near=await near_cases(desk, _as_row(desk, telling, story, guess), sight),
    )


def _as_row(desk: Desk, telling: Telling, story: str, guess: Suggested | None) -> Complaint:
    """The complaint that is being told, as it would be filed this moment; never saved."""
    point = checked(telling.position).as_wgs84() if telling.position is not None else None
    return Complaint(
        id=UUID(int=0),
        story=story,
        category=telling.category,
        suggested_category=guess.category if guess is not None else None,
        place_text=telling.place_text.strip(),
        latitude=point.latitude if point is not None else None,
        longitude=point.longitude if point is not None else None,
        place_cell=cell_of(point.latitude, point.longitude) if point is not None else None,
        submitted_at=desk.db.clock.now(),
    )
