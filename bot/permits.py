"""Permits in chat: what can be applied for, one's own applications, and saying how it went when there is an outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.cases import Told
from bot.offers import Choice
from bot.phrases import Phrases
from bot.taps import tap
from bot.turns import Message, Next, Standing, Turns
from casework.actors import citizen
from casework.people.merging import members
from casework.permits import held, queries, rating
from casework.permits.desk import PermitDesk
from casework.permits.detail import application_view
from casework.permits.submitting import FILING_KIND, KIND
from casework.permits.views import ApplicationLine, ApplicationView
from kit.problems import NotFound, Problem

LISTED, KINDS_LISTED, EVENTS_SHOWN = 5, 8, 4
PAGE, OWN = "/h5/permits", "/h5/me/permits"
SCORES: Final = (5, 4, 3, 2, 1)
_SCORE = re.compile(r"\s*([1-5１-５])\s*分")
_TAP_ID = "rate_permit"
"""Nobody reads it: what is tapped says everything in its words, so that it may be typed as well."""


class Permits:
    """One per process. `public_url` is where our pages stand, without a slash at its end."""

    def __init__(self, desk: PermitDesk, turns: Turns, phrases: Phrases, public_url: str) -> None:
        self._desk = desk
        self._turns = turns
        self._phrases = phrases
        self._public_url = public_url

    def is_ours(self, reference: str) -> bool:
        """Whether a reference is one of an application or a filing."""
        return f"-{KIND}-" in reference or f"-{FILING_KIND}-" in reference

    def kinds(self) -> str:
        """What can be applied for, each with the way to its page."""
        say, kinds = self._phrases.say, self._desk.section.kinds
        lines = [say("bot.permits.heading")]
        lines += [
            say("bot.permits.kind", kind=self._link(f"{PAGE}?kind={one.code}", one.name))
            for one in kinds[:KINDS_LISTED]
        ]
        if len(kinds) > KINDS_LISTED or not kinds:
            lines.append(say("bot.permits.all", link=self._link(PAGE, say("bot.permits.all_words"))))
        return "\n".join((*lines, say("bot.permits.how")))

    async def mine(self, account_id: UUID | None, at: datetime, numbers_from: int = 1) -> Told:
        """The latest applications with what is left of their time, each to be opened with its number."""
        say = self._phrases.say
        rows = await self._rows(account_id)
        if not rows:
            return Told(say("bot.permits.none"))
        lines = [say("bot.permits.mine")]
        for number, row in enumerate(rows, start=numbers_from):
            lines.append(
                say(
                    "bot.permits.line",
                    number=number,
                    reference=row.reference,
                    kind=row.kind_name,
                    state=row.state_name,
                )
            )
            if time := self._time(row, at):
                lines.append(say("bot.permits.line_time", time=time))
        lines.append(say("bot.cases.footer"))
        return Told("\n".join(lines), tuple(Choice("permit", row.reference) for row in rows))

    async def beside(self, told: Told, account_id: UUID | None, at: datetime) -> Told:
        """One's cases with one's applications below them; the cases alone where there are none."""
        if not await self._rows(account_id):
            return told
        also = await self.mine(account_id, at, len(told.choices) + 1)
        if not told.choices:
            return also
        above = told.text.removesuffix(self._phrases.say("bot.cases.footer")).rstrip()
        return Told(f"{above}\n{also.text}", (*told.choices, *also.choices))

    async def show(self, account_id: UUID | None, reference: str, at: datetime) -> str:
        """One application, to its owner only: anybody else hears that there is none."""
        view = await self._own(account_id, reference)
        if view is None or account_id is None:
            return self._phrases.say("bot.permits.not_found", reference=reference)
        return "\n".join((*self._said(view, at), *await self._below(account_id, view)))

    async def rate(self, message: Message, at: datetime, reference: str, words: str) -> str:
        """Say how it went. Without a score in the words the scores are shown, to be tapped."""
        found = _SCORE.match(words)
        if found is None:
            return await self.show(await self._turns.account_id(message.openid), reference, at)
        score = int(found[1])

        async def decide(standing: Standing) -> Next:
            say = self._phrases.say
            view = await self._own(standing.account_id, reference)
            if view is None:
                text = say("bot.permits.not_found", reference=reference)
                return Next(text, standing.session, write=False)
            try:
                await rating.rate(self._desk, citizen(standing.account_id), view.line.id, score)
            except Problem as problem:
                return Next(self._phrases.problem(problem), standing.session, write=False)
            key = "bot.permits.rated" if score >= SCORES[2] else "bot.permits.rated_badly"
            return Next(say(key, reference=reference, score=score), standing.session)

        return await self._turns.step(message, decide)

    def elsewhere(self, reference: str) -> str:
        """What is done on the application's page alone: taking it back, adding to it."""
        return self._phrases.say("bot.permits.on_page", link=self._page(reference))

    async def _rows(self, account_id: UUID | None) -> Sequence[ApplicationLine]:
        if account_id is None:
            return ()
        own = await members(account_id)
        found = await queries.my_applications(self._desk, citizen(account_id), own, limit=LISTED)
        return found.rows

    async def _own(self, account_id: UUID | None, reference: str) -> ApplicationView | None:
        if account_id is None:
            return None
        try:
            return await application_view(self._desk, citizen(account_id), reference)
        except NotFound:
            return None

    def _said(self, view: ApplicationView, at: datetime) -> list[str]:
        say, line = self._phrases.say, view.line
        lines = [
            say("bot.permits.one", reference=line.reference),
            say("bot.permits.what", kind=line.kind_name),
        ]
        if line.place_text:
            lines.append(say("bot.cases.place", place=line.place_text))
        lines.append(say("bot.cases.state", state=line.state_name))
        if time := self._time(line, at):
            lines.append(time)
        for one in view.history[-EVENTS_SHOWN:]:
            lines.append(say("bot.cases.event", at=self._phrases.moment(one.at), what=one.name))
        if view.ground:
            lines.append(say("bot.permits.ground", ground=view.ground))
        if view.late_reason:
            lines.append(say("bot.permits.late_reason", reason=view.late_reason))
        return lines

    async def _below(self, account_id: UUID, view: ApplicationView) -> list[str]:
        """What can be done about it now."""
        say, lines, reference = self._phrases.say, [], view.line.reference
        asked = next((one for one in reversed(view.corrections) if one.answered_at is None), None)
        if asked is not None and "correct" in view.moves:
            lines += [say("bot.permits.wrong", name=one.name, wrong=one.wrong) for one in asked.items]
            lines.append(say("bot.permits.correct", link=self._page(reference, "bot.permits.correct_words")))
            return lines
        permit = await held.permit_of(citizen(account_id), view.line.id)
        if permit is not None:
            link = self._link(f"/h5/me/e-permits/{permit.id}", permit.number)
            lines.append(say("bot.permits.permit", link=link, state=held.state_said(self._desk, permit)))
        lines.append(say("bot.permits.more", link=self._page(reference)))
        if view.rating is None and view.line.state in rating.RATED_IN:
            lines.append(say("bot.permits.rate"))
            lines += [
                tap(
                    say("bot.permits.rate_words", score=score, reference=reference),
                    _TAP_ID,
                    say(f"bot.permits.score.{score}"),
                )
                for score in SCORES
            ]
        return lines

    def _time(self, line: ApplicationLine, at: datetime) -> str:
        """What the limit that runs is for and how much of it is left; "" where none does."""
        say = self._phrases.say
        if line.is_paused:
            return say("bot.permits.paused")
        if line.due_at is None or line.clock is None:
            return ""
        due = self._phrases.end(line.due_at)
        said = say(f"bot.permits.clock.{line.clock}", due=due)
        if line.due_at <= at:
            return said + say("bot.permits.late")
        return said + say("bot.permits.left", left=self._left(line.due_at - at))

    def _left(self, left: timedelta) -> str:
        """Rounded down: nobody is told of more time than there is."""
        say = self._phrases.say
        if left >= timedelta(days=2):
            return say("bot.permits.span.days", count=left.days)
        if left >= timedelta(hours=1):
            return say("bot.permits.span.hours", count=int(left / timedelta(hours=1)))
        return say("bot.permits.span.minutes", count=max(1, int(left / timedelta(minutes=1))))

    def _page(self, reference: str, words: str = "bot.permits.page_words") -> str:
        return self._link(f"{OWN}/{reference}", self._phrases.say(words))

    def _link(self, path: str, words: str) -> str:
        return f'<a href="{self._public_url}{path}">{words}</a>'
