"""The map of cases over real HTTP and in Debian's Chromium: who sees what, clusters, heat, the keyboard, a base map."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from app.models import MODEL_MODULES
from app.shipped import SHIPPED_PROFILE
from casework.actors import system
from casework.areas.actions import import_areas
from casework.areas.kinds import AreaKind
from casework.areas.places import load_places
from casework.areas.profile import BaseMap
from casework.areas.reading import Properties, read_areas
from casework.complaints.filing import submit
from casework.complaints.models import Complaint
from casework.complaints.place import Position
from casework.complaints.views import ComplaintView
from casework.roles import Role
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from tests.casework_setting import CITIZEN, words
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, console_on
from tests.e2e.test_console_browser import DESK, browsing
from web.console.map_door import MapDoor

CITY = "119.9,30.0,120.4,30.5"
BASE = BaseMap(
    name="试用底图",
    approval="GS（2026）0000号",
    tiles=("https://t{s}.tiles.example/{z}/{x}/{y}.png?tk={key}",),
    servers="01",
    datum="gcj02",
)


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    for kind in AreaKind:
        content = (SHIPPED_PROFILE / "areas" / f"{kind.value}.geojson").read_bytes()
        await import_areas(database, system(), kind, read_areas(content, Properties(), "gcj02"))
    async with console_on(database, tmp_path, map=MapDoor(await load_places())) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("banli", "王强", (Role.HANDLER, "street"))
        yield setting
    await database.close()


async def filed(console: ConsoleSetting, latitude: float, longitude: float, unit: str = "") -> ComplaintView:
    """A case at a place in WGS-84, with a unit if one is named."""
    desk = replace(console.door.desk, places=console.door.map.places)
    view = await submit(desk, CITIZEN, words(position=Position(latitude, longitude, "wgs84")))

    async def give(change: Change) -> None:
        await Complaint.filter(id=view.id).update(unit=unit)

    if unit:
        await console.door.db.change(give)
    return view


async def counted(clerk: Clerk, query: str = "") -> int:
    answer = await clerk.get(f"/console/map/cells?box={CITY}&zoom=12&{query}")
    return sum(json.loads(answer.text)["cells"][1::2])


async def test_the_map_counts_and_names_only_what_its_reader_may_see(console: ConsoleSetting) -> None:
    await filed(console, 30.245, 120.142)
    theirs = await filed(console, 30.2451, 120.1421, unit="street")
    outside = await filed(console, 30.245, 120.3, unit="night")
    async with console.client() as anybody:
        assert (await anybody.get("/console/map/cells", follow=False)).status == 303
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        assert await counted(clerk) == 3
        assert await counted(clerk, "area=outside") == 1
        assert await counted(clerk, "state=closed") == 0
        page = await clerk.get("/console/map?unit=night")
        assert outside.reference in page.text
        assert "在各区域之外" in page.text
        assert theirs.reference not in page.text
        case = await clerk.get(f"/console/cases/{outside.reference}")
        assert "在本单位各区域之外" in case.text
        case = await clerk.get(f"/console/cases/{theirs.reference}")
        assert re.search(r"街道 · \w+网格", case.text)
        bad = await clerk.get("/console/map?state=nonsense")
        assert bad.status == 400
        for query in ("box=1,2,3&zoom=5", f"box={CITY}&zoom=99", "box=nan,0,1,1&zoom=5"):
            assert (await clerk.get(f"/console/map/cells?{query}")).status == 422
        version = console.door.map.places.atlas.version
        street = await clerk.get(f"/console/map/areas/{version}/street")
        assert len(json.loads(street.text)["features"]) == 12
        assert "immutable" in street.headers["cache-control"]
        assert "immutable" not in (await clerk.get("/console/map/areas/0/street")).headers["cache-control"]
        assert (await clerk.get(f"/console/map/areas/{version}/nothing")).status == 404
    async with console.client() as officer:
        await officer.log_in("banli")
        assert await counted(officer) == 1
        spots = json.loads((await officer.get(f"/console/map/spots?box={CITY}")).text)
        assert [one["reference"] for one in spots["spots"]] == [theirs.reference]


async def test_an_approved_base_map_comes_with_its_number_and_from_its_servers_alone(
    console: ConsoleSetting, tmp_path: Path
) -> None:
    for key in (None, "k1"):
        with_base = MapDoor(console.door.map.places, BASE, key)
        async with console_on(console.door.db, tmp_path, map=with_base) as other, other.client() as clerk:
            await clerk.log_in("diaodu")
            page = await clerk.get("/console/map")
        policy = page.headers["content-security-policy"]
        if key is None:
            assert "MAP_KEY" in page.text
            assert "tiles.example" not in policy
        else:
            assert "img-src 'self' data: blob: https://t0.tiles.example https://t1.tiles.example;" in policy
            assert "unsafe-inline" not in policy
            assert "审图号：GS（2026）0000号" in page.text
            assert "tk=k1" in page.text


@pytest.mark.browser
async def test_a_clerk_goes_from_clusters_to_heat_to_a_case_with_the_keyboard(
    console: ConsoleSetting,
) -> None:
    for number in range(12):
        await filed(console, 30.245 + number * 0.0001, 120.142)
    far = await filed(console, 30.262, 120.16)
    async with browsing(console, DESK) as page:
        await page.goto("/console/map")
        await page.wait_for_selector("#map[data-loaded]")
        clusters = page.locator(".map-cluster")
        assert sum(map(int, await clusters.all_text_contents())) == 13
        await expect(page.locator(".map-area-name span").first).to_be_visible()
        await expect(page.locator("#spots li")).to_have_count(13)
        # The heat layer, by the keyboard, stands in the address as well.
        await page.locator("#heat").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#heat")).to_have_attribute("aria-pressed", "true")
        await expect(page).to_have_url(re.compile(r"#\d+/[\d.]+/[\d.]+/heat$"))
        await expect(page.locator("#map-scale")).to_be_visible()
        await expect(clusters).to_have_count(0)
        reds = "(one) => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data].some((v, i) => i % 4 === 3 && v > 60)"
        await page.wait_for_function(f"({reds})(document.querySelector('canvas.map-heat'))")
        await page.keyboard.press("Enter")
        # A cluster is opened by the keyboard until single cases show; the list follows.
        one = page.locator(".map-cluster", has_text=re.compile("^1$"))
        for _ in range(4):
            if await page.locator(".map-spot").count():
                break
            loaded = int(await page.locator("#map").get_attribute("data-loaded") or 0)
            await one.focus()
            await page.keyboard.press("Enter")
            await page.wait_for_function(
                "(before) => Number(document.querySelector('#map').dataset.loaded) > before", arg=loaded
            )
        await expect(page.locator("#spots li")).to_have_count(1)
        await page.locator(".map-spot").focus()
        await page.keyboard.press("Enter")
        await page.locator(".leaflet-popup a[href*=cases]").click()
        await expect(page.locator("h1")).to_contain_text(far.reference)
        await expect(page.locator("#case-map .map-spot")).to_be_visible()
        # Back on the map, it stands where it stood; narrowing keeps the place and stands in the address.
        await page.go_back()
        await page.wait_for_selector("#map[data-loaded]")
        await expect(page.locator(".map-spot")).to_have_count(1)
        await page.select_option("select[name=state]", "closed")
        await expect(page.locator(".map-spot")).to_have_count(0)
        await expect(page).to_have_url(re.compile(r"\?state=closed#1\d/"))
        await expect(page.locator("#map-note")).not_to_be_empty()


async def test_a_place_is_corrected_by_a_point_and_what_is_none_is_given_back(
    console: ConsoleSetting,
) -> None:
    case = await filed(console, 30.245, 120.3)
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        for said in ("菜场门口", "30.2", "1230.2, 1.5", "99.5, 99.5"):
            refused = await clerk.act(case.reference, "reclassify", point=said)
            assert refused.status == 422
            assert "坐标没有看懂" in refused.text
            assert f'value="{said}"' in refused.text
        moved = await clerk.act(case.reference, "reclassify", point="120.142，30.245")
        assert "30.245000, 120.142000" in moved.text
        assert "99.5" not in moved.text
