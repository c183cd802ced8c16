"""What can be measured on a screen as it is drawn: axe's rules, sizes of targets and of type, overflow. And pictures."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page

from tests.e2e.people import SCREENS as PICTURES

_AXE = Axe()

_SMALL_TARGETS = """least => {
  const seen = new Set(), small = [];
  for (let one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (one.type === "checkbox" || one.type === "radio" || one.type === "file")
      one = [...one.labels].sort((a, b) => b.offsetHeight - a.offsetHeight)[0] || one;
    if (seen.has(one)) continue;
    seen.add(one);
    const style = getComputedStyle(one), over = getComputedStyle(one, "::after");
    // A link that lies over the whole row it stands in is as large as the row.
    const covers = over.content !== "none" && over.position === "absolute" && over.top === "0px" && over.bottom === "0px";
    let drawn = one;
    while (covers && drawn !== document.body && getComputedStyle(drawn).position === "static") drawn = drawn.parentElement;
    const box = drawn.getBoundingClientRect();
    if (!box.width || !box.height || style.visibility === "hidden" || box.right < 0 || box.bottom < 0) continue;
    // A link within a sentence is as high as the sentence.
    const words = one.parentElement.textContent.trim().length > one.textContent.trim().length + 1;
    if (one.tagName === "A" && style.display === "inline" && words) continue;
    if (box.height < least - 0.5 || box.width < least - 0.5)
      small.push(Math.round(box.width) + "x" + Math.round(box.height) + " " + one.outerHTML.slice(0, 120));
  }
  return small;
}"""

_SMALL_TYPE = """([size, leading]) => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || one.closest("script, style, .unseen, .skip, [aria-hidden=true]")) continue;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one), px = parseFloat(style.fontSize);
    if (!box.width || !box.height) continue;
    const high = style.lineHeight === "normal" ? 1.3 : parseFloat(style.lineHeight) / px;
    if (px < size - 0.1 || high < leading - 0.01) found.push(px + "/" + high.toFixed(2) + " " + one.outerHTML.slice(0, 120));
  }
  return found;
}"""


def violations(page: Page, *, by_mouse: bool = False) -> list[str]:
    """What axe finds, one line each: the rule and where.

    `by_mouse`: targets of 24 px or as far apart too, which axe leaves out unless it is asked.
    """
    rules = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": by_mouse}}}
    found: list[dict[str, Any]] = _AXE.run(page, options=rules).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def small_targets(page: Page, least: int) -> list[str]:
    """What is to be tapped and is smaller than `least` CSS pixels in either direction."""
    return list(page.evaluate(_SMALL_TARGETS, least))


def small_type(page: Page, size: float, leading: float = 1.3) -> list[str]:
    """Words set smaller than `size` CSS pixels, or in lines closer than `leading`."""
    return list(page.evaluate(_SMALL_TYPE, [size, leading]))


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def resized(page: Page, size: tuple[int, int]) -> Page:
    """The same page in a window of another size, drawn anew, as when somebody comes back to it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow'))")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page


def keep(page: Page, name: str) -> None:
    """Keep a picture for the documents when SCREENS is set: test runs leave the tree as it is."""
    if not os.environ.get("SCREENS"):
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken = Image.open(BytesIO(page.screenshot(animations="disabled")))
    # Few colours are plenty for a screen, and a fraction of the size.
    taken.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)
