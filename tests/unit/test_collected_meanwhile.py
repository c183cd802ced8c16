"""What pytest does with garbage must not disturb whoever parses Python just then."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator

import pytest


class Unclosed:
    """Complains when it is collected, as a forgotten socket does."""

    def __init__(self) -> None:
        self.myself = self

    def __del__(self) -> None:
        raise ResourceWarning("unclosed")


@pytest.fixture
def eager() -> Iterator[None]:
    """Garbage is collected at nearly every allocation."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_garbage_that_complains_while_a_router_is_built(eager: None) -> None:
    """CPython before 3.11.10 counts depths wrongly when a tree is built inside the building of another (gh-106905).

    Formatting a traceback builds one, so whatever hears of "unraisable" exceptions must not format them then and there:
    a server's routes, made by parsing source, then and again failed to be built.
    """
    source = "def find_route(path):\n" + "".join(
        f"    if path == '{one}':\n        return {one}\n" for one in range(200)
    )
    for _ in range(20):
        garbage = [Unclosed() for _ in range(20)]
        del garbage
        gc.set_threshold(1, 1, 1)
        assert len(ast.parse(source).body) == 1
        gc.set_threshold(700, 10, 10)
