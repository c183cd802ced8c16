"""What chat, pages and API show of a complaint. Words for states and moves come from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from casework.complaints.category import Elsewhere
from casework.complaints.lifecycle import State
from casework.complaints.place import Position
from casework.complaints.ports import Suggested
from casework.complaints.urgency import Urgency


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a case's history. Its sentence is `catalogue.text(entry.key, **entry.params)`.

    `action` is the move's name (or `submit`, `reveal_phone`), `state` where the case stood afterwards.
    `actor_name` and `note` (a ground, a reason, the answer) are empty where the viewer may not see them;
    `principal_name` is the colleague whom the actor stood in for.
    """

    at: datetime
    action: str
    state: State | None
    actor_kind: str
    actor_name: str
    note: str
    principal_name: str = ""
    key: str
    params: Mapping[str, str]


class PhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo, voice message or film by the id of its file.

    `stage` is "before" for what the citizen sent with the story, "added" for what came later, "after" for the
    handler's. `medium` is "photo", "voice" or "video".
    """

    file_id: UUID
    stage: str
    medium: str = "photo"


class AdditionView(msgspec.Struct, frozen=True, kw_only=True):
    """Words a citizen added after filing."""

    text: str
    at: datetime


class Hanging(msgspec.Struct, frozen=True, kw_only=True):
    """What else belongs to a case. `parts` are the references of the cases it was split into, `whole` the one it was
    split from: all of them the same citizen's.
    """

    parts: tuple[str, ...] = ()
    whole: str = ""


class Particular(msgspec.Struct, frozen=True):
    """A question about the category and what was answered, both as the person saw them."""

    question: str
    answer: str


class ComplaintView(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint as its owner sees it. `moves` are the names of what the owner may do now.

    `may_add`: whether the owner can still send more about it. `person_name` is the name they gave, empty in the view
    of staff; `restricted_on` the ground on which a case is kept though its owner wanted it deleted.
    `due_at` is when the bureau has to have taken its next step (in `answered`: until when the citizen can
    still object), `limit_started_at` when that limit began to run. `revision` goes back with a move, so that it
    meets the case its sender saw.

    `remind_from` is when the owner may next ask where it stands, None where they may not. `said_same`: they said that it is
    the same as one nearby. `extended_by` and `paused_for` are what the limit was put off and stood still, in its own unit (see `limits.add_up`);
    `external_due_at` is another platform's deadline. `question` is what the bureau waits to be told.
    """

    id: UUID
    reference: str
    state: State
    state_since_at: datetime
    revision: int
    category: str | None
    category_name: str
    story: str
    place_text: str
    submitted_at: datetime
    due_at: datetime | None
    unit_name: str = ""
    answer: str | None = None
    answered_at: datetime | None = None
    refusal_reason: str | None = None
    responsible_body: str | None = None
    rating: int | None = None
    rating_comment: str | None = None
    dispute_reason: str | None = None
    closed_at: datetime | None = None
    person_name: str = ""
    restricted_on: str = ""
    limit_started_at: datetime | None = None
    photos: tuple[PhotoView, ...] = ()
    particulars: tuple[Particular, ...] = ()
    additions: tuple[AdditionView, ...] = ()
    may_add: bool = False
    timeline: tuple[TimelineEntry, ...] = ()
    moves: tuple[str, ...] = ()
    urgency: Urgency = Urgency.ORDINARY
    extended_by: int = 0
    paused_for: int = 0
    external_due_at: datetime | None = None
    question: str = ""
    hanging: Hanging = Hanging()
    remind_from: datetime | None = None
    said_same: bool = False


class ComplaintLine(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint as one line of its owner's list."""

    id: UUID
    reference: str
    state: State
    category_name: str
    story: str
    place_text: str
    submitted_at: datetime
    due_at: datetime | None


class ComplaintDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint as staff see it: the owner's view with the staff timeline, and what only staff see.

    `suggested_by` are the words of the story that led to the suggested category, `suggestion` all that was suggested
    when it was filed, `elsewhere` whose trouble it may be instead. `masked_name` and `masked_phone` are
    None where none was given; `is_outside` says that its place lies in none of the bureau's areas. `known_names` are there to be masked in what is shown, and never shown themselves.
    """

    view: ComplaintView
    source: str
    scene_code: str | None
    suggested_category: str | None
    suggested_category_name: str
    suggested_by: tuple[str, ...]
    position: Position | None
    position_original: Position | None
    masked_phone: str | None
    masked_name: str | None = None
    known_names: tuple[str, ...] = ()
    restricted_at: datetime | None = None
    anonymised_at: datetime | None = None
    place_area: str | None = None
    place_grid: str | None = None
    is_outside: bool = False
    unit: str | None
    assignee_id: UUID | None
    assignee_name: str
    filed_by_id: UUID | None = None
    overdue: bool
    times_disputed: int
    verified_first: bool = False
    is_supervised: bool = False
    times_reminded: int = 0
    suggestion: Suggested | None = None
    elsewhere: Elsewhere | None = None


class MinePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of an owner's complaints, newest first; `after` leads to the older ones, None at the end."""

    rows: tuple[ComplaintLine, ...]
    after: str | None
