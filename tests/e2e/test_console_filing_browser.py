"""A patrol with a phone, in a real browser: filed and closed on the spot, with the network away in between."""

from __future__ import annotations

from contextlib import closing

from playwright.sync_api import Browser, expect

from tests.e2e.people import NARROW, Console
from tests.e2e.stage import photo
from tests.e2e.system import System


def test_a_patrol_closes_on_the_spot_and_nothing_is_lost_without_a_signal(
    shared_system: System, browser: Browser
) -> None:
    story = "湖滨路口非机动车道上倒了一排共享单车，骑车的人绕到机动车道上"
    # Not `page_of`: what the browser says of a network that is away is no complaint.
    size = {"width": NARROW[0], "height": NARROW[1]}
    context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    with closing(context):
        page = context.new_page()
        console = Console(page, shared_system)
        console.log_in("wangge", shared_system.password)
        page.goto(f"{shared_system.url}/console/cases/new")
        shots = {name: {"name": f"{name}.jpg", "mimeType": "image/jpeg"} for name in ("before", "after")}
        page.locator("#taking-photos").set_input_files([{**shots["before"], "buffer": photo("#7d8f69")}])
        # Hints that do not arrive are no form that waits to be sent.
        page.route("**/console/cases/new/hints", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            page.fill("#taking-story", story)
        page.wait_for_timeout(100)
        assert page.evaluate("document.querySelector('form.taking').dataset.unsent") is None
        page.unroute("**/console/cases/new/hints")
        page.fill("#taking-place", "湖滨路口")
        page.locator("#taking-place").press("Tab")
        expect(page.locator("#taking-hints button")).to_be_visible()
        page.locator("#taking-hints button").click()
        page.locator(".on-spot-tick input").check()
        page.fill("#taking-answer", "已扶正并挪到停放区。")
        page.locator("#taking-after_photos").set_input_files([{**shots["after"], "buffer": photo("#44607c")}])
        expect(page.locator(".picked img")).to_have_count(2)
        page.wait_for_timeout(400)  # what is typed is kept a moment later
        # The page is left and opened again: words, choice and both photos are still there.
        with page.expect_request("**/console/cases/new/hints"):
            page.reload()
        expect(page.locator(".picked img")).to_have_count(2)
        expect(page.locator("#taking-story")).to_have_value(story)
        expect(page.locator(".on-spot-tick input")).to_be_checked()
        assert page.locator("#taking-category").input_value()
        page.route(
            "**/console/cases/new",
            lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
        )
        page.locator(".taking-send button.primary").click()
        expect(page.locator(".lost")).to_be_visible()
        page.unroute("**/console/cases/new")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator(".taken-code")).to_have_count(1)
        expect(page.locator("main")).to_contain_text("已办结")
        page.goto(f"{shared_system.url}/console/cases/new")
        expect(page.locator("#taking-story")).to_have_value("")
    found = shared_system.rows("select state, source from complaint where story = '" + story + "'")
    assert [tuple(row) for row in found] == [("closed", "patrol")]
