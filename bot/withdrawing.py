"""Taking a complaint back: which one, and a yes."""

from __future__ import annotations

from datetime import datetime

from bot.cases import Cases
from bot.dialogues import WITHDRAW
from bot.kinds import Answer
from bot.phrases import Phrases
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Standing
from casework.actors import citizen
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import COMPLAINT, State
from kit.problems import Problem
from kit.references import Reference

OPEN_TO_IT = frozenset(State(name) for name in COMPLAINT.find("withdraw").sources)


class Withdrawing:
    """One per process."""

    def __init__(self, desk: Desk, cases: Cases, talks: Talks, phrases: Phrases) -> None:
        self._desk = desk
        self._cases = cases
        self._talks = talks
        self._phrases = phrases
        talks.finishes(WITHDRAW, self._finish)

    async def start(self, message: Message, at: datetime, found: list[Reference]) -> str:
        """Ask which case, if more than one could be meant, and whether it is really to be withdrawn."""

        async def make(standing: Standing) -> Beginning | str:
            if found:
                view = await self._cases.find(standing.account_id, str(found[0]))
                if view is None:
                    return self._phrases.say("bot.cases.not_found", reference=str(found[0]))
                if "withdraw" not in view.moves:
                    state = self._phrases.say(f"complaint.state.{view.state}")
                    return self._phrases.say("bot.withdraw.too_late", reference=view.reference, state=state)
            options = await self._cases.options(standing.account_id, OPEN_TO_IT, found)
            if not options:
                return self._phrases.say("bot.withdraw.nothing")
            known = {"case": Answer(text=options[0].value)} if len(options) == 1 else {}
            return Beginning(WITHDRAW, known, options=options)

        return await self._talks.start(message, at, make)

    async def _finish(self, ending: Ending) -> Ended:
        view = await self._cases.own(ending.account_id, ending.answers["case"].text)
        try:
            await actions.withdraw(self._desk, citizen(ending.account_id), view.id)
        except Problem as problem:
            # The first try of this message may have got as far as here.
            if view.state != State.WITHDRAWN:
                return Ended(self._phrases.problem(problem))
        return Ended(self._phrases.say("bot.withdraw.done", reference=view.reference))
