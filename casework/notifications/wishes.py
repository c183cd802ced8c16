"""What doors ask about a person's notices: the port to whoever keeps choices and consents."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from casework.actors import Actor
from casework.notifications.preferences import Choice
from casework.notifications.prompts import Held, Moment, worth_asking
from casework.notifications.shape import Topic
from casework.notifications.topics import TopicOffer
from kit.clock import Clock


class Reach(StrEnum):
    """Whether news gets to a person's phone: at any time, as often as they agreed to, only for a while after they
    wrote, or not at all.
    """

    ALWAYS = "always"
    WHILE_LEFT = "while_left"
    AFTER_WRITING = "after_writing"
    NEVER = "never"


class NoticeWishes(Protocol):
    """One per door. `topics` are those of the rules in force; consents are those of the door's own application."""

    @property
    def topics(self) -> tuple[TopicOffer, ...]: ...

    async def choices(self, account_id: UUID) -> Mapping[Topic, Choice]:
        """What holds for the person, for each topic one may choose about."""
        ...

    async def choose(self, actor: Actor, account_id: UUID, wanted: Mapping[Topic, Choice]) -> bool:
        """Note choices. False when all of them held already. Raises Invalid, NotFound."""
        ...

    async def choose_all(self, actor: Actor, account_id: UUID, wanted: bool) -> bool:
        """Everything again, or only what must be told."""
        ...

    async def held(self, account_id: UUID) -> tuple[Held, ...]:
        """How each template that needs a consent stands with the person."""
        ...

    async def claim(self, act: str, account_id: UUID, answers: Mapping[str, str]) -> None:
        """Count what the door's application says was tapped, once per `act`. Raises Conflict.

        `answers` are for templates of `held` alone.
        """
        ...

    async def reach(self, account_id: UUID) -> Reach:
        """What may be promised."""
        ...


def wants_any(topics: tuple[TopicOffer, ...], choices: Mapping[Topic, Choice]) -> bool:
    """Whether the person wants something they could do without."""
    offered = [one.topic for one in topics if one.choices]
    return not offered or any(choices.get(topic, "now") != "none" for topic in offered)


async def to_ask(
    wishes: NoticeWishes, account_id: UUID, moment: Moment, *, is_open: bool, clock: Clock
) -> tuple[str, ...]:
    """The templates to ask this person for now, see `prompts.worth_asking`."""
    held = await wishes.held(account_id) if is_open else ()
    if not held:
        return ()
    wanted = wants_any(wishes.topics, await wishes.choices(account_id))
    return worth_asking(moment, held, is_open=is_open, wants_any=wanted, now=clock.now())
