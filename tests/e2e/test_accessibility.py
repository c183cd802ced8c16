"""Every screen as it is drawn: what axe finds, how large things are, whether anything sticks out. Both sizes of print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e import looking
from tests.e2e.people import NARROW, WIDE
from tests.e2e.screens import SCREENS, Screen
from tests.e2e.stage import Stage
from tests.e2e.system import System

pytestmark = pytest.mark.browser
TARGET, TARGET_LARGE, TYPE_LARGE = 44, 60, 24
TINY = (320, 568)


@pytest.fixture(scope="module")
def stage(shared_system: System, browser: Any) -> Iterator[Stage]:
    made = Stage(shared_system, browser)
    yield made
    made.close()


def faults_of(page: Any, *, target: int, type_px: float = 0) -> list[str]:
    found = [f"axe {one}" for one in looking.violations(page, by_mouse=not target)]
    found += [f"target {one}" for one in looking.small_targets(page, target)]
    found += [f"type {one}" for one in looking.small_type(page, type_px)]
    wider = looking.overflow(page)
    return [*found, *([f"wider than the window by {wider}px"] if wider > 0 else [])]


@pytest.mark.parametrize("screen", [one for one in SCREENS if one.is_for_citizens], ids=lambda one: one.name)
@pytest.mark.parametrize("size", ["ordinary", "large"])
def test_a_citizens_screen_can_be_used_by_everybody(stage: Stage, screen: Screen, size: str) -> None:
    is_large = size == "large"
    page = stage.page(screen, NARROW, large=is_large)
    looking.keep(page, screen.name + ("-large" if is_large else ""))
    found = faults_of(
        page, target=TARGET_LARGE if is_large else TARGET, type_px=TYPE_LARGE if is_large else 0
    )
    page.close()
    assert found == []


@pytest.mark.parametrize("screen", [one for one in SCREENS if one.is_for_citizens], ids=lambda one: one.name)
def test_nothing_of_a_citizens_screen_sticks_out_of_a_tiny_or_a_wide_window(
    stage: Stage, screen: Screen
) -> None:
    page = stage.page(screen, TINY, large=True)
    tiny = looking.overflow(page)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    wide = looking.overflow(page)
    page.close()
    assert (max(tiny, 0), max(wide, 0)) == (0, 0)


@pytest.mark.parametrize(
    "screen", [one for one in SCREENS if not one.is_for_citizens], ids=lambda one: one.name
)
@pytest.mark.parametrize("at", ["desk", "phone"])
def test_a_screen_of_the_console_can_be_used_by_everybody(stage: Stage, screen: Screen, at: str) -> None:
    is_phone = at == "phone"
    page = stage.page(screen, NARROW if is_phone else WIDE)
    looking.keep(page, screen.name + ("-390" if is_phone else ""))
    # For a mouse it is enough what axe asks for: 24 px, or room around.
    found = faults_of(page, target=TARGET if is_phone else 0)
    page.close()
    assert found == []
