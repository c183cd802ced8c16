"""The doors: what axe and schemathesis find, what pages and the API's create cost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import api_create, pages
from benchmarks.api_create import ours, tokens_of
from benchmarks.report import Figure, median
from benchmarks.servers import our_service, postgres
from benchmarks.traffic import Account

ROUNDS = 3
EXAMPLES = 25


def axe_violations() -> int:
    """Over every screen: the citizens' in both sizes of print, the console's on desk and phone, all that folds open."""
    from playwright.sync_api import sync_playwright

    from tests.e2e import looking
    from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
    from tests.e2e.people import NARROW, WIDE
    from tests.e2e.screens import SCREENS
    from tests.e2e.stage import Stage
    from tests.e2e.system import System

    folder = Path(tempfile.mkdtemp(prefix="cgs-"))
    system = System(folder)
    found: list[str] = []
    try:
        system.set_up()
        system.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
            stage = Stage(system, browser)
            for screen in SCREENS:
                looks = (
                    [(NARROW, False), (NARROW, True), (WIDE, False)]
                    if screen.is_for_citizens
                    else [(WIDE, False), (NARROW, False)]
                )
                for size, is_large in looks:
                    page = stage.page(screen, size, large=is_large)
                    found += [f"{screen.name} {size[0]} {one}" for one in looking.violations(page)]
                    page.close()
            stage.close()
            browser.close()
    finally:
        system.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"axe: {len(SCREENS)} screens, {len(found)} violations", *found[:20], sep="\n  ")
    return len(found)


def schemathesis_failures() -> int:
    """Of every operation of the document, by what fits it and what does not, with a token and without."""
    from tests.schema_run import run

    with our_service(Account()) as (port, _, folder):
        tokens = tokens_of(f"sqlite://{folder / 'chengguan.db'}", folder)[:2]
        cases, failures = run(
            f"http://127.0.0.1:{port}/api/v1/openapi.json", tokens=tokens, examples=EXAMPLES
        )
    print(
        f"schemathesis: {cases} requests, {len(failures)} failures",
        *(one[:200] for one in failures[:20]),
        sep="\n  ",
    )
    return len(failures)


def create_cpu_ratio() -> float:
    """Ours over the peer's, rounds interleaved."""
    ratios = []
    for _ in range(ROUNDS):
        with postgres() as url, ours(url) as (port, pid, tokens):
            mine = api_create.cost_us(port, pid, tokens, "Bearer")
        with postgres() as url, api_create.peer(url) as (port, pid, tokens):
            theirs = api_create.cost_us(port, pid, tokens, "Token")
        print(f"CPU us a create: ours {mine:.0f}, Django REST framework {theirs:.0f}")
        ratios.append(mine / theirs)
    return median(ratios)


def measure() -> Iterator[Figure]:
    """Everything about the doors."""
    yield Figure("doors", "axe_violations", axe_violations(), "violations", 0)
    yield Figure("doors", "schemathesis_failures", schemathesis_failures(), "failures", 0)
    yield from pages.measure()
    yield Figure("doors", "api_create_cpu_vs_drf", create_cpu_ratio(), "ratio", 0.35)
