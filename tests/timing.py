"""How much work something is, told apart from how busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable


def least_cpu_s(work: Callable[[], object], tries: int = 3) -> float:
    """CPU seconds of the quickest of several tries: a neighbour may make any single one slow, never quick."""
    taken = []
    for _ in range(tries):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)
