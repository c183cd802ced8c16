"""Waiting for what no locator shows: a value in the page that a script of ours sets, a page whose scripts listen."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from playwright.async_api import Locator, Page


async def comes_to(page: Page, expression: str, wanted: Any = True, within_s: float = 10.0) -> None:
    """Look until `expression` is `wanted`; fails with what it was last.

    `wait_for_function` will not do: when it has to wait, it needs the eval that our pages forbid.
    """
    deadline = time.monotonic() + within_s
    while (found := await page.evaluate(expression)) != wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert found == wanted, expression


async def follow(link: Locator) -> None:
    """Click, and wait until the page it leads to is whole: before that its scripts hear nothing."""
    async with link.page.expect_navigation():
        await link.click()
