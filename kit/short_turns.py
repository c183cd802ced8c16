"""A thread that works for a while beside an event loop lets it go first."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

TURN_S = 0.0005
"""How long such a thread keeps the interpreter while others wait for it: a tenth of what is usual."""


@contextlib.contextmanager
def short_turns() -> Iterator[None]:
    """Let whoever waits for the interpreter have it sooner than usual. Two at a time give back what was usual, too."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, TURN_S))
    try:
        yield
    finally:
        sys.setswitchinterval(max(usual, USUAL_S))


USUAL_S = sys.getswitchinterval()
