"""Words that tell of danger to life: telephone numbers first, and the duty officer is paged.

The numbers never wait for anything of ours. Whoever can telephone is helped sooner by that than by us, so they are
said after `PATIENCE_S` at the latest, also while the database does not answer; if by then the page is not written
down, the reply says so and asks to telephone for certain. A write on its way still goes to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.kinds import Answer, Spot, location_or_text
from bot.phrases import Phrases
from bot.singleflight import Flight
from bot.turns import Message, Turns
from casework.complaints.filing import Source
from casework.dangers.alerts import add_to_open_alert, raise_alert
from casework.dangers.finding import find_danger
from casework.dangers.profile import DangerSection
from kit.db import Database

PATIENCE_S = 2.0
"""Well within the door's budget: a late answer would be too late here."""

_log = structlog.get_logger("bot")


class Alarms:
    """One per process."""

    def __init__(
        self,
        db: Database,
        turns: Turns,
        phrases: Phrases,
        flight: Flight,
        section: DangerSection,
        source: str = Source.WECHAT,
    ) -> None:
        self._db = db
        self._flight = flight
        self._turns = turns
        self._phrases = phrases
        self._section = section
        self._source = source
        self._running: set[asyncio.Task[object]] = set()
        self.unwritten = 0

    def at_another_door(self, turns: Turns, source: str) -> Alarms:
        """The same for people whom another account of ours knows; what is on its way is waited for together."""
        other = Alarms(self._db, turns, self._phrases, self._flight, self._section, source)
        other._running = self._running
        return other

    def found_in(self, text: str) -> tuple[str, ...]:
        """The words that show danger; empty for nearly every message, which costs one look."""
        return find_danger(self._section, text)

    def numbers(self) -> str:
        """Whom to telephone."""
        say = self._phrases.say
        return f"{say(self._section.sentence_key)}\n{say('bot.danger_duty')}"

    async def raised(
        self,
        message: Message,
        text: str,
        matched: tuple[str, ...],
        rest: Callable[[], Awaitable[str]],
        *,
        in_english: bool = False,
    ) -> str:
        """The numbers, then what the conversation says; meanwhile the duty officer is paged."""
        self._flight.note_danger(message.citizen)
        paging = self._start(self._page(message, text, matched))
        answering = self._start(rest())
        await asyncio.wait([paging, answering], timeout=PATIENCE_S)
        said = [self.numbers()]
        if in_english:
            said.append(self._phrases.say("bot.danger_english"))
        if not _is_well(paging):
            self.unwritten += 1
            _log.error("danger.page_not_written", is_late=not paging.done())
            said.append(self._phrases.say("bot.danger_not_paged"))
        if _is_well(answering):
            said += ["\n" + str(answering.result())] if answering.result() else []
        else:
            said.append("\n" + self._phrases.say("bot.danger_not_kept"))
        return "\n".join(said)

    async def told_more(self, message: Message, text: str, spot: Spot | None) -> str:
        """Pass on what comes after words of danger, where it is above all; "" when there is no danger open."""
        adding = self._start(self._add(message, text, spot))
        await asyncio.wait([adding], timeout=PATIENCE_S)
        if not _is_well(adding):
            self.unwritten += 1
            _log.error("danger.more_not_written", is_late=not adding.done())
            return self._phrases.say("bot.danger_more_lost")
        return self._phrases.say("bot.danger_more") if adding.result() else ""

    async def wrote(self, writing: Awaitable[None], within_s: float) -> bool:
        """Whether it was written in time; a write on its way still goes to its end."""
        task = self._start(writing)
        await asyncio.wait([task], timeout=within_s)
        return _is_well(task)

    async def drain(self, timeout_s: float) -> None:
        """Let writes in progress end, when the process is asked to stop."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)

    async def _page(self, message: Message, text: str, matched: tuple[str, ...]) -> object:
        account_id = await self._turns.account_for(message)
        return await raise_alert(
            self._db,
            act=message.act,
            account_id=account_id,
            source=self._source,
            words=text,
            matched=matched,
            place_text=_where(_spot_of(message)),
        )

    async def _add(self, message: Message, text: str, spot: Spot | None) -> bool:
        account_id = await self._turns.account_id(message.openid)
        if account_id is None:
            return False
        return await add_to_open_alert(
            self._db,
            act=message.act,
            account_id=account_id,
            source=self._source,
            words=text,
            place_text=_where(spot),
        )

    def _start(self, work: Awaitable[object]) -> asyncio.Task[object]:
        task: asyncio.Task[object] = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen; what it means for the reply is decided above


def _is_well(task: asyncio.Task[object]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _spot_of(message: Message) -> Spot | None:
    inbound = message.inbound
    if inbound.latitude is None or inbound.longitude is None:
        return None
    return Spot(inbound.latitude, inbound.longitude, inbound.label.strip())


def _where(spot: Spot | None) -> str | None:
    """Name and coordinates: an officer finds the one, a map the other."""
    if spot is None:
        return None
    found = f"{spot.latitude:.5f}, {spot.longitude:.5f}"
    name = location_or_text.show(Answer(spot=spot))
    return found if name == found else f"{name} ({found})"
