"""A citizen's own cases in chat: the list, one case, rating, withdrawing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.offers import Choice
from bot.phrases import Phrases
from casework.actors import citizen
from casework.complaints import actions, queries
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.views import ComplaintView
from kit.db import Change
from kit.db.models import GuardKey
from kit.problems import Problem
from kit.references import Reference

LISTED = 5
EVENTS_SHOWN = 4
STORY_SHOWN = 16


@dataclass(frozen=True)
class Told:
    """A text, and what a number sent after it stands for."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Rated:
    """`dispute_id`: the case whose answer the citizen may now dispute; None when there is nothing to ask."""

    text: str
    dispute_id: UUID | None = None


class Cases:
    """One per process."""

    def __init__(self, desk: Desk, phrases: Phrases) -> None:
        self._desk = desk
        self._phrases = phrases

    async def mine(self, account_id: UUID | None) -> Told:
        """The latest cases, each to be opened with its number."""
        say = self._phrases.say
        if account_id is None:
            return Told(say("bot.cases.none"))
        page = await queries.mine(self._desk, account_id, limit=LISTED)
        if not page.rows:
            return Told(say("bot.cases.none"))
        lines = [say("bot.cases.heading")]
        for number, row in enumerate(page.rows, start=1):
            lines.append(
                say(
                    "bot.cases.line",
                    number=number,
                    reference=row.reference,
                    what=self._what(row.category_name, row.story),
                    state=say(f"complaint.state.{row.state}"),
                )
            )
        if page.after is not None:
            lines.append(say("bot.cases.more", count=LISTED))
        lines.append(say("bot.cases.footer"))
        return Told("\n".join(lines), tuple(Choice("case", row.reference) for row in page.rows))

    async def show(self, account_id: UUID | None, reference: str) -> str:
        """One case, to its owner only: anybody else hears that there is none."""
        view = await queries.for_owner(self._desk, account_id, reference) if account_id is not None else None
        if view is None:
            return self._phrases.say("bot.cases.not_found", reference=reference)
        return self._one(view)

    async def to_rate(self, account_id: UUID, act: str) -> UUID | None:
        """The case that a word of satisfaction is about: the latest answered one when the message came first.

        It is kept under a guard key before anything is rated. A repeat whose first try closed that case would
        otherwise find the next answered one and rate that as well.
        """
        db, key = self._desk.db, f"rate:{act}"
        kept = await GuardKey.get_or_none(key=key)
        if kept is not None:
            return UUID(bytes=bytes(kept.result))
        page = await queries.mine(self._desk, account_id, limit=20)
        answered = next((row.id for row in page.rows if row.state == State.ANSWERED), None)
        if answered is None:
            return None

        async def keep(_: Change) -> bytes:
            return answered.bytes

        return UUID(bytes=(await db.once(key, b"", keep)).result)

    async def rate(self, account_id: UUID | None, act: str, score: int) -> Rated:
        """Rate the case that `act`, the keyed name of the message, is about."""
        say = self._phrases.say
        complaint_id = await self.to_rate(account_id, act) if account_id is not None else None
        if complaint_id is None or account_id is None:
            return Rated(say("bot.rating.nothing"))
        try:
            view = await actions.rate(self._desk, citizen(account_id), complaint_id, score=score)
        except Problem as problem:
            return Rated(self._phrases.problem(problem))
        if score > actions.UNSATISFIED:
            return Rated(say("bot.rating.thanks", reference=view.reference))
        if "dispute" in view.moves:
            return Rated(say("bot.rating.sorry", reference=view.reference), view.id)
        return Rated(say("bot.rating.sorry_again", reference=view.reference))

    async def dispute(self, account_id: UUID, complaint_id: UUID, reason: str) -> str:
        """Ask for the case to be handled once more. Raises Problem."""
        view = await actions.dispute(self._desk, citizen(account_id), complaint_id, reason=reason)
        return self._phrases.say("bot.disputed", reference=view.reference)

    async def withdraw(self, account_id: UUID | None, found: list[Reference]) -> str:
        """Take back the one case that was named."""
        say = self._phrases.say
        if len(found) != 1:
            return say("bot.withdraw.which", example=f"{self._desk.bureau_code}-TS-…")
        reference = str(found[0])
        view = await queries.for_owner(self._desk, account_id, reference) if account_id is not None else None
        if view is None or account_id is None:
            return say("bot.cases.not_found", reference=reference)
        try:
            await actions.withdraw(self._desk, citizen(account_id), view.id)
        except Problem as problem:
            return self._phrases.problem(problem)
        return say("bot.withdraw.done", reference=reference)

    @staticmethod
    def _what(category_name: str, story: str) -> str:
        """The category, or how the story begins while nobody has put it into one."""
        begins = " ".join(story.split())
        return category_name or (begins if len(begins) <= STORY_SHOWN else begins[:STORY_SHOWN] + "…")

    def _one(self, view: ComplaintView) -> str:
        say = self._phrases.say
        lines = [
            say("bot.cases.heading_one", reference=view.reference),
            say("bot.cases.what", what=self._what(view.category_name, view.story)),
        ]
        if view.place_text:
            lines.append(say("bot.cases.place", place=view.place_text))
        sent = sum(photo.stage == "before" for photo in view.photos)
        if sent:
            lines.append(say("bot.cases.photos", count=sent))
        lines.append(say("bot.cases.state", state=say(f"complaint.state.{view.state}")))
        for entry in view.timeline[-EVENTS_SHOWN:]:
            what = say(entry.key, **entry.params)
            lines.append(say("bot.cases.event", at=self._phrases.moment(entry.at), what=what))
        if view.answer:
            lines.append(say("bot.cases.answer", answer=view.answer))
        if "rate" in view.moves:
            lines.append(say("bot.cases.rate"))
        elif "withdraw" in view.moves:
            lines.append(say("bot.cases.withdraw", reference=view.reference))
        return "\n".join(lines)
