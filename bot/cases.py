"""A citizen's own cases in chat: the list, one case, and which of them something may be done with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.dialogue_shape import Option
from bot.offers import Choice
from bot.phrases import Phrases
from casework.complaints import queries
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.views import ComplaintView
from kit.db import Change
from kit.db.models import GuardKey
from kit.problems import NotFound
from kit.references import Reference

LISTED = 5
LOOKED_AT = 20
EVENTS_SHOWN = 4
STORY_SHOWN = 16


@dataclass(frozen=True)
class Told:
    """A text, and what a number sent after it stands for."""

    text: str
    choices: tuple[Choice, ...] = ()


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
        page = await queries.mine(self._desk, account_id, limit=LOOKED_AT)
        answered = next((row.id for row in page.rows if row.state == State.ANSWERED), None)
        if answered is None:
            return None

        async def keep(_: Change) -> bytes:
            return answered.bytes

        return UUID(bytes=(await db.once(key, b"", keep)).result)

    async def options(
        self, account_id: UUID, states: Collection[State], named: Sequence[Reference] = ()
    ) -> tuple[Option, ...]:
        """The person's latest cases in these states, to pick from; only the first named one if any was named."""
        page = await queries.mine(self._desk, account_id, limit=LOOKED_AT)
        wanted = str(named[0]) if named else ""
        rows = [row for row in page.rows if row.state in states and wanted in ("", row.reference)]
        return tuple(
            Option(row.reference, f"{row.reference}　{self._what(row.category_name, row.story)}")
            for row in rows[:LISTED]
        )

    async def find(self, account_id: UUID, reference: str) -> ComplaintView | None:
        """A person's own case."""
        return await queries.for_owner(self._desk, account_id, reference)

    async def own(self, account_id: UUID, reference: str) -> ComplaintView:
        """The same, where it must be there. Raises NotFound."""
        view = await self.find(account_id, reference)
        if view is None:
            raise NotFound("problem.complaint.not_found")
        return view

    async def by_id(self, account_id: UUID, complaint_id: UUID) -> ComplaintView | None:
        """One of a person's latest cases by its id."""
        page = await queries.mine(self._desk, account_id, limit=LOOKED_AT)
        found = next((row.reference for row in page.rows if row.id == complaint_id), None)
        return await self.find(account_id, found) if found is not None else None

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
