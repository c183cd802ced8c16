"""The process in which photos are decoded: `python -m kit.files.decoding_process`, spoken to by Decoder.

It has no secrets, no database and a limit on memory and processor time; it may be killed at any moment."""

import os
import resource
import sys
from typing import BinaryIO

import msgspec

from kit.files.frames import OK, REFUSED, UNDECODABLE, Copies, Dimensions, framed
from kit.files.images import make_copies
from kit.problems import Problem


def main(memory_bytes: int, seconds: int) -> None:
    """Answer photos on standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    # A library that prints must not be taken for an answer.
    os.dup2(2, 1)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a citizen's photo
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _write(answers, b"")
    while (content := _read(sys.stdin.buffer)) is not None:
        _allow_seconds(seconds)
        for frame in _answer(content):
            _write(answers, frame)


def _answer(content: bytes) -> tuple[bytes, ...]:
    try:
        copies: Copies = make_copies(content)
    except Problem as refusal:
        return REFUSED, refusal.key.encode()
    except Exception:  # noqa: BLE001 - the outermost loop of this process; decoders fail in unlisted ways
        return REFUSED, UNDECODABLE.encode()
    dimensions = msgspec.json.encode(Dimensions(copies.width, copies.height))
    return OK, dimensions, copies.large, copies.thumbnail


def _allow_seconds(seconds: int) -> None:
    """Processor time for the next photo, in case the parent is gone and cannot end a hang."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def _read(source: BinaryIO) -> bytes | None:
    length = source.read(4)
    return source.read(int.from_bytes(length, "big")) if len(length) == 4 else None


def _write(target: BinaryIO, frame: bytes) -> None:
    target.write(framed(frame))
    target.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
