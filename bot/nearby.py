"""Me too, in chat: what was reported next to the place of a complaint that is being told, and which of it somebody means.

Asked once for each story and place, and never where there is danger; whoever says anything else goes on with their own.
"""

from __future__ import annotations

import contextlib
from uuid import UUID

from bot.dialogue_shape import Asked, Session
from bot.kinds import Answer
from bot.phrases import Phrases
from casework.complaints import me_too
from casework.complaints.desk import Desk
from casework.complaints.place import Position
from casework.people.merging import members
from casework.scene_codes.queries import position_at
from kit.db import DATABASE_AWAY
from kit.secrets import KeyRing

PLACE_AMONG_QUESTIONS = 2
"""Those before it are the category's own."""


class Nearby:
    """One per process."""

    def __init__(self, desk: Desk, phrases: Phrases, keys: KeyRing) -> None:
        self._desk = desk
        self._phrases = phrases
        self._key = me_too.key_of(keys)

    async def question(self, account_id: UUID, before: Session | None, now: Session) -> Asked | None:
        """What to ask once story and place are known; None where nothing is near. What was asked before stays."""
        if before is not None and _ground(before) == _ground(now):
            return _asked(now)
        story, place = _ground(now)
        if not story or story.begun or not place:
            return None
        with contextlib.suppress(*DATABASE_AWAY):
            position = await self._position(now.subject, place)
            if position is not None:
                return await self._about(account_id, story.text, position)
        return None

    async def _about(self, account_id: UUID, story: str, position: Position) -> Asked | None:
        say = self._phrases.say
        found = await me_too.near_shown(
            self._desk,
            self._key,
            position=position,
            categories=me_too.kinds_about(self._desk, story),
            at=self._desk.db.clock.now(),
            own=await members(account_id),
        )
        if not found:
            return None
        lines = [
            say(
                "bot.near.one",
                category=one.category_name,
                metres=one.within_m,
                state=say(f"complaint.state.{one.state}"),
            )
            for one in found
        ]
        return Asked(
            say("bot.near.question"), (*lines, say("bot.near.none")), tuple(one.token for one in found)
        )

    async def meant(self, session: Session, answers: dict[str, Answer]) -> UUID | None:
        """The case that the answer to our question stands for."""
        asked, said = _asked(session), answers.get("same", Answer()).text
        if asked is None or said not in asked.choices[: len(asked.values)]:
            return None
        position = await self._position(session.subject, answers["place"])
        if position is None:
            return None
        return await me_too.said_same(
            self._desk,
            self._key,
            asked.values[asked.choices.index(said)],
            position=position,
            categories=me_too.kinds_about(self._desk, answers["story"].text),
            at=self._desk.db.clock.now(),
        )

    @staticmethod
    async def _position(scene: str, place: Answer) -> Position | None:
        if place.spot is not None:
            return Position(place.spot.latitude, place.spot.longitude, "gcj02")
        return await position_at(scene, place.text) if scene else None


def _ground(session: Session) -> tuple[Answer, Answer]:
    return session.answers.get("story", Answer()), session.answers.get("place", Answer())


def _asked(session: Session) -> Asked | None:
    if len(session.questions) <= PLACE_AMONG_QUESTIONS:
        return None
    return session.questions[PLACE_AMONG_QUESTIONS]
