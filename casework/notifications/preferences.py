"""How somebody wants to hear of one kind of news: at once, in one bundle a day, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal
from uuid import UUID

from casework.actors import Actor
from casework.notifications.models import NoticePreference
from casework.notifications.shape import CITIZENS_TOPICS, STAFF_TOPICS, Topic
from casework.people.merging import members
from casework.people.models import Staff
from kit.db import Change, Database
from kit.problems import Forbidden, Invalid, NotFound

ACCOUNT, STAFF, WINDOW = "account", "staff", "window"
"""Whom a delivery is for. `WINDOW`: whoever applied at the window and has no account; the recipient is the application."""
Choice = Literal["now", "digest", "none"]
CHOICES: Final[tuple[Choice, ...]] = ("now", "digest", "none")
TOPICS_OF: Final[Mapping[str, tuple[Topic, ...]]] = {
    # What concerns the account itself, and danger, is told whatever anybody wishes.
    ACCOUNT: tuple(topic for topic in CITIZENS_TOPICS if topic is not Topic.ACCOUNT),
    STAFF: tuple(topic for topic in STAFF_TOPICS if topic is not Topic.DANGER),
}
"""The topics one may choose about, by kind of recipient."""


async def choices_of(recipient_kind: str, recipient_id: UUID) -> dict[Topic, Choice]:
    """What the person chose, topic by topic; a topic without a choice is missing.

    A citizen's choice holds for the whole person: of linked accounts the latest choice counts.
    """
    ids = list(await members(recipient_id)) if recipient_kind == ACCOUNT else [recipient_id]
    rows = await NoticePreference.filter(recipient_id__in=ids, recipient_kind=recipient_kind).order_by(
        "updated_at", "id"
    )
    known = {topic.value for topic in Topic}
    return {Topic(row.topic): _choice(row.choice) for row in rows if row.topic in known}


async def choose(change: Change, recipient_kind: str, recipient_id: UUID, topic: Topic, choice: str) -> bool:
    """Note a choice. False when it held already. Raises Invalid for a topic or choice that is not offered."""
    if topic not in TOPICS_OF[recipient_kind]:
        raise Invalid("problem.notices.topic", field="topic")
    if choice not in CHOICES:
        raise Invalid("problem.notices.choice", field="choice")
    held = await choices_of(recipient_kind, recipient_id)
    if held.get(topic, "now") == choice:
        return False
    row = await NoticePreference.get_or_none(recipient_id=recipient_id, topic=topic.value)
    if row is None:
        row = NoticePreference(
            id=change.ids.new(),
            recipient_kind=recipient_kind,
            recipient_id=recipient_id,
            topic=topic.value,
            choice=choice,
            updated_at=change.now,
        )
        await row.save(force_create=True)
        return True
    row.choice, row.updated_at = choice, change.now
    await row.save(update_fields=["choice", "updated_at"])
    return True


async def staff_choices(staff_ids: Collection[UUID], topic: Topic) -> dict[UUID, Choice]:
    """What each of them chose about one topic; whoever chose nothing is missing."""
    rows = await NoticePreference.filter(
        recipient_id__in=list(staff_ids), recipient_kind=STAFF, topic=topic.value
    )
    return {row.recipient_id: _choice(row.choice) for row in rows}


def _choice(stored: str) -> Choice:
    """A choice of a release to come counts as the harmless one."""
    for choice in CHOICES:
        if choice == stored:
            return choice
    return "now"


async def choose_as_staff(db: Database, actor: Actor, choices: Mapping[Topic, str]) -> None:
    """Note a member of staff's own choices, with an entry in their chain. What holds already changes nothing.

    Raises Invalid for a topic or choice that is not offered; then none of them is noted.
    """
    if actor.id is None:
        raise Forbidden()
    staff_id = actor.id

    async def work(change: Change) -> None:
        if await change.lock(Staff, staff_id) is None:
            raise NotFound()
        changed = {
            topic.value: choice
            for topic, choice in choices.items()
            if await choose(change, STAFF, staff_id, topic, choice)
        }
        if changed:
            await change.audit(staff_id, actor, "staff.choose_notices", {"choices": changed})

    await db.change(work)
