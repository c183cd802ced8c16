"""What pages cost: bytes over the wire and first paint in a real browser, and CPU of the server for one page.

Slow 4G is what Lighthouse's mobile profile calls so: 150 ms round trip, 1.6 Mbit/s down, 750 kbit/s up, CPU slowed
four times. Bytes are those that arrive, compressed, headers included, of all requests of a page.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, async_playwright

from app.core import open_core
from app.doors import desk_of
from app.environment import read_settings
from benchmarks.processes import tree
from benchmarks.report import Figure, median
from benchmarks.servers import our_service
from benchmarks.traffic import Account
from casework.actors import citizen, system
from casework.complaints.filing import NewComplaint, Source, submit
from casework.people.models import Account as Citizen
from casework.people.passwords import Passwords
from casework.people.staff import add_staff
from casework.roles import Role
from kit.db import Change
from kit.http.sessions import Sessions
from kit.valkey import ensure_valkey

CHROMIUM = "/usr/bin/chromium"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
DESK = {"viewport": {"width": 1280, "height": 800}}
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
ROUNDS, CASES, PAGES = 5, 60, 400
FIRST_PAGES = ("/h5/", "/h5/file", "/h5/ask")


@dataclass(frozen=True)
class Served:
    """The service with a citizen and a clerk who are signed in. Cookies are whole `name=value` pairs."""

    port: int
    pids: tuple[int, ...]
    citizen: str
    clerk: str
    reference: str

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def served() -> Iterator[Served]:
    """One web process on SQLite, with cases of several weeks in the queue."""
    with our_service(Account()) as (port, pid, folder):
        citizen_token, clerk_token, reference = asyncio.run(_filled(folder))
        pids = tuple(one for one in tree(pid) if one != pid)
        yield Served(port, pids, f"cg_citizen={citizen_token}", f"cg_staff={clerk_token}", reference)


async def _filled(folder: Path) -> tuple[str, str, str]:
    settings = read_settings({"DATA_DIR": str(folder)}, for_wechat=False)
    async with open_core(settings, ensure_valkey(folder).url) as core:
        db, sessions = core.db, Sessions(core.db, core.keys)
        person = Citizen(id=db.ids.new(), created_at=db.clock.now())

        async def known(_: Change) -> None:
            await person.save(force_create=True)

        await db.change(known)
        desk, reference = desk_of(core), ""
        for number in range(CASES):
            new = NewComplaint(
                account_id=person.id,
                story=f"菜场北门第 {number} 个摊位占道经营，行人只能走到车道上，早上最严重，请派人看看。",
                source=Source.H5,
                place_text=f"湖滨路菜场北门 {number} 号旁",
            )
            reference = (await submit(desk, citizen(person.id), new)).reference
        clerk = await add_staff(
            db, Passwords(), system(), login="paidan", name="陈静", password="a-long-password",
            grants=[(Role.DISPATCHER, None)],
        )  # fmt: skip
        return (
            (await sessions.create("citizen", person.id)).token,
            (await sessions.create("staff", clerk.id)).token,
            reference,
        )


async def _context(
    browser: Browser, served: Served, look: dict[str, Any], cookie: str = ""
) -> BrowserContext:
    context = await browser.new_context(**look)
    if cookie:
        name, _, value = cookie.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": served.at("/")}])
    return context


async def _visit(context: BrowserContext, address: str, *, slowly: bool = False) -> tuple[float, float]:
    """Bytes that arrived in kB, and milliseconds to the first paint of content."""
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    arrived = 0.0

    def note(event: dict[str, Any]) -> None:
        nonlocal arrived
        arrived += event["encodedDataLength"]

    wire.on("Network.loadingFinished", note)
    await wire.send("Network.enable")
    if slowly:
        await wire.send("Network.emulateNetworkConditions", SLOW_4G)
        await wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(address, wait_until="networkidle")
    painted = await page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)[0]"
    )
    await page.close()
    return arrived / 1024, float(painted)


async def _in_the_browser(served: Served) -> tuple[float, float, float, float]:
    """First load and repeat of the heaviest page in kB, slowest first paint in ms, the console's queue in kB."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        first, repeat, paint = [], [], []
        for path in FIRST_PAGES:
            context = await _context(browser, served, PHONE)
            first.append((await _visit(context, served.at(path)))[0])
            repeat.append((await _visit(context, served.at(path)))[0])
            await context.close()
            painted = []
            for _ in range(ROUNDS):
                context = await _context(browser, served, PHONE)
                painted.append((await _visit(context, served.at(path), slowly=True))[1])
                await context.close()
            paint.append(median(painted))
            print(
                f"{path}: first {first[-1]:.1f} kB, repeat {repeat[-1]:.1f} kB, first paint {paint[-1]:.0f} ms"
            )
        context = await _context(browser, served, DESK, served.clerk)
        queue, _ = await _visit(context, served.at("/console/cases"))
        await browser.close()
    return max(first), max(repeat), max(paint), queue


def _cpu_ns(pids: tuple[int, ...]) -> int:
    """Run time of all threads so far; the scheduler counts it in nanoseconds."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
    return total


def cpu_of_pages(served: Served) -> float:
    """The 99th percentile of the server's CPU for one page, in milliseconds, pages of every kind in turn."""
    paths = (
        "/h5/", "/h5/file", "/h5/ask?q=%E9%97%A8%E5%8F%A3%E8%83%BD%E4%B8%8D%E8%83%BD%E6%91%86%E6%91%8A",
        "/h5/cases", f"/h5/cases/{served.reference}", "/h5/me",
    )  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    headers = {"accept": "text/html", "accept-encoding": "gzip", "cookie": served.citizen}

    def one(path: str) -> float:
        before = _cpu_ns(served.pids)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:200])
        # What is done after the last byte belongs to this page too.
        time.sleep(0.002)
        return (_cpu_ns(served.pids) - before) / 1e6

    for path in paths * 5:
        one(path)
    used = sorted(one(paths[number % len(paths)]) for number in range(PAGES))
    return used[int(len(used) * 0.99) - 1]


def measure() -> Iterator[Figure]:
    """Everything about pages."""
    with served() as running:
        cpu = cpu_of_pages(running)
        first, repeat, paint, queue = asyncio.run(_in_the_browser(running))
    yield Figure("doors", "h5_first_load_kb", first, "kB", 60)
    yield Figure("doors", "h5_repeat_kb", repeat, "kB", 15)
    yield Figure("doors", "h5_fcp_ms_slow4g_cpu4x", paint, "ms", 800)
    yield Figure("doors", "h5_html_cpu_ms_p99", cpu, "ms", 10)
    yield Figure("doors", "console_queue_kb", queue, "kB", 60)
