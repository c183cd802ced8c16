"""Logging in to the console: second step, given passwords, known browsers, sessions that end."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from app.models import MODEL_MODULES
from casework.actors import system
from casework.people.staff import grant, set_password
from casework.people.staff_profile import StaffSection
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Database
from kit.ids import Ids
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import PASSWORD, Clerk, ConsoleSetting, Page, console_on

FACTOR = "/console/me/second-factor"


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    """With the rules as shipped: administrators need a second factor. The rows know both engines elsewhere."""
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)
    async with console_on(database, tmp_path, staff_rules=StaffSection()) as setting:
        await setting.hire("diaodu", "李敏", (Role.DISPATCHER, None))
        await setting.hire("guanli", "何芳", (Role.ADMINISTRATOR, None))
        yield setting
    await database.close()


def shown(page: Page, mark: str) -> str:
    found = re.search(rf'data-testid="{mark}">(.*?)</', page.text, re.DOTALL)
    assert found, page.text
    return html.unescape(found.group(1)).strip()


def codes_on(page: Page) -> list[str]:
    return re.findall(r'<li class="code">([a-z0-9]{5}-[a-z0-9]{5})</li>', page.text)


async def set_up(clerk: Clerk, clock: FixedClock) -> tuple[str, list[str]]:
    """Walk through the setting up; the secret and the recovery codes."""
    page = await clerk.get(FACTOR)
    token = page.hidden("csrf_token")
    page = await clerk.post(FACTOR, {"csrf_token": token})
    assert page.path == FACTOR, page.text
    secret = shown(page, "totp-secret").replace(" ", "")
    wrong = await clerk.post(f"{FACTOR}/confirm", {"csrf_token": page.hidden("csrf_token"), "code": "000000"})
    assert wrong.status == 422
    assert shown(wrong, "totp-secret").replace(" ", "") == secret, "a mistyped code loses nothing"
    fields = {"csrf_token": wrong.hidden("csrf_token"), "code": pyotp.TOTP(secret).at(clock.now())}
    page = await clerk.post(f"{FACTOR}/confirm", fields)
    assert page.status == 200, page.text
    return secret, codes_on(page)


async def give_code(clerk: Clerk, page: Page, code: str) -> Page:
    names = ("csrf_token", "ticket", "next")
    return await clerk.post(
        "/console/login/code", {name: html.unescape(page.hidden(name)) for name in names} | {"code": code}
    )


async def test_an_administrator_sets_up_a_second_factor_before_anything_else(
    console: ConsoleSetting, clock: FixedClock
) -> None:
    async with console.client() as clerk:
        page = await clerk.log_in("guanli", next="/console/people")
        assert page.path == FACTOR
        assert (await clerk.get("/console/people")).path == FACTOR
        assert (await clerk.get("/console/me")).path == FACTOR
        secret, codes = await set_up(clerk, clock)
        assert len(codes) == 10
        assert (await clerk.get("/console/people")).path == "/console/people"
    async with console.client() as clerk:
        page = await clerk.log_in("guanli", next="/console/people")
        assert 'name="ticket"' in page.text
        assert (await clerk.get("/console/people")).path == "/console/login", "half a login opens nothing"
        clock.advance(timedelta(minutes=1))
        code = pyotp.TOTP(secret).at(clock.now())
        wrong = await give_code(clerk, page, "000000")
        assert wrong.status == 401
        assert "动态码不对" in wrong.text
        done = await give_code(clerk, wrong, code)
        assert (done.status, done.path) == (200, "/console/people")
    async with console.client() as thief:
        page = await thief.log_in("guanli")
        again = await give_code(thief, page, code)
        assert again.status == 401, "a code that was used is over"
        done = await give_code(thief, page, codes[3])
        assert done.status == 200
        assert 'name="ticket"' not in done.text
    how = [entry.detail for entry in await AuditEntry.filter(action="staff.log_in").order_by("id")]
    assert [("code" in one, "recovery" in one) for one in how[-2:]] == [(True, False), (False, True)]


async def test_a_ticket_is_of_no_use_in_another_browser_or_after_ten_minutes_or_a_new_password(
    console: ConsoleSetting, clock: FixedClock
) -> None:
    async with console.client() as clerk:
        await clerk.log_in("guanli")
        secret, _ = await set_up(clerk, clock)
    clock.advance(timedelta(minutes=1))
    async with console.client() as clerk, console.client() as other:
        page = await clerk.log_in("guanli")
        ticket = page.hidden("ticket")
        form = await other.get("/console/login")
        stolen = {
            "csrf_token": form.hidden("csrf_token"),
            "ticket": ticket,
            "next": "/console/",
            "code": pyotp.TOTP(secret).at(clock.now()),
        }
        refused = await other.post("/console/login/code", stolen)
        assert (refused.status, 'name="password"' in refused.text) == (401, True)
        for forged in (
            "",
            "x",
            ticket[:-1] + ("1" if ticket[-1] == "0" else "0"),
            ticket.replace(".", ".9", 1),
        ):
            sent = stolen | {"ticket": forged, "csrf_token": page.hidden("csrf_token")}
            assert (await clerk.post("/console/login/code", sent)).status == 401
        clock.advance(timedelta(minutes=11))
        assert (await give_code(clerk, page, pyotp.TOTP(secret).at(clock.now()))).status == 401
        page = await clerk.log_in("guanli")
        await set_password(console.door.db, console.door.passwords, system(), "guanli", "a newer password")
        assert (await give_code(clerk, page, pyotp.TOTP(secret).at(clock.now()))).status == 401


async def test_guessing_codes_slows_down(console: ConsoleSetting, clock: FixedClock) -> None:
    async with console.client() as clerk:
        await clerk.log_in("guanli")
        await set_up(clerk, clock)
    async with console.client() as thief:
        page = await thief.log_in("guanli")
        statuses = [(await give_code(thief, page, f"{number:06}")).status for number in range(7)]
        assert statuses[:5] == [401] * 5
        assert statuses[-1] == 429


async def test_whoever_is_given_a_role_of_trust_is_led_to_a_second_factor_at_once(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        assert (await clerk.log_in("diaodu")).path == "/console/cases"
        await grant(console.door.db, system(), console.people["diaodu"].id, Role.AUDITOR)
        assert (await clerk.get("/console/cases")).path == FACTOR
        part = await clerk.get("/console/cases", follow=False, **{"hx-request": "true"})
        assert part.status == 403


async def test_a_given_password_is_changed_first_and_other_places_are_logged_out(
    console: ConsoleSetting,
) -> None:
    chief = console.people["guanli"].actor()
    db, passwords = console.door.db, console.door.passwords
    async with console.client() as old, console.client() as clerk:
        await old.log_in("diaodu")
        await set_password(db, passwords, chief, "diaodu", "given by chief")
        assert (await old.get("/console/cases")).path == "/console/login"
        page = await clerk.log_in("diaodu", "given by chief", next="/console/inquiries")
        assert page.path == "/console/me/password"
        fields = {
            "csrf_token": page.hidden("csrf_token"),
            "next": html.unescape(page.hidden("next")),
            "present": "given by chief",
            "password": "words of my own",
            "repeated": "words of my own",
        }
        for change, words in (
            ({"repeated": "other words"}, "不一样"),
            ({"present": "wrong words"}, "现在的密码不对"),
            ({"password": "diaodu123", "repeated": "diaodu123"}, "太容易"),
        ):
            refused = await clerk.post("/console/me/password", fields | change)
            assert refused.status == 422
            assert words in refused.text
            assert "words of my own" not in refused.text, "a password is never sent back"
        done = await clerk.post("/console/me/password", fields)
        assert (done.status, done.path) == (200, "/console/inquiries")


async def test_strangers_cannot_lock_a_clerk_out_of_the_own_browser(console: ConsoleSetting) -> None:
    async with console.client() as own, console.client() as stranger:
        page = await own.log_in("diaodu")
        await own.post("/console/logout", {"csrf_token": page.hidden("csrf_token")})
        for _ in range(7):
            refused = await stranger.log_in("diaodu", "a wrong guess")
        assert refused.status == 429
        assert (await own.log_in("diaodu")).path == "/console/cases"
        again = await stranger.log_in("diaodu", PASSWORD)
        assert again.status == 429, "what the owner did does not help the guesser"


async def test_a_forged_device_cookie_makes_nobody_known(console: ConsoleSetting) -> None:
    async with console.client() as stranger:
        stranger.http.cookie_jar.update_cookies({"cg_device": "A" * 22 + "." + "0" * 32 + "~x~y"})
        for _ in range(7):
            refused = await stranger.log_in("diaodu", "a wrong guess")
        assert refused.status == 429


async def test_the_places_one_is_logged_in_are_listed_and_ended(console: ConsoleSetting) -> None:
    async with console.client() as here, console.client() as there:
        await here.log_in("diaodu")
        await there.log_in("diaodu")
        page = await here.get("/console/me")
        ends = re.findall(r'action="(/console/me/sessions/[^"]+/end)"', page.text)
        assert len(ends) == 1, "the present one is ended by logging out"
        done = await here.post(ends[0], {"csrf_token": page.hidden("csrf_token")})
        assert "已退出" in done.text
        assert (await there.get("/console/cases")).path == "/console/login"
        await there.log_in("guanli")
        other = console.people["guanli"]
        (line,) = await console.door.sessions.in_force("staff", [other.id])
        sent = {"csrf_token": done.hidden("csrf_token")}
        for foreign in (str(line.id), "not-an-id"):
            assert (await here.post(f"/console/me/sessions/{foreign}/end", sent)).status == 404


async def test_a_form_of_any_page_that_comes_without_a_session_leads_to_the_login(
    console: ConsoleSetting,
) -> None:
    async with console.client() as clerk:
        for path in ("/console/codes", "/console/dangers/x/take", "/console/people/x/leave", FACTOR):
            page = await clerk.post(path, {"login": "x"})
            assert (page.status, 'name="password"' in page.text) == (401, True), path


async def test_one_may_do_without_where_nobody_asks(console: ConsoleSetting, clock: FixedClock) -> None:
    async with console.client() as clerk:
        await clerk.log_in("diaodu")
        _, codes = await set_up(clerk, clock)
        page = await clerk.get(FACTOR)
        fields = {"csrf_token": page.hidden("csrf_token"), "code": codes[0]}
        renewed = await clerk.post(f"{FACTOR}/codes", fields)
        assert len(codes_on(renewed)) == 10
        fields |= {"csrf_token": renewed.hidden("csrf_token"), "code": codes_on(renewed)[0]}
        done = await clerk.post(f"{FACTOR}/end", fields)
        assert "已停用" in done.text
        assert (await clerk.get("/console/cases")).path == "/console/cases"
