"""Makes the pages of papers in a process of its own, replaced when it crashes, hangs or has grown old."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from kit.files.frames import OK, framed
from kit.problems import Busy, Invalid

PAPERS_PER_PROCESS = 200
"""Then a new one: typst keeps what it has laid out."""
PAGES_SHOWN = 4
IDLE_S = 60
"""A process that is not asked for so long ends by itself."""
MEMORY_BYTES = 1024 * 1024 * 1024
_LINE = re.compile(r"┌─ [^\n]*?:(\d+):\d+")
_QUOTED = re.compile(r"[`\"“]([^`\"”\n]{1,60})[`\"”]|: (\w[\w-]{0,59})$")
_KNOWN = (
    ("unknown variable", "unknown_name"),
    ("does not contain key", "unknown_name"),
    ("unclosed", "unclosed"),
    ("unexpected", "unexpected"),
    ("expected", "unexpected"),
    ("failed to download package", "outside"),
    ("package not found", "outside"),
    ("file not found", "outside"),
    ("failed to load file", "outside"),
    ("maximum", "endless"),
    ("infinite", "endless"),
)


class TemplateFault(Invalid):
    """The template cannot be set. `line` counts in the clerk's own source, 0 where none is known."""

    def __init__(self, what: str, line: int = 0, detail: str = "") -> None:
        super().__init__(
            f"problem.document.template.{what}{'_at' if line else ''}",
            field="source",
            line=line,
            detail=detail,
        )
        self.line = line


_GONE = (OSError, asyncio.IncompleteReadError, RuntimeError)
"""What writing to a process that has ended raises, or reading from it; the last is uvloop's word for a closed pipe."""


class Refusal(msgspec.Struct, frozen=True):
    """As `typesetting_process.Refusal`, which is not imported: typst stays out of this process."""

    message: str
    diagnostic: str


@dataclass(frozen=True)
class _Child:
    process: Process
    questions: asyncio.StreamWriter
    answers: asyncio.StreamReader


class Typesetting:
    """One paper at a time; implements `casework.documents.desk.Typesetter`. Close it, or its process stays a while."""

    def __init__(self, *, timeout_s: float = 20.0, idle_s: int = IDLE_S) -> None:
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._turn = asyncio.Lock()
        self._child: _Child | None = None
        self._made = 0

    async def pdf(
        self, style: str, source: str, paper: bytes, at: int, pictures: Mapping[str, bytes] | None = None
    ) -> bytes:
        """The PDF. Raises TemplateFault, or Busy where no process can be had."""
        return (await self._make(style, source, paper, at, 0, pictures))[0]

    async def pages(self, style: str, source: str, paper: bytes, at: int) -> tuple[bytes, ...]:
        """The first pages as PNG. Raises as `pdf`."""
        return await self._make(style, source, paper, at, PAGES_SHOWN)

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _make(
        self,
        style: str,
        source: str,
        paper: bytes,
        at: int,
        pages: int,
        pictures: Mapping[str, bytes] | None = None,
    ) -> tuple[bytes, ...]:
        order: dict[str, object] = {
            "source": f"{style}\n{source}",
            "paper": paper.decode(),
            "at": at,
            "pages": pages,
            "pictures": pictures or {},
        }
        content = framed(msgspec.json.encode(order))
        async with self._turn:
            answer = await self._asked(content)
        if isinstance(answer, Refusal):
            raise _fault(answer, style.count("\n") + 1)
        return answer

    async def _asked(self, content: bytes) -> tuple[bytes, ...] | Refusal:
        if self._child is not None:
            # It may have ended for want of work, or been killed: then once more with a new one.
            with contextlib.suppress(*_GONE):
                return await self._ask(content)
        try:
            return await self._ask(content)
        except _GONE:
            raise TemplateFault("too_much") from None

    async def _ask(self, content: bytes) -> tuple[bytes, ...] | Refusal:
        child = await self._started()
        answered = False
        try:
            async with asyncio.timeout(self._timeout_s):
                child.questions.write(content)
                await child.questions.drain()
                answer = await _answer(child)
            answered = True
        except TimeoutError:
            raise TemplateFault("too_long") from None
        finally:
            self._made += 1
            if not answered or self._made >= PAPERS_PER_PROCESS:
                await self._end()
        return answer

    async def _started(self) -> _Child:
        if self._child is None:
            arguments = (MEMORY_BYTES, int(self._timeout_s) + 1, self._idle_s)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "casework.documents.typesetting_process",
                *(str(one) for one in arguments),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                # No secret of ours in its memory; fewer arenas and threads, which count against its limit.
                env={
                    "MALLOC_ARENA_MAX": "2",
                    "RAYON_NUM_THREADS": "1",
                    "PYTHONPATH": ":".join(filter(None, sys.path)),
                },
                start_new_session=True,
            )
            if process.stdin is None or process.stdout is None:
                raise Busy("problem.document.typesetting")
            self._child, self._made = _Child(process, process.stdin, process.stdout), 0
            is_ready = False
            try:
                async with asyncio.timeout(60.0):
                    await _frame(self._child)
                is_ready = True
            except (TimeoutError, *_GONE):
                raise Busy("problem.document.typesetting") from None
            finally:
                # Also where whoever asked has gone away meanwhile: nobody else would hear that it is ready.
                if not is_ready:
                    await self._end()
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.process.kill()
        await child.process.wait()
        child.questions.close()


async def _answer(child: _Child) -> tuple[bytes, ...] | Refusal:
    if await _frame(child) != OK:
        return msgspec.json.decode(await _frame(child), type=Refusal)
    (count,) = await _frame(child)
    return tuple([await _frame(child) for _ in range(count)])


async def _frame(child: _Child) -> bytes:
    length = int.from_bytes(await child.answers.readexactly(4), "big")
    return await child.answers.readexactly(length)


def _fault(refusal: Refusal, style_lines: int) -> TemplateFault:
    """typst's refusal in terms of the clerk's own lines; a fault inside the shared style is told by who called it."""
    message = refusal.message
    lines = [int(one) - style_lines for one in _LINE.findall(refusal.diagnostic)]
    line = next((one for one in lines if one > 0), 0)
    what = next((known for words, known in _KNOWN if words in message), "other")
    if what == "other":
        return TemplateFault(what, line, message[:200])
    found = _QUOTED.search(message)
    return TemplateFault(what, line, (found.group(1) or found.group(2)) if found else message[:60])
