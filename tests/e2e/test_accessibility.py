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
def test_a_citizens_screen_can_be_used_by_everybody(stage: Stage, screen: Screen) -> None:
    page = stage.page(screen, NARROW)
    looking.keep(page, screen.name)
    found = faults_of(page, target=TARGET)
    assert found == []


@pytest.mark.parametrize("screen", [one for one in SCREENS if one.is_for_citizens], ids=lambda one: one.name)
def test_in_large_print_it_can_too_and_nothing_sticks_out_of_a_tiny_or_a_wide_window(
    stage: Stage, screen: Screen
) -> None:
    page = stage.page(screen, NARROW, large=True)
    looking.keep(page, f"{screen.name}-large")
    found = faults_of(page, target=TARGET_LARGE, type_px=TYPE_LARGE)
    sticks_out = {size: looking.overflow(looking.resized(page, size)) for size in (TINY, WIDE)}
    assert found == []
    assert max(sticks_out.values()) <= 0, sticks_out


@pytest.mark.parametrize(
    "screen", [one for one in SCREENS if not one.is_for_citizens], ids=lambda one: one.name
)
def test_a_screen_of_the_console_can_be_used_by_everybody(stage: Stage, screen: Screen) -> None:
    page = stage.page(screen, WIDE)
    looking.keep(page, screen.name)
    # For a mouse it is enough what axe asks for: 24 px, or room around.
    at_desk = faults_of(page, target=0)
    looking.resized(page, NARROW)
    looking.keep(page, f"{screen.name}-390")
    on_phone = faults_of(page, target=TARGET)
    assert (at_desk, on_phone) == ([], [])
