"""A command waits for its own modules alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = """
import contextlib, io, sys
from app.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (["--help"], {"tortoise", "redis", "sanic", "numpy", "casework", "kit"}),
        (["serve", "--help"], {"tortoise", "redis", "sanic", "numpy", "casework"}),
        (["wechat", "menu", "push", "--help"], {"tortoise", "redis", "sanic", "numpy", "aiohttp"}),
        (["staff", "list", "--help"], {"redis", "sanic", "numpy", "aiohttp"}),
    ],
)
def test_help_of_a_command_brings_no_more_than_the_command_needs(
    words: list[str], unneeded: set[str]
) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & unneeded == set()
