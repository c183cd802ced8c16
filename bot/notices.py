"""Notices the account sends: which there are, how many were agreed to, and wanting some or none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from bot.capabilities import Capabilities
from bot.notice_choices import NoticeChoices, choices_of, is_unsubscribed
from bot.phrases import Phrases
from bot.turns import Message, Turns
from bot.way_out import undo_link
from casework.actors import citizen
from casework.notifications.preferences import Choice
from casework.notifications.prompts import Held
from casework.notifications.shape import Topic
from casework.notifications.wishes import NoticeWishes
from kit.db import Database

STOPS: Final[Mapping[str, tuple[Topic, Choice]]] = {
    "stop_progress": (Topic.PROGRESS, "none"),
    "stop_receipt": (Topic.RECEIPT, "none"),
    "stop_result": (Topic.RESULT, "none"),
    "bundle_progress": (Topic.PROGRESS, "digest"),
    "start_progress": (Topic.PROGRESS, "now"),
    "start_receipt": (Topic.RECEIPT, "now"),
    "start_result": (Topic.RESULT, "now"),
}
"""Words about one topic, and what they choose."""


class Notices:
    """One per process. `wishes` knows the topics of the rules in force, and what was agreed to."""

    def __init__(
        self,
        db: Database,
        turns: Turns,
        phrases: Phrases,
        capabilities: Capabilities,
        wishes: NoticeWishes | None = None,
    ) -> None:
        self._choices = NoticeChoices(db)
        self._turns = turns
        self._phrases = phrases
        self._capabilities = capabilities
        self._wishes = wishes
        self._topics = wishes.topics if wishes is not None else ()

    async def told(self, account_id: UUID | None) -> str:
        """Which notices there are and how to get them."""
        say = self._phrases.say
        if not self._capabilities.tells_news:
            return say("bot.notices.none_sent")
        if account_id is not None and await is_unsubscribed(account_id):
            return say("bot.notices.unsubscribed")
        lines: Sequence[str] = ()
        held: Sequence[Held] = ()
        if account_id is not None:
            held = await self._wishes.held(account_id) if self._wishes is not None else ()
            lines = self._chosen(await choices_of(account_id))
        if any(one.is_lasting and one.left > 0 for one in held):
            # Agreed to until it is taken back: there is nothing to count, and nothing more to agree to.
            ending = [say("bot.notices.lasting"), say("bot.notices.how_lasting")]
        else:
            ending = [say("bot.notices.left", count=sum(one.left for one in held)), say("bot.notices.how")]
        return "\n".join((say("bot.notices.kinds"), *lines, *ending))

    async def stop(self, message: Message) -> str:
        """Only what must be told is told from now on."""
        account_id = await self._turns.account_for(message)
        await self._choices.choose_all(citizen(account_id), account_id, False)
        return self._phrases.say("bot.notices.stopped")

    async def start(self, message: Message) -> str:
        """Notices are wanted again."""
        account_id = await self._turns.account_id(message.openid)
        if account_id is not None:
            await self._choices.choose_all(citizen(account_id), account_id, True)
        return self._phrases.say("bot.notices.resumed")

    async def choose(self, word: str, message: Message) -> str:
        """One topic as the word says, and a tap that takes it back."""
        say, (topic, choice) = self._phrases.say, STOPS[word]
        account_id = await self._turns.account_for(message)
        await self._choices.choose(citizen(account_id), account_id, {topic: choice})
        title = say(f"notices.topic.{topic.value}")
        if choice == "now":
            return say("bot.notices.topic_now", title=title)
        lines = [say(f"bot.notices.topic_{choice}", title=title)]
        if choice == "none":
            lines.append(say("bot.notices.still"))
        return "\n".join([*lines, undo_link(say, topic)])

    def _chosen(self, held: Mapping[Topic, Choice]) -> list[str]:
        """What differs from hearing of everything at once."""
        return [
            self._phrases.say(
                "bot.notices.chosen",
                title=self._phrases.say(f"notices.topic.{offer.topic.value}"),
                choice=self._phrases.say(f"notices.choice.{held[offer.topic]}"),
            )
            for offer in self._topics
            if offer.choices and held.get(offer.topic, "now") != "now"
        ]
