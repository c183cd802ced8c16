"""Verifying in public: genuine, fake, over, revoked; for phones without script, for programs, and without a network."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from playwright.async_api import async_playwright

from app.cli import main
from casework.complaints.place import Position
from casework.documents.models import IssuedDocument
from casework.permits.credentials import code_shown, token_of
from casework.permits.finding import RowPermitFinder
from casework.permits.key_lists import (
    ENDED_FOR,
    KeyListError,
    latest_list,
    publish_due,
    read_list,
    verify_offline,
)
from casework.permits.models import Permit
from casework.permits.published_models import PermitKeyList
from casework.permits.verifying import number_in
from casework.permits.void_papers import void_paper
from casework.roles import Role
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.jws import encoded
from kit.secrets import KeyRingError
from kit.signing_keys import SigningKeys
from tests.casework_setting import filed
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.e2e.console_setting import console_on
from tests.e2e.public_setting import PublicSetting, public_on
from tests.permit_life_setting import granted, life_desk_on
from tests.permit_rows import PLACE, altered, permit_row
from tests.permit_setting import PERMIT_HEAD

JSON = {"accept": "application/json"}


async def kept(database: Database, *rows: Permit) -> None:
    async def work(_: Change) -> None:
        for row in rows:
            await row.save(force_create=True)

    await database.change(work)


async def ended(database: Database, row: Permit, state: str, **changed: object) -> None:
    async def work(change: Change) -> None:
        await Permit.filter(id=row.id).update(state=state, ended_at=change.now, **changed)

    await database.change(work)


def made_keys(folder: Path, clock: FixedClock) -> SigningKeys:
    keys = SigningKeys(folder)
    keys.add(clock.now(), use=True)
    return keys


async def outcome(setting: PublicSetting, path: str) -> dict[str, object]:
    async with setting.http.get(f"/public/verify/{path}", headers=JSON) as answer:
        assert answer.status == 200
        assert answer.headers["cache-control"] == "no-store"
        return dict(await answer.json())


async def test_a_scan_says_in_plain_words_what_holds(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    keys = made_keys(tmp_path, clock)
    permit, other, gone = (permit_row(clock.now()) for _ in range(3))
    heir = permit_row(clock.now(), number="清城管许准字〔2026〕第009号")
    await kept(database, permit, other, heir)
    token = token_of(keys.held().active, permit)
    async with public_on(database, tmp_path) as setting:
        async with setting.http.get(f"/public/verify/{token}") as page:
            text = await page.text()
        for words in (
            '<h1 id="verdict">有效</h1>',
            permit.number,
            permit.place_text,
            "24.5 平方米",
            "查验时刻",
        ):
            assert words in text
        assert "<script" not in text
        assert "set-cookie" not in page.headers
        bit = altered(token)
        async with setting.http.get(f"/public/verify/{bit}") as page:
            text = await page.text()
        assert (page.status, "假的" in text, "内容被改动过" in text) == (200, True, True)
        assert permit.number not in text
        strange = made_keys(tmp_path / "strange", clock)
        assert (await outcome(setting, token_of(strange.held().active, permit)))["fault"] == "unknown_key"
        assert (await outcome(setting, "nonsense"))["fault"] == "malformed"
        assert (await outcome(setting, token_of(keys.held().active, gone)))["outcome"] == "unrecorded"
        assert (await outcome(setting, token))["permit"]["place"] == permit.place_text  # type: ignore[index]
        # One changed, one taken back while people stand before it.
        await ended(database, permit, "revoked")
        told = await outcome(setting, token)
        assert (told["outcome"], told["word"]) == ("revoked", "已撤销")
        await ended(database, other, "replaced", replaced_by_id=heir.id)
        told = await outcome(setting, token_of(keys.held().active, other))
        assert (told["word"], heir.number in str(told["sentence"])) == ("已换发", True)
        clock.set(clock.now() + timedelta(days=4))
        assert (await outcome(setting, token_of(keys.held().active, heir)))["word"] == "已过期"


async def test_a_number_or_a_code_is_typed_in(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    keys = made_keys(tmp_path, clock)
    permit = permit_row(clock.now(), number="清城管许准字〔2026〕第001号")
    await kept(database, permit)
    token = token_of(keys.held().active, permit)
    async with public_on(database, tmp_path) as setting:
        for typed in (
            code_shown(permit.code).lower(), "清城管许准字 [2026] 第001号", token,
            f"https://x.example/public/verify/{token}?print=large",
        ):  # fmt: skip
            async with setting.http.get("/public/verify", params={"q": typed}) as page:
                assert (page.status, ">有效</h1>" in await page.text()) == (200, True), typed
        for typed in ("清城管许准字〔2026〕第002号", "0000-0000-0000", "<b>", "长" * 200):
            async with setting.http.get("/public/verify", params={"q": typed}) as page:
                assert (page.status, "没有查到这个号码" in await page.text()) == (404, True), typed
        async with setting.http.get("/public/verify", params={"q": "?"}, headers=JSON) as answer:
            assert (answer.status, answer.content_type) == (404, "application/problem+json")
    assert number_in("清城管许准字（2026）第1号") == "清城管许准字〔2026〕第1号"


async def test_who_knows_only_the_number_learns_no_code(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    keys = made_keys(tmp_path, clock)
    permit = permit_row(clock.now(), number="清城管许准字〔2026〕第001号")
    await kept(database, permit)
    printed = code_shown(permit.code)
    async with public_on(database, tmp_path) as setting:

        async def page(**asked: str) -> str:
            async with setting.http.get("/public/verify", params=asked) as answer:
                return await answer.text()

        by_number = await page(q=permit.number)
        assert (">有效</h1>" in by_number, permit.holder_shown in by_number) == (True, True)
        assert printed not in by_number
        assert permit.code not in by_number
        assert "查验码" not in by_number
        assert printed in await page(q=printed.lower())
        assert printed in await page(q=token_of(keys.held().active, permit))
        async with setting.http.get("/public/verify", params={"q": permit.number}, headers=JSON) as answer:
            assert permit.code not in await answer.text()


async def test_what_ends_at_midnight_shows_its_last_day(
    database: Database, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = made_keys(tmp_path, clock)
    today = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    ends, later = today + timedelta(days=2), today + timedelta(days=3)
    heir = permit_row(clock.now(), valid_from_at=ends, number="清城管许准字〔2026〕第009号")
    plain = permit_row(clock.now(), valid_until_at=ends)
    planned = permit_row(clock.now(), valid_until_at=later, replaced_by_id=heir.id, replaced_from_at=ends)
    await kept(database, heir, plain, planned)
    await publish_due(database, keys, "清河区城管局")
    last = ends - timedelta(days=1)
    said = f"{last.year}年{last.month}月{last.day}日 24:00"
    async with public_on(database, tmp_path) as setting:
        for row in (plain, planned):
            told = await outcome(setting, row.code)
            assert (told["outcome"], f"到 {said} 为止" in str(told["sentence"])) == ("valid", True), told
    listed = await latest_list()
    assert listed is not None
    file = tmp_path / "keys.json"
    file.write_text(listed.content)
    for row in (plain, planned):
        _, words = await asyncio.to_thread(_command, capsys, token_of(keys.held().active, row), file)
        shown = last if row is plain else later - timedelta(days=1)
        assert f"至 {shown:%Y-%m-%d} 24:00" in words


async def test_lists_rise_with_what_ends_early_and_are_checked_without_a_network(
    database: Database, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = made_keys(tmp_path, clock)
    active = keys.held().active
    permit, good = permit_row(clock.now()), permit_row(clock.now())
    await kept(database, permit, good)
    assert [await publish_due(database, keys, "清河区城管局") for _ in range(2)] == [1, 0]
    await ended(database, permit, "revoked")
    first = await latest_list()
    assert await publish_due(database, keys, "清河区城管局") == 1
    await asyncio.gather(*(publish_due(database, keys, "清河区城管局") for _ in range(4)))
    async with public_on(database, tmp_path) as setting:
        async with setting.http.get("/public/verify/keys.json") as answer:
            body = await answer.read()
        async with setting.http.get("/public/verify/jwks.json") as answer:
            assert {one["kid"] for one in json.loads(await answer.read())["keys"]} == {active.id}
    content, signer = read_list(body, frozenset({active.id}))
    assert (content.number, signer) == (2, active.id)
    assert permit.code.encode() not in body
    assert [verify_offline(token_of(active, one), content, clock.now()).outcome for one in (permit, good)] == [
        "revoked", "valid",
    ]  # fmt: skip
    assert first is not None
    old, _ = read_list(first.content)
    assert verify_offline(token_of(active, permit), old, clock.now()).outcome == "valid"
    with pytest.raises(KeyListError, match="unknown_key"):
        read_list(body, frozenset({"another"}))
    forged = msgspec.json.decode(body)
    forged["payload"] = encoded(msgspec.json.encode(msgspec.structs.replace(content, ended=())))
    with pytest.raises(KeyListError, match="altered"):
        read_list(msgspec.json.encode(forged))
    file = tmp_path / "keys.json"
    file.write_bytes(body)
    said = await asyncio.to_thread(_command, capsys, token_of(active, permit), file)
    assert (said[0], "已撤销" in said[1], "依据第 2 号名单" in said[1]) == (2, True, True)
    clock.set(clock.now() + timedelta(days=1))
    assert await publish_due(database, keys, "清河区城管局") == 1, "one a day at least"
    clock.set(clock.now() + timedelta(days=4))
    await publish_due(database, keys, "清河区城管局")
    last, _ = read_list((await PermitKeyList.get(number=4)).content)
    # Its own time is over, and all the same it was revoked: with a network and without one the same is said.
    assert [verify_offline(token_of(active, one), last, clock.now()).outcome for one in (permit, good)] == [
        "revoked", "expired",
    ]  # fmt: skip
    clock.set(permit.valid_until_at + ENDED_FOR)
    await publish_due(database, keys, "清河区城管局")
    last, _ = read_list((await PermitKeyList.get(number=5)).content)
    assert last.ended == ()
    with pytest.raises(KeyRingError):
        await publish_due(database, SigningKeys(tmp_path / "lost"), "清河区城管局")


def _command(capsys: pytest.CaptureFixture[str], token: str, file: Path) -> tuple[int, str]:
    code = main(["permits", "verify", token, "--list", str(file)])
    return code, capsys.readouterr().out


async def test_clerks_find_what_is_permitted_at_a_place(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    near = permit_row(now, at=(PLACE[0] + 0.0005, PLACE[1]))
    ring = [
        [PLACE[1] + x, PLACE[0] + y] for x, y in ((-1e-4, -1e-4), (1e-4, -1e-4), (1e-4, 1e-4), (-1e-4, -1e-4))
    ]
    here = permit_row(
        now, outline=json.dumps({"type": "Polygon", "coordinates": [ring]}), replaced_by_id=uuid4()
    )
    far, over = permit_row(now, at=(PLACE[0] + 0.01, PLACE[1])), permit_row(now, ended_at=now)
    later = permit_row(now, valid_from_at=now + timedelta(days=1))
    await kept(database, near, here, far, over, later)
    found = await RowPermitFinder().permits_at(Position(PLACE[0], PLACE[1] + 5e-5, "wgs84"), "", now)
    assert [one.reference for one in found] == [here.number, near.number]
    assert (found[0].distance_m, round(found[1].distance_m or 0)) == (0.0, 56)
    named = await RowPermitFinder().permits_at(None, "人民路 128号万达广场南门外人行道上", now)
    assert {one.reference for one in named} == {near.number, here.number, far.number}
    assert await RowPermitFinder().permits_at(None, "路", now) == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_permit_stands_beside_the_complaint_about_it(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    now = clock.now()
    near, far = permit_row(now), permit_row(now, at=(PLACE[0] + 0.01, PLACE[1]))
    await kept(database, near, far)
    async with console_on(database, tmp_path) as setting:
        await setting.hire("diaodu", "林静", (Role.DISPATCHER, None))
        here = Position(PLACE[0], PLACE[1], "wgs84")
        case = await filed(setting.door.desk, story="路口有人摆摊", category="vending", position=here)
        clerk = setting.client()
        await clerk.log_in("diaodu")
        text = (await clerk.get(f"/console/cases/{case.reference}")).text
    assert "这里有许可" in text
    assert near.number in text
    assert far.number not in text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_saved_page_verifies_in_a_browser_without_a_network(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    keys = made_keys(tmp_path, clock)
    midnight = local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    permit, revoked = permit_row(clock.now(), valid_until_at=midnight), permit_row(clock.now())
    over = permit_row(clock.now(), valid_until_at=clock.now() + timedelta(minutes=30))
    heir = permit_row(clock.now(), valid_from_at=clock.now() + timedelta(days=1))
    ahead = permit_row(
        clock.now(),
        valid_from_at=heir.valid_from_at,
        replaced_by_id=heir.id,
        replaced_from_at=heir.valid_from_at,
    )
    await kept(database, permit, revoked, over, heir, ahead)
    await ended(database, revoked, "revoked")
    await ended(database, over, "replaced", replaced_by_id=permit.id)
    clock.advance(timedelta(hours=1))
    await publish_due(database, keys, "清河区城管局")
    row = await latest_list()
    async with (
        public_on(database, tmp_path) as setting,
        setting.http.get("/public/verify/offline.html") as answer,
    ):
        (tmp_path / "verify.html").write_bytes(await answer.read())
    assert row is not None
    (tmp_path / "keys.json").write_text(row.content)
    forged = row.content.replace('"payload":"', '"payload":"x', 1)
    (tmp_path / "forged.json").write_text(forged)
    good, bad, old, never = (token_of(keys.held().active, one) for one in (permit, revoked, over, ahead))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(offline=True, viewport={"width": 390, "height": 844})
        page = await context.new_page()
        await page.clock.set_fixed_time(clock.now())
        await page.goto((tmp_path / "verify.html").as_uri())
        await page.set_input_files("#list", tmp_path / "forged.json")
        await page.locator("#list-said.late").wait_for()
        await page.set_input_files("#list", tmp_path / "keys.json")
        await page.locator("#list-said.good").wait_for()
        said = []
        for token in (
            f"https://cg.example/public/verify/{good}",
            bad,
            altered(good),
            old,
            never,
        ):
            await page.fill("#token", token)
            await page.click("#check")
            await page.locator("#result").wait_for()
            said.append((await page.inner_text("#word"), await page.inner_text("#basis")))
            if token.endswith(good):
                last = f"至 {midnight - timedelta(days=1):%Y-%m-%d} 24:00"
                assert last in await page.inner_text("#facts")
            await page.evaluate("document.getElementById('result').hidden = true")
        await browser.close()
    made = f"（{local(row.made_at):%Y-%m-%d %H:%M}）"
    assert said == [
        (words, f"依据第 1 号名单{made}")
        for words in ("✓ 有效", "✗ 已撤销", "✗ 假的", "✗ 已换发", "✗ 已换发")
    ]


async def test_the_number_of_a_void_paper_says_so_and_leads_to_the_one_in_its_place(
    database: Database, tmp_path: Path, clock: FixedClock
) -> None:
    desk = await life_desk_on(database)
    permit = await granted(desk)
    keys = made_keys(tmp_path, clock)
    printed = token_of(keys.held().active, permit)
    paper = await IssuedDocument.get(about_id=permit.application_id, kind="grant")
    await void_paper(desk, PERMIT_HEAD, paper.id, "电话印错", is_replaced=True)
    now_called = (await Permit.get(id=permit.id)).number
    async with public_on(database, tmp_path) as setting:

        async def asked(path: str, accept: str) -> str:
            async with setting.http.get(f"/public/verify{path}", headers={"accept": accept}) as answer:
                return await answer.text()

        lost, known, card = [
            json.loads(await asked(path, JSON["accept"]))
            for path in (f"?q={paper.number}", f"?q={now_called}", f"/{printed}")
        ]
        assert (lost["outcome"], known["outcome"], card["outcome"]) == ("void_paper", "not_yet", "not_yet")
        assert lost["void_paper"] == card["void_paper"]
        assert (card["void_paper"]["replaced_by"], "void_paper" in known) == (now_called, False)
        for path in (f"?q={paper.number}", f"/{printed}"):
            page = await asked(path, "text/html")
            assert f"由 {now_called} 代替" in page
            assert "电话印错" not in page
