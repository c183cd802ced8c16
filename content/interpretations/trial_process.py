"""The process that asks questions of knowledge which is not in force yet: states on its input, trials on its output."""

from __future__ import annotations

import contextlib
import os
import sys

import msgspec

from content.interpretations.trials import Knowledge, try_out

GIVES_WAY = 5
"""Niceness: an editor can wait a moment longer than a citizen."""


def main() -> None:
    with contextlib.suppress(OSError):
        os.nice(GIVES_WAY)
    states = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Knowledge, ...])
    sys.stdout.buffer.write(msgspec.json.encode(try_out(states, beside=False)))


if __name__ == "__main__":
    main()
