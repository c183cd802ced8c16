"""The process in which papers are set: `python -m casework.documents.typesetting_process`, spoken to by Typesetting.

Templates are edited by clerks, so nothing they say is trusted: before the first one is read the process gives up opening
anything at all, be it a file, a socket or a package from the network. It has no secrets and no database, limits on memory
and time, ends by itself when it is not asked for a while, and may be killed at any moment.

Frames are `length (4 bytes) | bytes`. The process says an empty frame when it is ready; for each Order (JSON) that comes in
it says `ok`, how many (one byte) and so many files, or `refused` and a Refusal (JSON).
"""

import importlib.util
import os
import resource
import select
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec
import typst

from casework.documents.glyphs import Glyphs
from kit.files.frames import OK, REFUSED, framed

FONT_PACKAGE, FONT_FILE, FONT = "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"
WARMING_UP = f'#set text(font: "{FONT}", lang: "zh", region: "cn")\nPaper'.encode()


class Order(msgspec.Struct, frozen=True):
    """`pages` 0 asks for the PDF, a number for so many of the first pages as PNG; `at` is the only moment typst knows.
    `pictures` are handed in with the words, since nothing can be opened from here.
    """

    source: str
    paper: str
    at: int
    pages: int = 0
    ppi: float = 96.0
    pictures: dict[str, bytes] = {}


class Refusal(msgspec.Struct, frozen=True):
    """typst's own words, and where: `diagnostic` names the lines."""

    message: str
    diagnostic: str


def main(memory_bytes: int, seconds: int, idle_seconds: int) -> None:
    """Answer orders on standard input until it ends, or is silent for `idle_seconds`."""
    answers = os.fdopen(os.dup(1), "wb")
    # A library that prints must not be taken for an answer.
    os.dup2(2, 1)
    folder = _font_folder()
    compiler = _ready_compiler(folder)
    glyphs = Glyphs(folder / FONT_FILE)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold somebody's paper
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # From here on nothing can be opened: font and code are in memory.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    _write(answers, b"")
    while (content := _read(sys.stdin.buffer, idle_seconds)) is not None:
        _allow_seconds(seconds)
        for frame in _answer(compiler, glyphs, content):
            _write(answers, frame)


def _font_folder() -> Path:
    spec = importlib.util.find_spec(FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{FONT_PACKAGE} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def _ready_compiler(folder: Path) -> typst.Compiler:
    """With our own type alone, loaded, and a root that is empty and gone."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    root = tempfile.mkdtemp(prefix="papers-")
    try:
        compiler = typst.Compiler(
            root=root,
            font_paths=fonts,
            ignore_system_fonts=True,
            package_path=root,
            package_cache_path=root,
        )
        for format in ("pdf", "png"):
            compiler.compile(input=WARMING_UP, format=format, timestamp=0)
    finally:
        os.rmdir(root)
    return compiler


def _answer(compiler: typst.Compiler, glyphs: Glyphs, content: bytes) -> tuple[bytes, ...]:
    order = msgspec.json.decode(content, type=Order)
    inputs = {"paper": glyphs.spelled(order.paper)}
    if order.pictures:
        inputs["pictures"] = msgspec.json.encode(
            {name: list(one) for name, one in order.pictures.items()}
        ).decode()
    try:
        made = compiler.compile(
            input=order.source.encode(),
            format="png" if order.pages else "pdf",
            ppi=order.ppi,
            sys_inputs=inputs,
            timestamp=order.at,
        )
    except typst.TypstError as error:
        return REFUSED, msgspec.json.encode(Refusal(error.message, error.diagnostic))
    except Exception as error:  # noqa: BLE001 - the outermost loop of this process
        return REFUSED, msgspec.json.encode(Refusal(type(error).__name__, ""))
    pages = made if isinstance(made, list) else [made or b""]
    shown = pages[: order.pages or 1]
    return OK, bytes([len(shown)]), *shown


def _allow_seconds(seconds: int) -> None:
    """Processor time for the next paper, in case the parent is gone and cannot end a hang."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def _read(source: BinaryIO, idle_seconds: int) -> bytes | None:
    ready, _, _ = select.select([source], [], [], idle_seconds)
    if not ready:
        return None
    length = source.read(4)
    return source.read(int.from_bytes(length, "big")) if len(length) == 4 else None


def _write(target: BinaryIO, frame: bytes) -> None:
    target.write(framed(frame))
    target.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
