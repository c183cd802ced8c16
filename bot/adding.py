"""Adding to a case that is open: words, photos, recordings; by a dialogue, or at once when it was just filed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from bot.cases import Cases
from bot.dialogues import ADD_MATERIAL
from bot.kinds import Answer, location_or_text
from bot.offers import Sent
from bot.phrases import Phrases
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Next, Standing, Turns
from casework.actors import citizen
from casework.complaints.adding import add_material
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.media import AddedMedium
from kit.problems import Problem
from kit.references import Reference


class Adding:
    """One per process."""

    def __init__(self, desk: Desk, cases: Cases, talks: Talks, turns: Turns, phrases: Phrases) -> None:
        self._desk = desk
        self._cases = cases
        self._talks = talks
        self._turns = turns
        self._phrases = phrases
        talks.finishes(ADD_MATERIAL, self._finish)

    async def start(self, message: Message, at: datetime, found: list[Reference]) -> str:
        """Ask for the material, and before it for the case if more than one is open."""

        async def make(standing: Standing) -> Beginning | str:
            if found:
                view = await self._cases.find(standing.account_id, str(found[0]))
                if view is None:
                    return self._phrases.say("bot.cases.not_found", reference=str(found[0]))
                if view.state not in OPEN_STATES:
                    state = self._phrases.say(f"complaint.state.{view.state}")
                    return self._phrases.say("bot.adding.too_late", reference=view.reference, state=state)
            options = await self._cases.options(standing.account_id, OPEN_STATES, found)
            if not options:
                return self._phrases.say("bot.adding.nothing")
            known = {"case": Answer(text=options[0].value)} if len(options) == 1 else {}
            return Beginning(ADD_MATERIAL, known, about=options[0].words, options=options)

        return await self._talks.start(message, at, make)

    async def _finish(self, ending: Ending) -> Ended:
        view = await self._cases.own(ending.account_id, ending.answers["case"].text)
        told = ending.answers["material"]
        media = [AddedMedium(UUID(photo)) for photo in told.photos]
        media += [AddedMedium(UUID(one.file), one.medium) for one in told.recordings]  # type: ignore[arg-type]
        await add_material(
            self._desk,
            citizen(ending.account_id),
            view.id,
            text=told.text,
            media=tuple(media),
            act=ending.message.act,
        )
        return Ended(self._phrases.say("bot.adding.done", reference=view.reference))

    async def add_now(
        self, message: Message, at: datetime, reference: str, sent: Sequence[Sent] = (), words: str = ""
    ) -> str:
        """Add what was sent a moment ago to the case that was offered."""

        async def decide(standing: Standing) -> Next:
            account_id = standing.account_id
            media = [(_file_id(message.act, number), one) for number, one in enumerate(sent) if one.media]
            rows = tuple(
                self._talks.fetch_row(account_id, file_id, one.media, one.medium) for file_id, one in media
            )
            where = "".join("\n" + location_or_text.show(Answer(spot=one.spot)) for one in sent if one.spot)
            try:
                view = await self._cases.own(account_id, reference)
                await add_material(
                    self._desk,
                    citizen(account_id),
                    view.id,
                    text=(words + where).strip(),
                    media=tuple(AddedMedium(id, one.medium or "photo") for id, one in media),  # type: ignore[arg-type]
                    act=message.act,
                )
            except Problem as problem:
                return Next(self._phrases.problem(problem), standing.session, write=False)
            text = self._phrases.say("bot.adding.done", reference=reference)
            return Next(text, standing.session, rows)

        return await self._turns.step(message, decide)


def _file_id(act: str, number: int) -> UUID:
    """The same for each try of a message: what is added and what is fetched must be the same file."""
    return UUID(bytes=blake2b(f"{act}:{number}".encode(), digest_size=16).digest(), version=5)
