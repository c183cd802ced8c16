"""A part of a long run, in a process of its own."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz import checks

CHUNK = 5_000
"""Hypothesis remembers what it has tried; a fresh run now and then keeps that small."""


def run_chunk(part: tuple[int, int]) -> Counter[str]:
    """A seed and how many distinct cases to make of it: the same for the same seed."""
    start, cases = part
    checks.seen.clear()

    @seed(start)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64 - 1))
    def run(number: int) -> None:
        checks.check(Random(number))

    run()
    return Counter(checks.seen)
