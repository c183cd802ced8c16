"""Messages to a person: leaving one, reading what was answered, writing more."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bot.cases import Told
from bot.dialogues import LEAVE_MESSAGE, WRITE_MORE
from bot.kinds import Answer
from bot.offers import Choice
from bot.phrases import Phrases
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Next, Standing, Turns
from casework.actors import citizen
from casework.complaints.filing import Source
from casework.inquiries import actions, queries
from casework.inquiries.desk import InquiryDesk
from casework.inquiries.filing import KIND, NewInquiry, new_inquiry_rows
from casework.inquiries.lifecycle import State
from casework.inquiries.views import InquiryView
from kit.problems import NotFound, Problem

LISTED = 5
MESSAGES_SHOWN = 6
_ENDS = " \n\u3002.!\uff01"
"""What a question that goes along need not end with."""
CONTINUED_WITHIN = timedelta(days=2)
"""After an answer words may be meant as a reply to it."""


class Inquiring:
    """One per process."""

    def __init__(self, desk: InquiryDesk, talks: Talks, turns: Turns, phrases: Phrases) -> None:
        self._desk = desk
        self._talks = talks
        self._turns = turns
        self._phrases = phrases
        talks.finishes(LEAVE_MESSAGE, self._leave)
        talks.finishes(WRITE_MORE, self._write_more)

    def is_ours(self, reference: str) -> bool:
        """Whether a reference is one of a message."""
        return f"-{KIND}-" in reference

    async def start(self, message: Message, at: datetime, before: str = "", asked: str = "") -> str:
        """Ask for the words. `before` is said first; `asked` is a question that goes along, to be added to."""
        known = {"words": Answer(text=asked.rstrip(_ENDS), begun=True)} if asked.rstrip(_ENDS) else {}

        async def make(_: Standing) -> Beginning:
            return Beginning(LEAVE_MESSAGE, known, before=before)

        return await self._talks.start(message, at, make)

    async def _leave(self, ending: Ending) -> Ended:
        new = NewInquiry(
            account_id=ending.account_id, text=ending.answers["words"].text, source=Source.WECHAT
        )
        made = await new_inquiry_rows(self._desk, citizen(ending.account_id), new)
        due = made.view.due_at
        text = self._phrases.say(
            "bot.inquiry.left",
            reference=made.reference,
            due=self._phrases.end(due) if due is not None else "",
        )
        return Ended(text, made.rows)

    # ---- reading

    async def mine(self, account_id: UUID | None) -> Told:
        """The latest messages, each to be opened with its number; a single one is shown at once."""
        say = self._phrases.say
        page = await queries.mine(self._desk, account_id, limit=LISTED) if account_id is not None else None
        if page is None or account_id is None or not page.rows:
            return Told(say("bot.inquiry.none"))
        if len(page.rows) == 1:
            return await self.show(account_id, page.rows[0].reference)
        lines = [say("bot.inquiry.heading")]
        for number, row in enumerate(page.rows, start=1):
            state = say(f"bot.inquiry.state.{row.state}")
            begins = row.opening if len(row.opening) <= 16 else row.opening[:16] + "…"
            lines.append(
                say("bot.inquiry.line", number=number, reference=row.reference, what=begins, state=state)
            )
        lines.append(say("bot.cases.footer"))
        return Told("\n".join(lines), tuple(Choice("inquiry", row.reference) for row in page.rows))

    async def show(self, account_id: UUID | None, reference: str) -> Told:
        """One thread, to its owner only."""
        say = self._phrases.say
        view = await queries.for_owner(self._desk, account_id, reference) if account_id is not None else None
        if view is None:
            return Told(say("bot.inquiry.not_found", reference=reference))
        lines = [
            say("bot.inquiry.one", reference=view.reference, state=say(f"bot.inquiry.state.{view.state}"))
        ]
        for one in view.messages[-MESSAGES_SHOWN:]:
            who = "you" if one.author_kind == "citizen" else "we"
            lines.append(say(f"bot.inquiry.{who}", at=self._phrases.moment(one.at), words=one.text))
        if view.state == State.SUBMITTED and view.due_at is not None:
            lines.append(say("bot.inquiry.due", due=self._phrases.end(view.due_at)))
        if "write_more" not in view.moves:
            return Told("\n".join(lines))
        lines.append(say("bot.inquiry.more"))
        return Told("\n".join(lines), (Choice("write_more", view.reference),))

    async def answered_lately(self, account_id: UUID, at: datetime) -> str:
        """The thread that words sent now may go on with; "" when nothing was answered lately."""
        page = await queries.mine(self._desk, account_id, limit=LISTED)
        lately = (
            row.reference
            for row in page.rows
            if row.state == State.ANSWERED and at - row.updated_at <= CONTINUED_WITHIN
        )
        return next(lately, "")

    # ---- writing more

    async def start_more(self, message: Message, at: datetime, reference: str) -> str:
        """Ask for the words that go on with a thread."""

        async def make(standing: Standing) -> Beginning | str:
            view = await queries.for_owner(self._desk, standing.account_id, reference)
            if view is None:
                return self._phrases.say("bot.inquiry.not_found", reference=reference)
            if "write_more" not in view.moves:
                return self._phrases.say("bot.inquiry.over", reference=reference)
            return Beginning(WRITE_MORE, subject=view.reference, about=view.reference)

        return await self._talks.start(message, at, make)

    async def add_now(self, message: Message, reference: str, words: str) -> str:
        """Words said a moment ago go on with a thread."""

        async def decide(standing: Standing) -> Next:
            try:
                text = await self._added(standing.account_id, reference, words)
            except Problem as problem:
                return Next(self._phrases.problem(problem), standing.session, write=False)
            return Next(text, standing.session)

        return await self._turns.step(message, decide)

    async def _write_more(self, ending: Ending) -> Ended:
        words = ending.answers.get("words", Answer()).text
        return Ended(await self._added(ending.account_id, ending.session.subject, words))

    async def _added(self, account_id: UUID, reference: str, words: str) -> str:
        view = await queries.for_owner(self._desk, account_id, reference)
        if view is None:
            raise NotFound("problem.inquiry.not_found")
        after: InquiryView = await actions.write_more(self._desk, citizen(account_id), view.id, words)
        due = self._phrases.end(after.due_at) if after.due_at is not None else ""
        return self._phrases.say("bot.inquiry.added", reference=reference, due=due)
