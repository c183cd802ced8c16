"""Every screen there is, in one table: what is looked at, measured for accessibility and kept as a picture.

A new page gets a row here. `path` may name what the stage has made: {case} an answered case of the citizen, {open_case}
one still open, {exchange} a message to another platform, {inquiry} a message of theirs, {request} one about their own data, {code} a sign, {campaign} a draft of one, {order} a work order and {order_case} its case, {entry} one of the knowledge base that {release} changed, {draft} one
that waits for a legal reviewer, {ready_draft} one ready to be published, {desk_case} and {desk_inquiry} what a
clerk opens, {permit_draft} and {permit_wrong} forms for a permit that are filled in, {permit_application} one that was sent, {own_permit}
and {own_sign} what was granted, with {sign_code} on the sign, {holding_code} of a permit that holds today.
`prepare` brings the page to where it is to be looked at: a drawer open, a field refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

NOBODY, CITIZEN = "nobody", "citizen"
Prepare = Callable[[Page], None]


@dataclass(frozen=True)
class Screen:
    """One screen. `who`: NOBODY, CITIZEN, or the login of a member of staff. `status` is what the server answers."""

    name: str
    path: str
    who: str = NOBODY
    prepare: Prepare | None = None
    status: int = 200

    @property
    def is_for_citizens(self) -> bool:
        return self.path.startswith("/h5")


def open_all(page: Page) -> None:
    """Everything that can be unfolded."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")


def open_keys(page: Page) -> None:
    """The console's list of keys."""
    page.locator("[data-opens]:not([hidden])").first.evaluate("(button) => button.click()")
    page.wait_for_selector("#keys[open]")


def send_empty(page: Page) -> None:
    """A form sent without anything in it, past what the browser itself would say."""
    page.evaluate("document.querySelectorAll('main form').forEach(one => { one.noValidate = true })")
    page.locator("main form[method=post] button.primary").last.click()
    page.locator("main [aria-invalid=true]:visible, main [role=alert]:visible").first.wait_for()
    page.wait_for_load_state()


def empty_and_send(page: Page) -> None:
    """A step of the form for a permit with one thing taken out of it."""
    page.locator("#fields input[type=text]").first.fill("")
    page.locator("#permit .buttons .primary").click()
    page.locator("#faults").wait_for()


def claim_with_a_wrong_code(page: Page) -> None:
    """An application of the window, with a code that is not on its receipt."""
    page.fill("#reference", "XK-0")
    page.fill("#secret", "AAAA-BBBB")
    page.locator("main form button.primary").last.click()
    page.locator("main [role=alert]").first.wait_for()


def hand_over(page: Page) -> None:
    """The code by which the window goes on with a draft."""
    page.locator('form[action$="/handover"] button').click()
    page.wait_for_load_state()


def draw_an_outline(page: Page) -> None:
    """The map on which a clerk draws how far a place reaches."""
    page.locator("details.outline-map summary").click()
    page.locator("details.outline-map .leaflet-container").wait_for()


def tell_of_danger(page: Page) -> None:
    """Words of danger typed into the form for a complaint."""
    page.fill("#story", "楼下小店着火了")
    page.locator("#danger").wait_for()


def tell_of_a_manhole(page: Page) -> None:
    """A story whose category wants to know more, typed into the form for a complaint."""
    page.fill("#story", "门前那条路上的井盖有问题")
    page.locator("#questions legend").first.wait_for()


def tell_what_is_near(page: Page) -> None:
    """A neighbour has told of the same kind of thing next to the place that is filled into the form."""
    assert page.context.browser is not None
    neighbour = page.context.browser.new_page()
    neighbour.goto(page.url)
    for one in (neighbour, page):
        one.locator("#group label.choice").first.click()
        one.evaluate(
            """() => {
              const fields = document.getElementById("filing").elements;
              [fields.latitude.value, fields.longitude.value, fields.datum.value] = ["30.301", "120.102", "wgs84"];
              fields.place.value = "文渊路口";
              fields.place.dispatchEvent(new Event("input", {bubbles: true}));
            }"""
        )
        if one is neighbour:
            one.locator("#filing button.primary").click()
            one.wait_for_url("**/h5/filed/**")
            one.close()
    page.locator("#near legend").wait_for()


def find_a_category(page: Page) -> None:
    """Part of a name typed beside the list of categories."""
    open_all(page)
    page.locator(".picks-find").first.fill("井")
    page.locator("select[size]").first.wait_for()


def report_nothing(page: Page) -> None:
    """An order reported without a word."""
    page.evaluate("document.querySelectorAll('main form').forEach(one => { one.noValidate = true })")
    page.locator("#act-report").evaluate("one => { one.open = true }")
    page.locator("#act-report button.primary").click()
    page.locator("main [aria-invalid=true]:visible").first.wait_for()


def ask_for_nothing(page: Page) -> None:
    """A correction asked for without an item."""
    page.locator("#act-request_correction").evaluate("one => { one.open = true }")
    page.locator("#act-request_correction button.primary").click()
    page.locator("#act-request_correction .field-wrong:visible").first.wait_for()
    page.wait_for_load_state()


def file_one(page: Page) -> None:
    """A complaint filed by somebody unknown, and all of its receipt."""
    page.fill("#story", "路口摆摊，楼下小店着火了")
    page.fill("#place", "文渊路口")
    page.locator(".bar button").click()
    page.locator("#receipt").wait_for()
    open_all(page)


def unfold_topic(page: Page) -> None:
    """The questions of one category, fetched when it is unfolded."""
    page.locator("#topics .topic").first.click()
    page.locator("#topics .picks a").first.wait_for()


def talk_on(page: Page) -> None:
    """A question, one that goes on with its answer, and one nobody can answer."""
    for count, words in enumerate(("在路边摆摊要先经过批准吗", "那罚多少", "今天天气"), start=1):
        page.fill("#q", words)
        page.press("#q", "Enter")
        page.locator("#turns > li").nth(count - 1).wait_for()


def did_not_help(page: Page) -> None:
    """An answer its reader has no use for."""
    page.locator("button[value=not_helped]").click()
    page.locator(".thanks").wait_for()


def was_not_meant(page: Page) -> None:
    """An answer to something else."""
    page.locator("button[value=not_this]").click()
    page.locator(".thanks").wait_for()


def map_drawn(page: Page) -> None:
    """The map with its areas and cases."""
    page.wait_for_selector("#map[data-loaded]")
    page.wait_for_selector(".map-area-name span")


def heat_shown(page: Page) -> None:
    """The map with its heat layer."""
    map_drawn(page)
    page.locator("#heat").click()
    page.wait_for_selector("#map[data-loaded='2']")


def find_caller(page: Page) -> None:
    """The cases of a caller, found by number."""
    page.fill("#phone", "13800001234")
    page.locator("main form[method=post] button.primary").click()
    page.wait_for_load_state()


def without_receipts(page: Page) -> None:
    """One topic ended, and the offer to take that back."""
    address = page.url
    page.locator("input[name=receipt][value=none]").evaluate("(one) => { one.checked = true }")
    page.locator("main form button.primary").click()
    page.wait_for_load_state()
    page.goto(address)


def take_a_call(page: Page) -> None:
    """What a caller tells, and what is said about it."""
    page.fill("#taking-story", "")
    page.fill("#taking-story", "门前那条路上的井盖有问题")
    page.locator("#taking-hints .taking-questions").wait_for()


def mend_on_the_spot(page: Page) -> None:
    """A patrol who mended the matter, before the photos are taken."""
    page.fill("#taking-story", "湖滨路口有人占道摆摊")
    page.locator(".on-spot-tick input").check()
    page.locator("#taking-hints .taking-hint").wait_for()


def file_for_a_caller(page: Page) -> None:
    """A complaint filed for a caller, and its receipt."""
    page.fill("#taking-story", "湖滨路口有人占道摆摊，楼下小店着火了")
    page.fill("#taking-phone", "13900000000")
    page.locator(".taking-send button.primary").click()
    page.locator(".taken-code").first.wait_for()


def choose_another_entry(page: Page) -> None:
    """Questions asked in vain, and the entries they might belong to."""
    page.locator(".miss-acts a.button").first.click()
    page.locator("#find").wait_for()


def try_a_word(page: Page) -> None:
    """How a sentence is cut with and without a new word."""
    page.fill("#term", "后市街口")
    page.fill("#say", "后市街口能不能摆摊")
    page.locator("button[value=look]").click()
    page.locator("#cuts-title").wait_for()


def wait_till_it_holds(page: Page) -> None:
    """What the demo grants begins two minutes after it was made; when all screens are looked at, that is over."""
    for _ in range(60):
        if page.locator("#verdict").inner_text() == "有效":
            return
        page.wait_for_timeout(2000)
        page.reload()
    raise AssertionError(page.locator("#verdict").inner_text())


def cite_what_was_repealed(page: Page) -> None:
    """An entry that cites a law which is no longer in force."""
    page.fill("#question", "工地灰大谁管？")
    page.fill("#answer", "请拍照投诉。")
    page.fill("#category", "工地道路与建设")
    page.fill("[name='cite.0.law']", "大气污染防治法")
    page.fill("[name='cite.0.article']", "69")
    page.locator("main form[method=post] button.primary").click()
    page.locator("#cite-0-wrong").wait_for()


SCREENS: tuple[Screen, ...] = (
    # ---- anybody with a phone
    Screen("h5-home", "/h5/"),
    Screen("h5-ask", "/h5/ask", prepare=open_all),
    Screen("h5-ask-answered", "/h5/ask?q=在路边摆摊要先经过批准吗", prepare=open_all),
    Screen("h5-ask-unsure", "/h5/ask?q=摆桌子"),
    Screen("h5-ask-lost", "/h5/ask?q=今天天气"),
    Screen("h5-ask-danger", "/h5/ask?q=楼上招牌要掉下来砸到人了"),
    Screen("h5-ask-misconduct", "/h5/ask?q=城管队长收红包"),
    Screen("h5-ask-long", "/h5/ask?q=" + "问" * 250),
    Screen("h5-ask-topic", "/h5/ask", prepare=unfold_topic),
    Screen("h5-ask-talk", "/h5/ask", prepare=talk_on),
    Screen("h5-ask-not-helped", "/h5/ask?q=在路边摆摊要先经过批准吗", prepare=did_not_help),
    Screen("h5-ask-not-this", "/h5/ask?q=在路边摆摊要先经过批准吗", prepare=was_not_meant),
    Screen("h5-search", "/h5/search?q=摆摊"),
    Screen("h5-search-none", "/h5/search?q=量子纠缠"),
    Screen("h5-message", "/h5/ask/message"),
    Screen("h5-message-refused", "/h5/ask/message", prepare=send_empty),
    Screen("h5-project", "/h5/codes/{project_code}"),
    Screen("h5-permits", "/h5/permits"),
    Screen("h5-penalties", "/h5/penalties", CITIZEN),
    Screen("h5-penalty-open", "/h5/penalties/open"),
    Screen("h5-penalty-cases", "/h5/penalty-cases", CITIZEN),
    Screen("h5-permits-lost", "/h5/permits?kind=nothing"),
    Screen("h5-permit-kind", "/h5/permits?kind=stall", prepare=open_all),
    Screen("h5-permit-question", "/h5/permits/check/stall?asked=ground"),
    Screen("h5-permit-not-needed", "/h5/permits/check/stall?q.ground=own"),
    Screen("h5-permit-another", "/h5/permits/check/stall?q.ground=public&q.purpose=works"),
    Screen("h5-permit-needed", "/h5/permits/check/shop_sign?q.change=new&q.kind_of_sign=own"),
    Screen("h5-sign", "/h5/codes/{sign_code}"),
    Screen("h5-visit-code", "/h5/visits"),
    Screen("h5-visit-code-wrong", "/h5/visits?code=2345-6789", status=404),
    Screen("h5-code", "/h5/codes/{code}"),
    Screen("h5-not-found", "/h5/codes/nothing", status=404),
    Screen("h5-file", "/h5/file", prepare=open_all),
    Screen("h5-file-refused", "/h5/file", prepare=send_empty),
    Screen("h5-file-danger", "/h5/file", prepare=tell_of_danger),
    Screen("h5-file-question", "/h5/file", prepare=tell_of_a_manhole),
    Screen("h5-file-near", "/h5/file", prepare=tell_what_is_near),
    Screen("h5-filed", "/h5/file", prepare=file_one),
    Screen("public-figures", "/public/figures"),
    Screen("public-figures-none", "/public/figures?month=2020-01", status=404),
    Screen("public-verify", "/public/verify"),
    Screen("public-verify-none", "/public/verify?q=0000-0000-0000", status=404),
    Screen("public-verified", "/public/verify?q={holding_code}", prepare=wait_till_it_holds),
    Screen("public-verified-fake", "/public/verify/nonsense"),
    Screen("public-promise", "/public/promise"),
    Screen("public-first-violations", "/public/first-violations"),
    Screen("public-hearings", "/public/hearings"),
    # ---- a citizen who has signed in
    Screen("h5-me", "/h5/me", CITIZEN),
    Screen("h5-permit-who", "/h5/permits/drafts/{permit_draft}?step=who", CITIZEN, prepare=open_all),
    Screen("h5-permit-what", "/h5/permits/drafts/{permit_wrong}?step=what", CITIZEN, prepare=empty_and_send),
    Screen("h5-permit-where", "/h5/permits/drafts/{permit_draft}?step=where", CITIZEN, prepare=open_all),
    Screen("h5-permit-papers", "/h5/permits/drafts/{permit_draft}?step=papers", CITIZEN),
    Screen("h5-permit-preview", "/h5/permits/drafts/{permit_draft}?step=preview", CITIZEN),
    Screen("h5-permit-handover", "/h5/permits/drafts/{permit_draft}?step=who", CITIZEN, prepare=hand_over),
    Screen("h5-permit-claim", "/h5/me/permits/claim", CITIZEN, prepare=claim_with_a_wrong_code),
    Screen("h5-identity", "/h5/me/identity", CITIZEN),
    Screen("h5-own-permits", "/h5/me/permits", CITIZEN),
    Screen("h5-own-signs", "/h5/me/signs", CITIZEN),
    Screen("h5-own-sign", "/h5/me/signs/{own_sign}", CITIZEN, prepare=open_all),
    Screen("h5-own-sign-not", "/h5/me/signs/nothing", CITIZEN, status=404),
    Screen("h5-e-permit", "/h5/me/e-permits/{own_permit}", CITIZEN, prepare=open_all),
    Screen("h5-e-permit-shown", "/h5/me/e-permits/{own_permit}/show", CITIZEN),
    Screen("h5-own-permit", "/h5/me/permits/{permit_application}?done=submitted", CITIZEN, prepare=open_all),
    Screen("h5-own-permit-not", "/h5/me/permits/nothing", CITIZEN, status=404),
    Screen("h5-case", "/h5/cases/{case}", CITIZEN, prepare=open_all),
    Screen("h5-case-open", "/h5/cases/{open_case}", CITIZEN, prepare=open_all),
    Screen("h5-inquiry", "/h5/cases/{inquiry}", CITIZEN, prepare=open_all),
    Screen("h5-cases", "/h5/cases", CITIZEN),
    Screen("h5-talks", "/h5/cases?kind=talks", CITIZEN),
    Screen("h5-case-rate-refused", "/h5/cases/{case}", CITIZEN, prepare=send_empty),
    Screen("h5-case-dispute", "/h5/cases/{case}/dispute", CITIZEN),
    Screen("h5-case-dispute-refused", "/h5/cases/{case}/dispute", CITIZEN, prepare=send_empty),
    Screen("h5-case-add", "/h5/cases/{open_case}/add", CITIZEN),
    Screen("h5-case-withdraw", "/h5/cases/{open_case}/withdraw", CITIZEN),
    Screen("h5-case-done", "/h5/cases/{open_case}?done=add&danger=1", CITIZEN),
    Screen("h5-receipt", "/h5/receipt"),
    Screen("h5-receipt-refused", "/h5/receipt", prepare=send_empty),
    Screen("h5-logins", "/h5/logins", CITIZEN),
    Screen("h5-correct", "/h5/data/correct", CITIZEN),
    Screen("h5-correct-refused", "/h5/data/correct", CITIZEN, prepare=send_empty),
    Screen("h5-delete", "/h5/data/delete", CITIZEN),
    Screen("h5-notices", "/h5/notices", CITIZEN),
    Screen("h5-notice-choices", "/h5/me/notices", CITIZEN),
    Screen(
        "h5-notices-stopped", "/h5/me/notices?done=stopped&topic=receipt&was=now", CITIZEN, without_receipts
    ),
    Screen("h5-case-from-notice", "/h5/cases/{open_case}?notice=progress", CITIZEN),
    Screen("h5-filed-prompt", "/h5/filed/{open_case}", CITIZEN),
    Screen("h5-notices-link-gone", "/h5/notices/stop/old", status=410),
    Screen("h5-data", "/h5/data", CITIZEN, prepare=open_all),
    # ---- the console
    Screen("console-login", "/console/login"),
    Screen("console-queue", "/console/cases", "diaodu"),
    Screen("console-tasks", "/console/cases?tab=mine", "banli"),
    Screen("console-queue-narrowed", "/console/cases?tab=free&urgency=ordinary", "diaodu"),
    Screen("console-queue-found", "/console/cases?find=湖滨路", "diaodu"),
    Screen("console-queue-wrong", "/console/cases?find=QS-TS-1", "diaodu", status=422),
    Screen("console-queues", "/console/queues", "diaodu"),
    Screen("console-several", "/console/several?move=assign&case={desk_case}.3", "diaodu"),
    Screen("console-several-refused", "/console/several?move=accept", "diaodu", status=422),
    Screen("console-keys", "/console/cases", "diaodu", prepare=open_keys),
    Screen("console-case-picker", "/console/cases/{desk_case}", "diaodu", prepare=find_a_category),
    Screen("console-case", "/console/cases/{desk_case}", "diaodu", prepare=open_all),
    Screen("console-answering", "/console/cases/{desk_case}", "shizheng", prepare=open_all),
    Screen("console-taking", "/console/cases/new", "chuangkou", prepare=take_a_call),
    Screen("console-taking-refused", "/console/cases/new", "lingdao", prepare=send_empty),
    Screen("console-taking-round", "/console/cases/new", "wangge", prepare=mend_on_the_spot),
    Screen("console-taken", "/console/cases/new", "diaodu", prepare=file_for_a_caller),
    Screen("console-map", "/console/map?state=all", "diaodu", prepare=map_drawn),
    Screen("console-map-heat", "/console/map?state=all", "diaodu", prepare=heat_shown),
    Screen("console-visits", "/console/visits", "diaodu", prepare=open_all),
    Screen("console-orders", "/console/orders", "waibao"),
    Screen("console-penalties", "/console/penalties", "banli"),
    Screen("console-penalty-new", "/console/penalties/new", "banli"),
    Screen("console-penalty-cases", "/console/penalty-cases", "banli"),
    Screen("console-penalty-case", "/console/penalty-cases/{penalty_case}", "banli", prepare=open_all),
    Screen(
        "console-penalty-case-decide",
        "/console/penalty-cases/{penalty_proposed}",
        "lingdao",
        prepare=open_all,
    ),
    Screen("console-penalty-case-new", "/console/penalty-cases/new", "banli"),
    Screen("console-penalty-case-refused", "/console/penalty-cases/new", "banli", prepare=send_empty),
    Screen("console-order", "/console/orders/{order}", "waibao", prepare=open_all),
    Screen("console-order-refused", "/console/orders/{order}", "waibao", prepare=report_nothing),
    Screen("console-order-issue", "/console/orders/new/{order_case}", "shizheng"),
    Screen("console-inquiries", "/console/inquiries", "diaodu"),
    Screen("console-inquiry", "/console/inquiries/{inquiry}", "diaodu", prepare=open_all),
    Screen("console-privacy", "/console/privacy", "diaodu"),
    Screen("console-privacy-request", "/console/privacy/requests/{request}", "guanli", prepare=open_all),
    Screen("console-correct", "/console/privacy/correct/{desk_case}", "diaodu"),
    Screen("console-correct-refused", "/console/privacy/correct/{desk_case}", "diaodu", prepare=send_empty),
    Screen("console-find", "/console/find", "diaodu", prepare=find_caller),
    Screen("console-retention", "/console/privacy/retention", "guanli"),
    Screen("console-restricted", "/console/privacy/restricted", "guanli"),
    Screen("console-dangers", "/console/dangers", "zhiban"),
    Screen("console-deliveries", "/console/deliveries", "lingdao"),
    Screen("console-deliveries-failed", "/console/deliveries?state=failed&reason=expired", "lingdao"),
    Screen("console-delivery", "/console/deliveries/{delivery}", "diaodu"),
    Screen("console-exchange", "/console/exchange", "lingdao"),
    Screen("console-exchange-message", "/console/exchange/{exchange}", "diaodu", prepare=open_all),
    Screen("console-exchange-case", "/console/cases/{open_case}", "diaodu", prepare=open_all),
    Screen("console-refer", "/console/exchange/refer/{desk_case}", "diaodu"),
    Screen("console-refer-refused", "/console/exchange/refer/{desk_case}", "diaodu", prepare=send_empty),
    Screen("console-notices", "/console/notices", "shizheng"),
    Screen("console-templates", "/console/templates", "lingdao"),
    Screen("console-template", "/console/templates/standin-case-progress-long-term-0000000001", "guanli"),
    Screen("console-rules", "/console/rules", "lingdao"),
    Screen("console-rule", "/console/rules/complaint_answered_owner", "guanli", prepare=open_all),
    Screen("console-rule-refused", "/console/rules/complaint_answered_owner", "guanli", prepare=send_empty),
    Screen("console-routing", "/console/routing", "lingdao"),
    Screen("console-routing-rule", "/console/routing/rules/night_noise", "guanli", prepare=open_all),
    Screen("console-routing-refused", "/console/routing/new", "guanli", prepare=send_empty),
    Screen(
        "console-routing-trial",
        "/console/routing/trial?category=living_noise&urgency=urgent&on=2027-01-02&at=22:00",
        "diaodu",
    ),
    Screen("console-postings", "/console/postings", "lingdao"),
    Screen("console-postings-refused", "/console/postings", "lingdao", prepare=send_empty),
    Screen("console-codes", "/console/codes", "lingdao"),
    Screen("console-knowledge", "/console/knowledge?show=no_local", "bianji"),
    Screen("console-knowledge-asked", "/console/knowledge?q=在路边摆摊要先经过批准吗", "lingdao", open_all),
    Screen("console-knowledge-entry", "/console/knowledge/entries/{entry}", "bianji", prepare=open_all),
    Screen("console-knowledge-misses", "/console/knowledge/misses", "bianji"),
    Screen("console-knowledge-cluster", "/console/knowledge/misses", "bianji", prepare=choose_another_entry),
    Screen("console-knowledge-new", "/console/knowledge/new", "bianji", prepare=send_empty),
    Screen("console-knowledge-refused", "/console/knowledge/new", "bianji", prepare=cite_what_was_repealed),
    Screen("console-knowledge-drafts", "/console/knowledge/drafts?turn=ready", "bianji"),
    Screen("console-knowledge-law", "/console/knowledge/drafts", "fazhi"),
    Screen("console-knowledge-draft", "/console/knowledge/drafts/{draft}", "fazhi", prepare=open_all),
    Screen("console-knowledge-publish", "/console/knowledge/publish?draft={ready_draft}", "bianji", open_all),
    Screen("console-knowledge-releases", "/console/knowledge/releases", "lingdao"),
    Screen("console-knowledge-release", "/console/knowledge/releases/{release}", "shenji", prepare=open_all),
    Screen("console-knowledge-back", "/console/knowledge/releases/{release}/back", "bianji"),
    Screen("console-knowledge-terms", "/console/knowledge/terms", "bianji", prepare=try_a_word),
    Screen("console-campaigns", "/console/campaigns", "bianji"),
    Screen("console-campaign", "/console/campaigns/{campaign}", "lingdao", prepare=open_all),
    Screen("console-campaign-new", "/console/campaigns/new", "bianji"),
    Screen("console-campaign-refused", "/console/campaigns/new", "bianji", prepare=send_empty),
    Screen("console-campaign-review", "/console/campaigns/{campaign}/review", "lingdao"),
    Screen("console-papers", "/console/papers", "fazhi"),
    Screen("console-paper-template", "/console/papers/grant", "fazhi", prepare=open_all),
    Screen("console-paper-template-refused", "/console/papers/denial", "fazhi", prepare=send_empty),
    Screen("console-paper-template-read", "/console/papers/card", "chuangkou"),
    Screen("console-papers-issued", "/console/papers/issued", "shenji"),
    Screen("console-paper-void", "/console/documents/{paper}/void", "lingdao"),
    Screen("console-projects", "/console/projects", "shenpi", prepare=open_all),
    Screen("console-project", "/console/projects/{project}", "shenpi", prepare=open_all),
    Screen("console-enterprise-visits", "/console/enterprise-visits", "lingdao"),
    Screen(
        "console-enterprise-visit-ended",
        "/console/enterprise-visits/{ended_visit}",
        "lingdao",
        prepare=open_all,
    ),
    Screen(
        "console-enterprise-visit", "/console/enterprise-visits/{planned_visit}", "lingdao", prepare=open_all
    ),
    Screen(
        "console-check-in",
        "/console/enterprise-visits/check-in?code={project_code}",
        "kancha1",
        prepare=send_empty,
    ),
    Screen("console-visit-ratings", "/console/enterprise-visits/ratings", "shenji"),
    Screen("console-certificates", "/console/certificates", "lingdao", prepare=open_all),
    Screen("console-signs", "/console/signs?tab=all", "shenpi"),
    Screen("console-sign-new", "/console/signs/new", "chuangkou"),
    Screen("console-sign", "/console/signs/{own_sign}", "shenpi", prepare=open_all),
    Screen("console-sign-not", "/console/signs/nothing", "shenpi", status=404),
    Screen("console-permits", "/console/permits?tab=new", "chuangkou"),
    Screen("console-permits-head", "/console/permits", "lingdao"),
    Screen("console-permit", "/console/permits/{permit}", "shenpi", prepare=open_all),
    Screen("console-permit-refused", "/console/permits/{new_permit}", "chuangkou", prepare=ask_for_nothing),
    Screen("console-permit-receipt", "/console/permits/{new_permit}/receipt", "chuangkou"),
    Screen("console-permit-new", "/console/permits/new", "chuangkou"),
    Screen("console-permit-draft", "/console/permits/drafts/{window_draft}?step=questions", "chuangkou"),
    Screen(
        "console-permit-draft-refused",
        "/console/permits/drafts/{window_draft}?step=who",
        "chuangkou",
        prepare=send_empty,
    ),
    Screen("console-permit-draft-where", "/console/permits/drafts/{window_draft}?step=where", "chuangkou"),
    Screen(
        "console-permit-draft-outline",
        "/console/permits/drafts/{window_draft}?step=where",
        "chuangkou",
        prepare=draw_an_outline,
    ),
    Screen("console-permit-calls", "/console/permits/calls", "chuangkou"),
    Screen("console-permit-draft-papers", "/console/permits/drafts/{window_draft}?step=papers", "chuangkou"),
    Screen("console-permit-draft-check", "/console/permits/drafts/{window_draft}?step=check", "chuangkou"),
    Screen("console-surveys", "/console/surveys", "kancha1"),
    Screen("console-survey", "/console/surveys/{survey}", "kancha1"),
    Screen("console-survey-refused", "/console/surveys/{survey}", "kancha1", prepare=send_empty),
    Screen("console-co-signing", "/console/co-signing", "jiaojing"),
    Screen("console-co-sign", "/console/co-signing/{asked}", "jiaojing"),
    Screen("console-held-permits", "/console/held-permits", "chuangkou"),
    Screen("console-held-permit", "/console/held-permits/{held_permit}", "lingdao", prepare=open_all),
    Screen("console-settings", "/console/settings", "lingdao"),
    Screen("console-settings-limits", "/console/settings?tab=limits", "lingdao"),
    Screen("console-settings-categories", "/console/settings?tab=categories&find=井", "guanli"),
    Screen("console-setting-category", "/console/settings/value/complaints.categories.manhole", "guanli"),
    Screen(
        "console-setting", "/console/settings/value/complaints.limits.answer", "lingdao", prepare=open_all
    ),
    Screen("console-texts", "/console/settings/texts?find=时限", "lingdao"),
    Screen("console-text", "/console/settings/texts/problem.login.slow_down", "lingdao", prepare=open_all),
    Screen("console-models", "/console/settings/models", "guanli"),
    Screen("console-settings-history", "/console/settings/history", "lingdao"),
    Screen("console-me", "/console/me", "diaodu"),
    Screen("console-login-refused", "/console/login", prepare=send_empty),
    Screen("console-own-password", "/console/me/password", "diaodu"),
    Screen("console-own-password-refused", "/console/me/password", "diaodu", prepare=send_empty),
    Screen("console-second-factor", "/console/me/second-factor", "diaodu"),
    Screen("console-people", "/console/people", "guanli"),
    Screen("console-people-refused", "/console/people", "guanli", prepare=send_empty),
    Screen("console-person", "/console/people/banli", "guanli"),
    Screen("console-work", "/console/people/banli/work", "diaodu"),
    Screen("console-deputies", "/console/deputies", "guanli"),
    Screen("console-deputies-refused", "/console/deputies", "guanli", prepare=send_empty),
    Screen("console-audit", "/console/audit", "shenji"),
    Screen("console-audit-person", "/console/audit?find=banli", "shenji"),
    Screen("console-audit-case", "/console/audit?find={desk_case}", "shenji"),
    Screen("console-figures", "/console/figures", "lingdao", prepare=open_all),
    Screen("console-figures-unit", "/console/figures?unit=street", "diaodu"),
    Screen("console-figures-refused", "/console/figures?from=2026-13", "lingdao", status=400),
    Screen("console-inspection", "/console/inspection", "shenji"),
    Screen("console-not-found", "/console/nowhere", "diaodu", status=404),
)
