"""All tries of one message join one piece of work, in this process and across processes.

WeChat sends a message again when it got no answer for five seconds, and the server cancels the handler of a
client that hung up. So the work of a message is a task of its own; every try, wherever it arrives, waits for
that work and gets its result. Three layers, each enough for its own part:

* In a process: a table of tasks by act.
* Across processes: a slot in Redis, `running` while somebody works (a short lease, renewed, so that a killed
  owner frees it before the next try comes) and then `done` with the result for a minute.
* Without Redis: guard keys in SQL make the act happen once and give repeats the stored reply
  (`bot.conversation`); two processes may then both compute, one of them commits.

One script, one round trip: the slot, the rate of the account, whether the account is in a conversation, and
whether it told of danger lately.

Presence: answering a question must not touch SQL, yet a citizen who is in the middle of a conversation must
be found there. The latest turn in SQL is the truth; a presence key in Redis hints at it.

* Before a turn is committed its revision is written as the hint, and once more afterwards; when the
  conversation has ended the hint is taken away, unless a later revision has been hinted meanwhile. So while
  a conversation is open there is a hint. A hint without a conversation costs one look into SQL.
* Absence of a hint means something only while the key `epoch` is there: it says that this Redis has been
  told of every open conversation. After FLUSHALL or a restart it is gone: presence is then unknown, SQL is
  asked, and `Flight.rebuild` hints at all open conversations before setting the epoch again.
* A process that could not write a hint removes the epoch as soon as it reaches Redis again. The epoch
  itself ends after an hour, so that even a process that died owing this harms for no longer.

Names in Redis are keyed digests: no openid stands there.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from hashlib import blake2b

import msgspec

from bot.line import Line, LineDown
from kit.secrets import KeyRing

ENTER = """
local slot = redis.call('GET', KEYS[1])
if slot then
  if string.byte(slot) == 82 then return 'R' end
  return slot
end
redis.call('SET', KEYS[1], 'R' .. ARGV[1], 'PX', ARGV[2])
local count = redis.call('INCR', KEYS[2])
if count == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
if ARGV[4] == '1' then redis.call('DEL', KEYS[4]) end
local present = '?'
if redis.call('EXISTS', KEYS[3]) == 1 then present = '1'
elseif redis.call('EXISTS', KEYS[4]) == 1 then present = '0' end
return 'N' .. present .. redis.call('EXISTS', KEYS[5]) .. count
"""
RENEW = """
if redis.call('GET', KEYS[1]) == 'R' .. ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
RELEASE = """
if redis.call('GET', KEYS[1]) == 'R' .. ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
HINT = """
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if known < tonumber(ARGV[1]) then known = tonumber(ARGV[1]) end
redis.call('SET', KEYS[1], string.format('%d', known), 'PX', ARGV[2])
return 1
"""
CLEAR = """
local known = redis.call('GET', KEYS[1])
if known and tonumber(known) <= tonumber(ARGV[1]) then return redis.call('DEL', KEYS[1]) end
return 0
"""
SCRIPTS = {"enter": ENTER, "renew": RENEW, "release": RELEASE, "hint": HINT, "clear": CLEAR}

RUNNING_MS = 3_000
RENEW_EVERY_S = 1.0
DONE_MS = 90_000
POLL_S = 0.1
RATE_WINDOW_MS = 60_000
DANGER_MS = 1_800_000
# A little more than a draft is kept, so that no hint ends before its conversation.
PRESENCE_MS = 8 * 24 * 3600 * 1000
EPOCH_MS = 3600 * 1000
REBUILD_MS = 30_000

_RUNNING, _WINDOW, _DONE = b"%d" % RUNNING_MS, b"%d" % RATE_WINDOW_MS, b"%d" % DONE_MS
_EPOCH = b"bot:epoch"
_REBUILD = b"bot:epoch:rebuild"


class Entry(msgspec.Struct, frozen=True):
    """What is known at the start of a piece of work. `presence` None: ask SQL.

    `after_danger`: this person told of danger to life a while ago, or nobody knows.
    """

    presence: bool | None
    count: int
    after_danger: bool = True


ALONE = Entry(presence=None, count=0)
"""Without Redis: nothing is known."""

Work = Callable[[Entry], Awaitable[bytes]]


class Names:
    """Names of messages and citizens that say nothing about them: keyed digests, the same in every process."""

    def __init__(self, key: bytes) -> None:
        self._keyed = blake2b(key=key, digest_size=16)

    @classmethod
    def of_keys(cls, keys: KeyRing) -> Names:
        """Those of all doors and processes of an installation."""
        return cls(keys.derive("fields", "bot-names/1", 32))

    def of(self, text: str) -> str:
        digest = self._keyed.copy()
        digest.update(text.encode())
        return digest.hexdigest()


class Flight:
    """One per process. `line` None: no Redis at all."""

    def __init__(self, line: Line | None) -> None:
        self._line = line
        self._owner = os.urandom(12).hex().encode()
        self._running: dict[str, asyncio.Task[bytes]] = {}
        self._rebuilding: asyncio.Task[None] | None = None
        self._owes_epoch = False
        self._owned: set[bytes] = set()
        self._renewal: asyncio.TimerHandle | None = None
        self.joined = 0
        self.alone = 0

    def join(self, act: str, citizen: str, work: Work) -> asyncio.Task[bytes]:
        """The one task for `act`: started now, or already on its way. Do not cancel it; wait beside it."""
        task = self._running.get(act)
        if task is None:
            task = asyncio.create_task(self._fly(act, citizen, work))
            self._running[act] = task
            task.add_done_callback(lambda _: self._running.pop(act, None))
        else:
            self.joined += 1
        return task

    async def drain(self, timeout_s: float) -> None:
        """Wait for the work in progress, when the process is asked to stop."""
        tasks = [*self._running.values(), *([self._rebuilding] if self._rebuilding else [])]
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s)

    async def _fly(self, act: str, citizen: str, work: Work) -> bytes:
        slot = b"bot:f:" + act.encode()
        line = self._line
        if line is None:
            return await work(ALONE)
        try:
            entered = await self._enter(line, slot, citizen)
        except LineDown:
            self.alone += 1
            return await work(ALONE)
        if isinstance(entered, bytes):
            return entered
        self._owned.add(slot)
        if self._renewal is None:
            self._renewal = asyncio.get_running_loop().call_later(RENEW_EVERY_S, self._renew, line)
        try:
            result = await work(entered)
        except BaseException:
            line.post_run("release", (slot,), (self._owner,))
            raise
        finally:
            self._owned.discard(slot)
        line.post(b"SET", slot, b"D" + result, b"PX", _DONE)
        return result

    def _renew(self, line: Line) -> None:
        """One timer for all slots we own, so that work which ends within a second costs none of its own."""
        self._renewal = None
        for slot in self._owned:
            line.post_run("renew", (slot,), (self._owner, b"%d" % RUNNING_MS))
        if self._owned:
            self._renewal = asyncio.get_running_loop().call_later(RENEW_EVERY_S, self._renew, line)

    async def _enter(self, line: Line, slot: bytes, citizen: str) -> Entry | bytes:
        """Own the act (Entry), or get the result of whoever does."""
        name = citizen.encode()
        keys = (slot, b"bot:r:" + name, b"bot:p:" + name, _EPOCH, b"bot:d:" + name)
        while True:
            reset, self._owes_epoch = self._owes_epoch, False
            arguments = (self._owner, _RUNNING, _WINDOW, b"1" if reset else b"0")
            try:
                answer = await line.run("enter", keys, arguments)
            except LineDown:
                self._owes_epoch = self._owes_epoch or reset
                raise
            if not isinstance(answer, bytes):
                raise LineDown("an unexpected answer")
            kind = answer[:1]
            if kind == b"N":
                present = answer[1:2]
                return Entry(
                    None if present == b"?" else present == b"1",
                    int(answer[3:]),
                    present == b"?" or answer[2:3] == b"1",
                )
            # Somebody else's slot: the script looked no further, so a debt is still owed.
            self._owes_epoch = self._owes_epoch or reset
            if kind == b"D":
                return answer[1:]
            await asyncio.sleep(POLL_S)

    # ---- presence

    async def hint(self, citizen: str, revision: int) -> None:
        """Before the commit of a turn: its conversation is open."""
        if self._line is None:
            return
        try:
            await self._line.run("hint", (_presence(citizen),), (b"%d" % revision, b"%d" % PRESENCE_MS))
        except LineDown:
            self._owes_epoch = True

    def hint_again(self, citizen: str, revision: int) -> None:
        """After the commit, in case everything was flushed in between."""
        if self._line is None:
            return
        arguments = (b"%d" % revision, b"%d" % PRESENCE_MS)
        if not self._line.post_run("hint", (_presence(citizen),), arguments):
            self._owes_epoch = True

    def clear(self, citizen: str, revision: int) -> None:
        """The conversation has ended with this revision, or was found not to be open."""
        if self._line is not None:
            self._line.post_run("clear", (_presence(citizen),), (b"%d" % revision,))

    def rebuild(self, open_conversations: Callable[[], Awaitable[Iterable[tuple[str, int]]]]) -> None:
        """Hint at all open conversations (citizen, revision) in the background, once at a time."""
        if self._line is None or (self._rebuilding is not None and not self._rebuilding.done()):
            return
        self._rebuilding = asyncio.create_task(self._rebuild(self._line, open_conversations))
        # A failure is tried again by the next message that finds no epoch.
        self._rebuilding.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _rebuild(
        self, line: Line, open_conversations: Callable[[], Awaitable[Iterable[tuple[str, int]]]]
    ) -> None:
        try:
            mine = await line.call(b"SET", _REBUILD, self._owner, b"NX", b"PX", b"%d" % REBUILD_MS)
            if mine is None:
                return
            for citizen, revision in await open_conversations():
                await line.run("hint", (_presence(citizen),), (b"%d" % revision, b"%d" % PRESENCE_MS))
            await line.call(b"SET", _EPOCH, b"1", b"PX", b"%d" % EPOCH_MS)
            await line.call(b"DEL", _REBUILD)
        except LineDown:
            return

    def note_danger(self, citizen: str) -> None:
        """This person tells of danger: what comes next may say where."""
        if self._line is not None:
            self._line.post(b"SET", b"bot:d:" + citizen.encode(), b"1", b"PX", b"%d" % DANGER_MS)

    # ---- small things worth remembering for ten minutes, and harmless to lose

    async def recall(self, citizen: str) -> bytes:
        """What `remember` and `remember_also` left, one item a line; empty when it is lost."""
        if self._line is None:
            return b""
        try:
            answer = await self._line.call(b"GET", b"bot:o:" + citizen.encode())
        except LineDown:
            return b""
        return answer if isinstance(answer, bytes) else b""

    def remember(self, citizen: str, item: bytes) -> None:
        if self._line is not None:
            self._line.post(b"SET", b"bot:o:" + citizen.encode(), item, b"PX", b"600000")

    def remember_also(self, citizen: str, item: bytes) -> None:
        if self._line is not None:
            name = b"bot:o:" + citizen.encode()
            self._line.post(b"APPEND", name, item + b"\n")
            self._line.post(b"PEXPIRE", name, b"600000")

    def forget(self, citizen: str) -> None:
        if self._line is not None:
            self._line.post(b"DEL", b"bot:o:" + citizen.encode())


def _presence(citizen: str) -> bytes:
    return b"bot:p:" + citizen.encode()
