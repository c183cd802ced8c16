"""What a person wants to be told, whichever account and door says so.

Choices are rows of `casework.notifications.preferences`. An unsubscription noted by an earlier release stands as a
row of `PushConsent` for all templates at once; it counts as "none" for every topic until the person chooses anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.models import PushConsent
from casework.actors import Actor
from casework.notifications import preferences
from casework.notifications.preferences import ACCOUNT, TOPICS_OF, Choice
from casework.notifications.shape import Topic
from casework.people.merging import members
from casework.people.models import Account
from kit.db import Change, Database
from kit.problems import NotFound

EVERYTHING = "*"
"""Stands for all templates at once: a row with it and a time of refusal is an unsubscription."""
THEIRS = TOPICS_OF[ACCOUNT]


async def choices_of(account_id: UUID) -> dict[Topic, Choice]:
    """What holds for the person, for each topic one may choose about."""
    if await _left_by_then(await members(account_id)):
        return dict.fromkeys(THEIRS, "none")
    chosen = await preferences.choices_of(ACCOUNT, account_id)
    return {topic: chosen.get(topic, "now") for topic in THEIRS}


async def is_unsubscribed(account_id: UUID) -> bool:
    """Whether the person wants nothing but what must be told."""
    return set((await choices_of(account_id)).values()) == {"none"}


async def choose(change: Change, actor: Actor, account_id: UUID, wanted: Mapping[Topic, Choice]) -> bool:
    """Note the person's choices, with one entry in the account's chain. False when all of them held already.

    Raises NotFound where there is no such account, Invalid for what is not offered.
    """
    if await change.lock(Account, account_id) is None:
        raise NotFound("problem.people.no_such_account")
    held = await choices_of(account_id)
    changed = {topic: choice for topic, choice in wanted.items() if held.get(topic) != choice}
    if not changed:
        return False
    ids = list(await members(account_id))
    old = PushConsent.filter(account_id__in=ids, template_id=EVERYTHING, refused_at__isnull=False)
    # What the old row said of the other topics is written down before it goes.
    noted = held | changed if await old.update(refused_at=None, updated_at=change.now) else changed
    for topic, choice in noted.items():
        await preferences.choose(change, ACCOUNT, account_id, topic, choice)
    facts = {topic.value: choice for topic, choice in sorted(changed.items())}
    await change.audit(account_id, actor, "account.choose_notices", facts)
    return True


def all_off() -> dict[Topic, Choice]:
    """Only what must be told."""
    return dict.fromkeys(THEIRS, "none")


def back_on(held: Mapping[Topic, Choice]) -> dict[Topic, Choice]:
    """Everything again; what was wanted in one bundle still is."""
    return {topic: "now" if choice == "none" else choice for topic, choice in held.items()}


@dataclass(frozen=True)
class NoticeChoices:
    """The person's own choices, for doors."""

    db: Database

    async def of(self, account_id: UUID) -> dict[Topic, Choice]:
        """What holds, for each topic one may choose about."""
        return await choices_of(account_id)

    async def choose(self, actor: Actor, account_id: UUID, wanted: Mapping[Topic, Choice]) -> bool:
        """See `choose`."""

        async def work(change: Change) -> bool:
            return await choose(change, actor, account_id, wanted)

        return await self.db.change(work)

    async def choose_all(self, actor: Actor, account_id: UUID, wanted: bool) -> bool:
        """Everything, or only what must be told."""

        async def work(change: Change) -> bool:
            choices = back_on(await choices_of(account_id)) if wanted else all_off()
            return await choose(change, actor, account_id, choices)

        return await self.db.change(work)


def does_without(unwanted: frozenset[Topic], topic: str) -> bool:
    """Whether somebody who wants nothing of these topics wants no notice of this one.

    A bundle, and a message of a rule that is gone, have none ("") and count as progress.
    """
    if topic == Topic.ACCOUNT:
        return unwanted.issuperset(THEIRS)
    return (topic if topic in THEIRS else Topic.PROGRESS) in unwanted


async def _left_by_then(ids: Collection[UUID]) -> bool:
    rows = PushConsent.filter(account_id__in=list(ids), template_id=EVERYTHING, refused_at__isnull=False)
    return await rows.exists()
