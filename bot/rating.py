"""Saying how an answer was: one word, or a short dialogue; who is not satisfied is asked why and may dispute it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from bot.cases import Cases
from bot.dialogues import DISPUTE_ANSWER, RATE_ANSWER
from bot.kinds import Answer
from bot.phrases import Phrases
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Standing
from casework.actors import citizen
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.views import ComplaintView
from kit.problems import Problem
from kit.references import Reference

WAITING = frozenset({State.ANSWERED})


class Rating:
    """One per process."""

    def __init__(self, desk: Desk, cases: Cases, talks: Talks, phrases: Phrases) -> None:
        self._desk = desk
        self._cases = cases
        self._talks = talks
        self._phrases = phrases
        talks.finishes(RATE_ANSWER, self._finish)
        talks.finishes(DISPUTE_ANSWER, self._dispute)

    async def rate(self, message: Message, at: datetime, score: int) -> str:
        """One word: the latest case that waits for it is rated at once."""

        async def make(standing: Standing) -> Beginning | str:
            known = None if standing.is_new else await self._cases.to_rate(standing.account_id, message.act)
            if known is None:
                return self._phrases.say("bot.rating.nothing")
            ended = await self._rated(standing.account_id, known, score, None)
            return ended.following or ended.text

        return await self._talks.start(message, at, make)

    async def start(self, message: Message, at: datetime, found: list[Reference]) -> str:
        """The dialogue: which case, how it was, and a few words if wanted."""

        async def make(standing: Standing) -> Beginning | str:
            options = await self._cases.options(standing.account_id, WAITING, found)
            if not options:
                return self._phrases.say("bot.rating.nothing")
            known: Mapping[str, Answer] = {"case": Answer(text=options[0].value)} if len(options) == 1 else {}
            return Beginning(RATE_ANSWER, known, about=options[0].words, options=options)

        return await self._talks.start(message, at, make)

    async def _finish(self, ending: Ending) -> Ended:
        view = await self._cases.own(ending.account_id, ending.answers["case"].text)
        words = ending.answers.get("words", Answer()).text or None
        return await self._rated(ending.account_id, view.id, int(ending.answers["score"].text), words)

    async def _rated(self, account_id: UUID, complaint_id: UUID, score: int, words: str | None) -> Ended:
        say = self._phrases.say
        try:
            view = await actions.rate(
                self._desk, citizen(account_id), complaint_id, score=score, comment=words
            )
        except Problem as problem:
            done = await self._cases.by_id(account_id, complaint_id)
            if done is None or not _is_rated(done, score):
                return Ended(self._phrases.problem(problem))
            view = done
        if score > actions.UNSATISFIED:
            return Ended(say("bot.rating.thanks", reference=view.reference))
        sorry = say("bot.rating.sorry", reference=view.reference)
        if "dispute" in view.moves:
            following = Beginning(DISPUTE_ANSWER, subject=str(view.id), about=view.reference, before=sorry)
            return Ended(sorry, following=following)
        return Ended(say("bot.rating.sorry_again", reference=view.reference))

    async def _dispute(self, ending: Ending) -> Ended:
        complaint_id, reason = UUID(ending.session.subject), ending.answers["reason"].text
        try:
            view = await actions.dispute(self._desk, citizen(ending.account_id), complaint_id, reason=reason)
        except Problem:
            # The first try of this message may have got as far as here.
            done = await self._cases.by_id(ending.account_id, complaint_id)
            if done is None or done.state != State.REOPENED or done.dispute_reason != reason:
                raise
            view = done
        return Ended(self._phrases.say("bot.disputed", reference=view.reference, later=self._phrases.later()))


def _is_rated(view: ComplaintView, score: int) -> bool:
    return view.state == State.CLOSED and view.rating == score
