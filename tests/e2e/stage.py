"""What the screens show: a citizen with cases in several states, signs, messages, and staff who are signed in."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kit.clock import SystemClock, local
from kit.references import find_references
from tests.e2e.people import NARROW, Console
from tests.e2e.published import publish_months
from tests.e2e.screens import CITIZEN, NOBODY, Screen
from tests.e2e.stage_permits import SIGN, apply_for, banner, sent
from tests.e2e.system import System

OPENID = "o_citizen_screens1"
STORY = "菜场北门早上六点起有七八个摊位占着人行道，轮椅和婴儿车只能走到车道上，很危险。"
ANSWER = "今天下午三点到现场，摊主已经搬进市场里经营，人行道已清理。我们每天早晚各巡查一次。"


class Stage:
    """One running system, and a browser context for everybody who is looked at. Contexts are made when asked for.

    `names` are what the paths of screens may name.
    """

    def __init__(self, system: System, browser: Browser) -> None:
        self._system = system
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}
        self._tabs: dict[str, Page] = {}
        self.names = self._made()

    def page(self, screen: Screen, size: tuple[int, int], *, large: bool = False) -> Page:
        """The screen, loaded and prepared. Who looks at it keeps one tab: a new one takes three times as long."""
        page = self._tab(screen.who)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        self._print_size(page.context, large=large)
        answer = page.goto(self._system.url + screen.path.format(**self.names))
        assert answer is not None
        assert answer.status == screen.status, (screen.name, answer.status, page.url)
        if screen.prepare is not None:
            screen.prepare(page)
        return page

    def _tab(self, who: str) -> Page:
        """As if newly opened: nothing remembered, the mouse away."""
        if who not in self._tabs:
            self._tabs[who] = self._context(who).new_page()
        tab = self._tabs[who]
        if tab.url.startswith(self._system.url):
            tab.evaluate("sessionStorage.clear()")
            tab.mouse.move(-1, -1)
        return tab

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _made(self) -> dict[str, str]:
        rows = self._system.rows
        case, open_case = (
            self._file(STORY, with_photo=True),
            self._file("夜里十一点工地还在施工，太吵，连着三天了", with_photo=False),
        )
        self._work_through(case)
        publish_months(self._system, 202608, 202609, 202610)
        desk_case = str(rows("select reference from complaint where state = 'assigned' limit 1")[0][0])
        self._refer(open_case)
        return {
            "case": case,
            "open_case": open_case,
            "inquiry": self._ask(),
            "request": self._request(),
            "code": str(rows("select code from scene_code where title = '老街面馆店招'")[0][0]),
            "delivery": str(
                rows("select id from delivery where recipient_kind = 'account' order by id limit 1")[0][0]
            ),
            "campaign": str(rows("select id from campaign limit 1")[0][0]),
            "desk_case": desk_case,
            "order": str(rows("select reference from work_order limit 1")[0][0]),
            "order_case": str(
                rows(
                    "select reference from complaint where id = (select complaint_id from work_order limit 1)"
                )[0][0]
            ),
            **self._know(),
            **apply_for(self._context(CITIZEN).request, self._system.url),
            "exchange": str(rows("select id from exchange_message order by id limit 1")[0][0]),
            **self._permits(),
            **self._granted(),
        }

    def _granted(self) -> dict[str, str]:
        """A sign of the citizen's that was registered and a permit that was granted to them; and one that holds today."""
        http, url, rows = self._context(CITIZEN).request, self._system.url, self._system.rows
        sign, permit = sent(http, url, SIGN), sent(http, url, banner(local(SystemClock().now()).date()))
        for login, reference, move in (
            ("chuangkou", sign, "register"),
            ("chuangkou", permit, "accept"),
            ("shenpi", permit, "grant"),
        ):
            page = self._context(login).new_page()
            page.goto(f"{url}/console/permits/{reference}")
            page.locator(f"#act-{move}").evaluate("one => { one.open = true }")
            page.locator(f"form[action$='/{move}'] button.primary").click()
            expect(page.locator(f"form[action$='/{move}']")).to_have_count(0)
            page.close()
        own = "(select id from permit_application where reference = '{}')"
        [[sign_id, code]] = rows(f"select id, code from sign where application_id = {own.format(sign)}")
        [[permit_id]] = rows(f"select id from permit where application_id = {own.format(permit)}")
        return {
            "own_sign": str(sign_id),
            "sign_code": str(code),
            "own_permit": str(permit_id),
            "holding_code": str(rows("select code from permit where kind = 'stall' limit 1")[0][0]),
        }

    def _permits(self) -> dict[str, str]:
        """What the demo's people have applied for, and a form that was begun at the window."""
        page = self._context("chuangkou").new_page()
        page.goto(f"{self._system.url}/console/permits/new")
        page.locator("form[action$=stall] button").click()
        page.wait_for_url("**/permits/drafts/**")
        draft = page.url.rpartition("/")[2].partition("?")[0]
        page.close()

        def one(words: str) -> str:
            return str(self._system.rows(f"select {words} limit 1")[0][0])

        return {
            "permit": one("reference from permit_application where state = 'surveyed'"),
            "new_permit": one(
                "reference from permit_application where state = 'submitted' and kind = 'stall'"
            ),
            "window_draft": draft,
            "survey": one("id from permit_survey where recorded_at is null"),
            "asked": one("id from co_signature where state = 'asked' and unit = 'traffic_police'"),
            "held_permit": one("id from permit"),
            "paper": one("id from issued_document where kind = 'acceptance' and voided_at is null"),
            "penalty_case": one("reference from penalty_case where state = 'notified'"),
            "penalty_proposed": one("reference from penalty_case where state = 'proposed'"),
            "project": one("id from project"),
            "project_code": one("code from project"),
            "planned_visit": one("id from enterprise_visit where state = 'planned'"),
            "ended_visit": one("id from enterprise_visit where state = 'ended'"),
        }

    def _know(self) -> dict[str, str]:
        """An entry that was changed, another change ready to be published, and a draft that waits for a look at the law."""
        editor, reviewer = self._context("bianji").new_page(), self._context("fazhi").new_page()
        here, rows = f"{self._system.url}/console/knowledge", self._system.rows
        entries = [str(row[0]) for row in rows("select slug from knowledge_entry order by slug limit 3")]
        drafts = [self._reworded(editor, here, slug) for slug in entries]
        for draft in drafts[:2]:
            reviewer.goto(f"{here}/drafts/{draft}")
            reviewer.locator("form[action$=approve_law] button").click()
            expect(reviewer.locator("main [role=status]").first).to_be_visible()
        editor.goto(f"{here}/publish?draft={drafts[0]}")
        editor.locator("#publish-reason").fill("市民常这样问")
        editor.locator("aside button.primary").click()
        editor.wait_for_url("**/releases/**")
        release = editor.url.rpartition("/")[2].partition("?")[0]
        for page in (editor, reviewer):
            page.close()
        return {"entry": entries[0], "release": release, "ready_draft": drafts[1], "draft": drafts[2]}

    def _reworded(self, editor: Page, here: str, slug: str) -> str:
        """A draft of one more way to ask, which an editor stands for."""
        editor.goto(f"{here}/entries/{slug}/edit")
        known = editor.locator("#phrasings").input_value()
        editor.locator("#phrasings").fill(f"{known}\n请问{known.splitlines()[0]}来着")
        editor.locator("main form[method=post] button.primary").click()
        editor.locator("form[action$=approve_edit] button").click()
        expect(editor.locator("main [role=status]").first).to_be_visible()
        return editor.url.rpartition("/")[2].partition("?")[0]

    def _file(self, story: str, *, with_photo: bool) -> str:
        # Without scripts: the plainest way through the form.
        known = self._context(CITIZEN).storage_state()
        context = self._browser.new_context(storage_state=known, java_script_enabled=False, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{self._system.url}/h5/file")
        page.locator("#story").fill(story)
        page.locator("#place").fill("湖滨路菜场北门")
        if with_photo:
            picture = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo("#7d8f69")}
            page.locator("#photos").set_input_files([picture])  # type: ignore[list-item]
        page.locator("#filing button.primary").click()
        page.wait_for_url("**/h5/filed/**")
        reference = str(find_references(page.locator("main").inner_text())[0])
        context.close()
        return reference

    def _ask(self) -> str:
        page = self._context(CITIZEN).new_page()
        page.goto(f"{self._system.url}/h5/ask/message")
        page.locator("#words").fill("小区门口能不能临时摆三天展台？要找谁批？")
        page.locator("main button.primary").click()
        expect(page.locator("main [role=status]")).to_contain_text("LY")
        reference = str(find_references(page.locator("main").inner_text())[0])
        page.close()
        return reference

    def _request(self) -> str:
        page = self._context(CITIZEN).new_page()
        page.goto(f"{self._system.url}/h5/data/correct")
        page.locator("main textarea").fill("地点写错了，是菜场南门；电话请改成 13900001111。")
        page.locator("main button.primary").click()
        expect(page.locator("main [role=status]").first).to_be_visible()
        reference = str(find_references(page.locator("main").inner_text())[0])
        page.close()
        return reference

    def _work_through(self, reference: str) -> None:
        for login, acts in (
            (
                "diaodu",
                (
                    ("accept", {"category": {"label": "占道经营"}}),
                    ("assign", {"assignee": {"label": "王强"}}),
                ),
            ),
            ("banli", (("answer", {"answer": ANSWER}),)),
        ):
            page = self._context(login).new_page()
            console = Console(page, self._system)
            console.open(reference)
            for move, given in acts:
                console.act(move, **given)
                expect(page.locator(f"#act-{move}")).to_have_count(0)
            page.close()

    def _refer(self, reference: str) -> None:
        page = self._context("diaodu").new_page()
        page.goto(f"{self._system.url}/console/exchange/refer/{reference}")
        page.locator("#reason").fill("工地夜间施工许可归住建部门，请转办。")
        page.locator("main button.primary").click()
        page.wait_for_url(f"**/console/cases/{reference}")
        page.close()

    def _context(self, who: str) -> BrowserContext:
        if who not in self._contexts:
            context = self._browser.new_context(
                viewport={"width": NARROW[0], "height": NARROW[1]},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )
            # What publishing would do takes seconds where the processors have something else to do.
            context.set_default_timeout(10_000 if who in (CITIZEN, NOBODY) else 60_000)
            self._contexts[who] = context
            if who != NOBODY:
                self._sign_in(context, who)
        return self._contexts[who]

    def _sign_in(self, context: BrowserContext, who: str) -> None:
        page = context.new_page()
        if who == CITIZEN:
            self._system.control("citizens", {"openid": OPENID, "name": "梅"})
            wanted = quote(f"{self._system.url}/h5/me")
            page.goto(f"{self._system.standin_url}/phone/browser?openid={OPENID}&url={wanted}")
            expect(page.locator("main h1")).to_be_visible()
        else:
            Console(page, self._system).log_in(who, self._system.password)
        page.close()

    def _print_size(self, context: BrowserContext, *, large: bool) -> None:
        value = "large" if large else "normal"
        context.add_cookies([{"name": "cg_print", "value": value, "domain": "127.0.0.1", "path": "/h5"}])


def photo(colour: str) -> bytes:
    """A picture of nothing in particular."""
    image = Image.new("RGB", (640, 480), colour)
    ImageDraw.Draw(image).rectangle((60, 260, 580, 440), fill="#5b5148")
    made = BytesIO()
    image.save(made, "JPEG")
    return made.getvalue()
