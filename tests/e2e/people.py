"""A citizen with the demo phone and a clerk at the console, both in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.e2e.system import ROOT, System
from tests.e2e.weixin import REFERENCE

SCREENS = ROOT / "docs" / "screens"
WIDE, NARROW = (1280, 800), (390, 844)
SOON_MS = 10_000
PUSHED_MS = 20_000
NONE_OF_THESE = "都不是，接着填"
REPLIES = '[data-testid="phone-bubble"][data-from="account"]:not([data-testid="phone-push"] *)'
"""What the account answered. A push may come at any moment, so a reply is never told by its place alone."""

expect.set_options(timeout=SOON_MS)


@contextmanager
def page_of(browser: Browser, size: tuple[int, int] = WIDE) -> Iterator[Page]:
    """A browser of its own: no cookie or memory shared. Whatever a page complains of fails the test."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(SOON_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
    page.on(
        "response",
        lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )
    try:
        yield page
    finally:
        context.close()
    assert not complaints, complaints


def _is_complaint(said: ConsoleMessage) -> bool:
    """An error of ours. A page in the phone's browser does not get the focus it asks for, which is as it should be."""
    harmless = ["Blocked autofocusing"]
    if os.environ.get("SCREENS"):
        # To stop animations for a picture the browser's driver writes a style that our policy refuses.
        harmless.append("Applying inline style violates")
    return said.type == "error" and not said.text.startswith(tuple(harmless))


def picture(page: Page, name: str) -> None:
    """Keep a picture for the documents, in both sizes, when SCREENS is set: test runs leave the tree as it is."""
    if not os.environ.get("SCREENS"):
        return
    SCREENS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    for (width, height), suffix in ((WIDE, ""), (NARROW, f"-{NARROW[0]}")):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        taken = Image.open(BytesIO(page.screenshot(animations="disabled")))
        # 256 colours are plenty for a screen, and a quarter of the size.
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            SCREENS / f"{name}{suffix}.png", optimize=True
        )
    page.set_viewport_size(size or {"width": WIDE[0], "height": WIDE[1]})
    page.wait_for_timeout(200)


def reply_after(replies: Locator, before: int) -> str:
    """What is answered to one message, when `before` were answered ahead of it."""
    expect(replies).to_have_count(before + 1)
    return replies.nth(before).inner_text()


def the_push(pushes: Locator, *words: str) -> Locator:
    """Wait for the one push with all the words."""
    for word in words:
        pushes = pushes.filter(has_text=word)
    expect(pushes).to_have_count(1, timeout=PUSHED_MS)
    return pushes


class Phone:
    """The demo phone. `taps` counts what the citizen did; a word typed and sent is one."""

    def __init__(self, page: Page, system: System) -> None:
        self.page = page
        self.taps = 0
        page.goto(f"{system.standin_url}/phone")
        expect(self.replies).to_have_count(1)  # the greeting

    @property
    def replies(self) -> Locator:
        return self.page.locator(REPLIES)

    @property
    def pushes(self) -> Locator:
        return self.page.get_by_test_id("phone-push")

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.click()

    def tap_through(self, *steps: Locator) -> str:
        """Tap one after the other; the account's reply to the last."""
        before = self.replies.count()
        for step in steps:
            self.tap(step)
        return reply_after(self.replies, before)

    def phrase(self, words: str) -> str:
        return self.tap_through(self.page.get_by_test_id("phone-phrase").filter(has_text=words))

    def say(self, words: str) -> str:
        self.page.get_by_test_id("phone-input").fill(words)
        return self.tap_through(self.page.get_by_test_id("phone-send"))

    def send_photo(self) -> str:
        return self.tap_through(self._plus, self.page.get_by_test_id("phone-photo-sample").first)

    def send_place(self) -> str:
        said = self.tap_through(self._plus, self.page.get_by_test_id("phone-location-sample").first)
        # Whoever filed there before may not be done yet.
        return self.say(NONE_OF_THESE) if NONE_OF_THESE in said else said

    def press(self, *path: int) -> str:
        """A button of the account's menu, by its place."""
        names = ["phone-menu-" + "-".join(map(str, path[: depth + 1])) for depth in range(len(path))]
        return self.tap_through(*(self.page.get_by_test_id(name) for name in names))

    def is_pushed(self, *words: str) -> None:
        """Wait for a push with all the words."""
        the_push(self.pushes, *words)

    @property
    def _plus(self) -> Locator:
        return self.page.get_by_test_id("phone-plus")


class Console:
    """Somebody of the staff."""

    def __init__(self, page: Page, system: System) -> None:
        self.page = page
        self.url = f"{system.url}/console"

    def log_in(self, login: str, password: str) -> None:
        self.page.goto(f"{self.url}/")
        self.page.locator("#login").fill(login)
        self.page.locator("#password").fill(password)
        self.page.get_by_role("button", name="登录").click()
        # Wherever their roles lead them first.
        expect(self.page.locator(".whoami")).to_be_visible()

    def open(self, reference: str) -> None:
        self.page.goto(f"{self.url}/cases")
        self.page.locator("#find").fill(reference)
        self.page.get_by_role("button", name="查找").click()
        expect(self.page.locator("h1")).to_contain_text(reference)

    def act(self, move: str, **given: Any) -> None:
        """Fill in one of the forms under "next step", send it, and see the page that comes back."""
        act = self.page.locator(f"#act-{move}")
        if act.get_attribute("open") is None:
            act.locator("summary").click()
        for name, value in given.items():
            field = act.locator(f"#{move}-{name}")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(**value)
            else:
                field.fill(value)
        # An earlier act's words may still be there: the page looked at has to be a new one.
        self.page.locator("main").evaluate("main => main.setAttribute('data-before', '')")
        act.locator("button:not([type=button])").click()
        expect(self.page.locator("main[data-before]")).to_have_count(0)
        expect(self.page.get_by_role("status").first).to_be_visible()

    def log_out(self) -> None:
        self.page.get_by_role("button", name="退出").click()
        expect(self.page.locator("#login")).to_be_visible()


def reference_in(text: str) -> str:
    found = re.search(REFERENCE, text)
    assert found is not None, text
    return found[0]
