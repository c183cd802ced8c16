"""The value below or at which so many percent of all values lie, over many runs that are each in order.

By nearest rank, as `percentile_disc` in SQL: always a value that occurs, the same for whoever reckons it again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

MEDIAN, NINETIETH = 50, 90


def quantile(runs: Sequence[Sequence[int]], percent: int) -> int | None:
    """The nearest-rank percentile (1 to 100) of all values of the runs, each in ascending order. None without any."""
    runs = [run for run in runs if len(run)]
    if not runs:
        return None
    rank = -(-sum(map(len, runs)) * percent // 100)
    low, high = min(run[0] for run in runs), max(run[-1] for run in runs)
    while low < high:
        middle = (low + high) // 2
        if sum(bisect_right(run, middle) for run in runs) >= rank:
            high = middle
        else:
            low = middle + 1
    return low
