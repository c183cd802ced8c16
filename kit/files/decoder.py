"""Decodes photos in a process of its own, which is replaced when it crashes, hangs or has grown old."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass

import msgspec

from kit.files.frames import OK, UNDECODABLE, Copies, Dimensions, framed
from kit.problems import Problem

_PHOTOS_PER_PROCESS = 500
"""Then a new one: native decoders may leak."""


class DecoderUnavailable(Exception):
    """The decoding process does not even start; no photo is to blame."""


@dataclass(frozen=True)
class _Child:
    process: Process
    questions: asyncio.StreamWriter
    answers: asyncio.StreamReader


class Decoder:
    """One photo at a time; make several for several at once. Close it, or its process stays."""

    def __init__(self, *, timeout_s: float = 30.0, memory_bytes: int = 1024 * 1024 * 1024) -> None:
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._turn = asyncio.Lock()
        self._child: _Child | None = None
        self._photos = 0

    async def decode(self, content: bytes) -> Copies:
        """The copies. Raises Problem with a key `problem.file.*`; a crash or a hang is a refusal too."""
        async with self._turn:
            child = await self._started()
            answered = False
            try:
                async with asyncio.timeout(self._timeout_s):
                    copies = await _ask(child, content)
                answered = True
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                raise Problem(UNDECODABLE, 422) from None
            except Problem:
                answered = True
                raise
            finally:
                self._photos += 1
                if not answered or self._photos >= _PHOTOS_PER_PROCESS:
                    await self._end()
            return copies

    async def close(self) -> None:
        async with self._turn:
            await self._end()

    async def _started(self) -> _Child:
        if self._child is None:
            arguments = (
                "-m",
                "kit.files.decoding_process",
                str(self._memory_bytes),
                str(int(self._timeout_s) + 1),
            )
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                # No secret of ours in its memory; fewer arenas, which would count against its limit.
                env={"MALLOC_ARENA_MAX": "2", "PYTHONPATH": ":".join(filter(None, sys.path))},
                start_new_session=True,
            )
            if process.stdin is None or process.stdout is None:
                raise DecoderUnavailable("the decoding process has no pipes")
            self._child, self._photos = _Child(process, process.stdin, process.stdout), 0
            try:
                async with asyncio.timeout(60.0):
                    await _frame(self._child)
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                await self._end()
                raise DecoderUnavailable("the decoding process does not start") from None
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.process.kill()
        await child.process.wait()
        child.questions.close()


async def _ask(child: _Child, content: bytes) -> Copies:
    child.questions.write(framed(content))
    await child.questions.drain()
    if await _frame(child) != OK:
        raise Problem((await _frame(child)).decode(), 422)
    dimensions = msgspec.json.decode(await _frame(child), type=Dimensions)
    return Copies(dimensions.width, dimensions.height, await _frame(child), await _frame(child))


async def _frame(child: _Child) -> bytes:
    length = int.from_bytes(await child.answers.readexactly(4), "big")
    return await child.answers.readexactly(length)
