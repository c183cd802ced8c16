"""Codes on signs, scanned: each kind opens something of its own in chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.dialogues import BIND_STAFF
from bot.filing import Filing
from bot.offers import Choice, Sent, encode_choices
from bot.phrases import Phrases
from bot.singleflight import Flight
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Standing
from casework.people import staff_binding
from casework.people.views import StaffView
from casework.scene_codes import queries
from casework.scene_codes.kinds import PREFIXES, SceneKind
from casework.scene_codes.views import SceneCodeView
from kit.db import Database
from kit.problems import Problem
from kit.secrets import KeyRing

_CODE = re.compile(rf"(?:{'|'.join(map(re.escape, PREFIXES.values()))})[0-9A-Za-z]{{8,36}}", re.ASCII)


class Scenes:
    """One per process. `public_url` is where our pages stand, without a slash at the end."""

    def __init__(
        self,
        db: Database,
        keys: KeyRing,
        filing: Filing,
        talks: Talks,
        flight: Flight,
        phrases: Phrases,
        public_url: str,
    ) -> None:
        self._db = db
        self._keys = keys
        self._filing = filing
        self._talks = talks
        self._flight = flight
        self._phrases = phrases
        self._public_url = public_url
        talks.finishes(BIND_STAFF, self._finish_binding)

    async def open(self, scene: str, message: Message, at: datetime) -> str:
        """What stands behind a code."""
        if scene.startswith(staff_binding.PREFIX):
            return await self._bind(scene, message, at)
        found = await queries.by_code(scene)
        if found is None:
            return self._phrases.say("bot.scene.unknown")
        if found.is_retired:
            return self._phrases.say("bot.scene.retired", title=found.title)
        match found.kind:
            case SceneKind.STREET_CHIEF:
                return await self._filing.start(
                    message,
                    at,
                    place=found.place_text,
                    scene=found.code,
                    before=self._phrases.say("bot.scene.street_chief", title=found.title),
                )
            case SceneKind.ARTICLE:
                link = self._link(found.target)
                return self._phrases.say("bot.scene.article", title=found.title, link=link)
        self._flight.remember_also(message.citizen, encode_choices([Choice("scene", found.code)]))
        return self._described(found)

    async def scanned(self, result: str, message: Message, at: datetime) -> str:
        """What our menu's scanner read: a code of ours, alone or within an address; other codes are not ours."""
        found = _CODE.search(result)
        if found is None:
            return self._phrases.say("bot.scene.not_ours")
        return await self.open(found[0], message, at)

    async def file(self, code: str, message: Message, at: datetime, sent: Sequence[Sent] = ()) -> str:
        """Begin a complaint about what stands behind a code that was scanned a moment ago."""
        found = await queries.by_code(code)
        if found is None or found.is_retired:
            return self._phrases.say("bot.pick_gone")
        place = found.place_text or found.title
        return await self._filing.start(message, at, sent=sent, place=place, scene=found.code)

    async def _bind(self, code: str, message: Message, at: datetime) -> str:
        """Say whose code it is and ask: a code may be shown to somebody who does not know what it does."""

        async def make(standing: Standing) -> Beginning | str:
            try:
                found = await staff_binding.offered(self._db, self._keys, code, standing.account_id)
            except Problem as problem:
                return self._phrases.problem(problem)
            if found is None:
                return self._phrases.say("bot.scene.bind_over")
            if found.is_bound:
                return self._bound(found.staff)
            about = self._phrases.say("bot.scene.whose", name=found.staff.name, login=found.staff.login)
            return Beginning(BIND_STAFF, subject=str(found.code_id), about=about)

        return await self._talks.start(message, at, make)

    async def _finish_binding(self, ending: Ending) -> Ended:
        try:
            staff = await staff_binding.bind(self._db, UUID(ending.session.subject), ending.account_id)
        except Problem as problem:
            return Ended(self._phrases.problem(problem))
        return Ended(self._phrases.say("bot.scene.bind_over") if staff is None else self._bound(staff))

    def _bound(self, staff: StaffView) -> str:
        return self._phrases.say("bot.scene.bound", name=staff.name, login=staff.login)

    def _described(self, found: SceneCodeView) -> str:
        say = self._phrases.say
        lines = [say(f"bot.scene.{found.kind.value}", title=found.title)]
        if found.place_text:
            lines.append(say("bot.scene.place", place=found.place_text))
        if found.contact:
            lines.append(say("bot.scene.contact", contact=found.contact))
        lines.append(say("bot.scene.offer"))
        return "\n".join(lines)

    def _link(self, target: str) -> str:
        if target.startswith(("https://", "http://")):
            return target
        return f"{self._public_url}/{target.lstrip('/')}"
