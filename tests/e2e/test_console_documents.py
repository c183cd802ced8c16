"""Papers in the console: templates edited beside their pages, kept in versions; numbers; one paper opened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework.documents.desk import DocumentDesk
from casework.documents.issuing import issue, void
from casework.documents.models import DocumentTemplate, IssuedDocument
from casework.documents.papers import Paper
from casework.permits.paper_sight import sees_papers_of_application
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.db import Change, Database
from kit.http.sessions import Session
from tests.casework_setting import HEAD, person
from tests.documents_setting import documents_on, request_for
from tests.e2e.console_setting import Clerk, ConsoleSetting, console_on
from tests.permit_life_setting import granted, life_desk_on
from web.console.document_words import papers_panel
from web.console.visitor import Visitor

PAPERS, GRANT = "/console/papers", "/console/papers/grant"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def documents(database: Database) -> DocumentDesk:
    return documents_on(database)


@pytest.fixture
async def setting(
    database: Database, documents: DocumentDesk, tmp_path: Path
) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path, documents=documents) as setting:
        await setting.hire("legal", "沈岚", (Role.LEGAL_REVIEWER, None))
        await setting.hire("window", "郑洁", (Role.WINDOW_CLERK, None))
        await setting.hire("patrol", "冯涛", (Role.GRID_OFFICER, None))
        yield setting


async def send(clerk: Clerk, path: str, **fields: str) -> tuple[int, str]:
    page = await clerk.get(GRANT)
    token = {"csrf_token": page.hidden("csrf_token"), "seen": page.hidden("seen")}
    answer = await clerk.post(path, {**token, **fields})
    return answer.status, answer.text


async def test_a_template_is_previewed_mended_saved_and_had_back(
    setting: ConsoleSetting, documents: DocumentDesk
) -> None:
    async with setting.client() as clerk:
        await clerk.log_in("legal")
        page = await clerk.get(GRANT)
        assert page.text.count("data:image/png;base64,") == 2
        source = documents.shipped["grant"]

        wrong = source.replace("#费用一句", "#收费情况")
        status, text = await send(clerk, GRANT, source=wrong, reason="改收费")
        assert status == 422
        assert "没有叫“收费情况”的栏目" in text
        assert "#收费情况</textarea>" in text or "#收费情况\n" in text
        assert not await DocumentTemplate.exists()

        token = {"csrf_token": page.hidden("csrf_token"), "source": wrong}
        part = await clerk.post(
            GRANT + "/preview", token, **{"hx-request": "true", "hx-target": "paper-preview"}
        )
        assert re.search(r"第 \d+ 行：没有叫“收费情况”的栏目", part.text)
        assert "<html" not in part.text

        right = source.replace("准予行政许可决定书", "准予许可决定书")
        status, text = await send(clerk, GRANT, source=right, reason="")
        assert (status, "请写一句为什么修改" in text, "准予许可决定书" in text) == (422, True, True)
        status, text = await send(clerk, GRANT, source=right, reason="简称")
        assert (status, "已保存为第 1 版" in text) == (200, True)
        status, text = await send(clerk, GRANT + "/restore", version="0", reason="用系统的")
        assert (status, "按第 2 版" in text) == (200, True)
        kept = await DocumentTemplate.all().order_by("version").values_list("version", "is_shipped", "reason")
        assert kept == [(1, False, "简称"), (2, True, "用系统的")]
        assert await AuditEntry.filter(action="document.save_template").count() == 2
        for path, fields in (
            (GRANT, {"source": right, "reason": "旧页面", "seen": "1"}),
            (GRANT + "/restore", {"version": "1", "reason": "旧页面", "seen": "1"}),
        ):
            status, text = await send(clerk, path, **fields)
            assert (status, "别人刚刚保存了" in text) == (409, True)
        assert (await clerk.get(PAPERS + "/nothing")).status == 404
        assert (await clerk.get(PAPERS + "/style")).status == 404


async def test_who_only_reads_templates_changes_none(setting: ConsoleSetting) -> None:
    async with setting.client() as clerk:
        await clerk.log_in("window")
        page = await clerk.get(GRANT)
        assert "readonly" in page.text
        token = re.search(r'name="csrf_token" value="([^"]*)"', page.text)
        assert token is not None
        sent = {"csrf_token": token[1], "source": "x", "reason": "y", "seen": "0"}
        for path in (GRANT, GRANT + "/preview", GRANT + "/restore"):
            assert (await clerk.post(path, sent)).status == 403
    async with setting.client() as stranger:
        await stranger.log_in("patrol")
        assert (await stranger.get(PAPERS)).status == 403


async def test_the_book_of_numbers_shows_void_ones_and_a_paper_is_opened_with_a_trace(
    setting: ConsoleSetting, documents: DocumentDesk
) -> None:
    async def work(change: Change) -> IssuedDocument:
        return await issue(change, documents, HEAD, request_for(Paper.GRANT, person(900)))

    first, second = await documents.db.change(work), await documents.db.change(work)
    await documents.db.change(lambda change: void(change, HEAD, first.id, "写错日期"))
    async with setting.client() as clerk:
        await clerk.log_in("window")
        page = await clerk.get(PAPERS + "/issued")
        assert "清城管许准字〔2026〕第002号" in page.text
        assert "第 1 号至第 2 号，连续，没有缺号；其中作废 1 件" in page.text
        assert "已作废：写错日期" in page.text
        for asked in ("?year=x&series=y&before=z", "?year=2026&before=2", "?year=99999999"):
            assert (await clerk.get(PAPERS + "/issued" + asked)).status == 200
        answer = await clerk.get(f"/console/documents/{second.id}")
        assert (answer.status, answer.text[:5]) == (200, "%PDF-")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-disposition"].startswith("inline; filename=")
        assert (await clerk.get("/console/documents/nonsense")).status == 404
        opened = await AuditEntry.get(action="document.open")
        assert (opened.case_id, opened.actor_id) == (second.id, setting.people["window"].id)
    session = Session(person(1), "staff", person(1), "csrf", setting.door.clock.now())
    panels = [
        await papers_panel(
            setting.door, Visitor(session, setting.people[who]), "permit_application", person(900)
        )
        for who in ("window", "legal")
    ]
    assert panels[1] is None
    listed = setting.door.pages.render("console/_papers.html", {"papers": panels[0]})
    assert listed.count(f"/console/documents/{second.id}") == listed.count("已作废：写错日期") == 1
    async with setting.client() as stranger:
        await stranger.log_in("legal")
        assert (await stranger.get(f"/console/documents/{second.id}")).status == 403


async def test_the_head_declares_a_grant_void_and_another_is_issued_in_its_place(
    database: Database, tmp_path: Path
) -> None:
    desk = await life_desk_on(database)
    papers = replace(desk.documents, sight={"permit_application": sees_papers_of_application})
    permit = await granted(desk)
    first = await IssuedDocument.get(about_id=permit.application_id, kind="grant")
    at = f"/console/documents/{first.id}"
    async with console_on(
        database, tmp_path, documents=papers, permits=replace(desk, documents=papers)
    ) as setting:
        await setting.hire("head", "林科长", (Role.HEAD, None))
        await setting.hire("approver", "审批员", (Role.APPROVER, None))
        async with setting.client() as clerk:
            await clerk.log_in("approver")
            assert (await clerk.get(f"{at}/void")).status == 403
            assert "/void" not in (await clerk.get(PAPERS + "/issued")).text
        async with setting.client() as head:
            await head.log_in("head")
            assert f"{at}/void" in (await head.get(PAPERS + "/issued")).text
            plain = await head.get(at)
            form = await head.get(f"{at}/void")
            assert "这是决定类文书，作废的同时会重新出具一份" in form.text
            sent = {"csrf_token": form.hidden("csrf_token")}
            refused = await head.post(f"{at}/void", {**sent, "reason": "长" * 201})
            assert (refused.status, "最多 200 个字" in refused.text, "长" * 200 in refused.text) == (
                422,
                True,
                True,
            )
            assert "请写明作废的原因" in (await head.post(f"{at}/void", {**sent, "reason": " "})).text
            done = await head.post(f"{at}/void", {**sent, "reason": "窗口电话印错"})
            assert "已作废，并已通知申请人" in done.text
            second = await IssuedDocument.get(replaces_id=first.id)
            assert str(second.number) in done.text
            assert (
                "已经作废，不能再次作废" in (await head.post(f"{at}/void", {**sent, "reason": "再来"})).text
            )
            listed = await head.get(PAPERS + "/issued")
            assert f"已作废：窗口电话印错（由{second.number}代替）" in listed.text
            marked, original = await head.get(at), await head.get(f"{at}/original")
            assert (marked.status, original.text == plain.text, marked.text == plain.text) == (
                200,
                True,
                False,
            )
            assert (await head.get(f"/console/documents/{permit.id}/void")).status == 404
