"""Message templates in the console: what the platform has, and fields that cannot hold what we say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from app.models import MODEL_MODULES
from app.profile import whole_profile
from app.shipped import SHIPPED_PROFILE
from bot.profile import WechatSection
from casework.roles import Role
from content.amendments import document_in_force
from content.profile_store import load_profile
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.ids import Ids
from kit.profile import read_profile
from tests.conftest import AUDIT_KEY
from tests.e2e.console_setting import Clerk, ConsoleSetting, console_on
from web.console.template_book import KnownTemplate, Misfit, Template

KNOWN = KnownTemplate(
    id="tmpl-1", title="办理进度提醒", kind="long_term", fields=("character_string1", "thing2", "time3")
)


class Account:
    """An account with one template that nobody has registered yet. Only a time fits a time."""

    def registered(self) -> tuple[Template, ...]:
        return ()

    async def known(self) -> tuple[KnownTemplate, ...] | None:
        return (KNOWN,)

    def misfits(self, fields: Mapping[str, str]) -> tuple[Misfit, ...]:
        return tuple(
            Misfit(field=name, template="notify.complaint.accepted", what="unfit")
            for name, source in fields.items()
            if name.startswith("time") and source != "time"
        )


@pytest.fixture
async def console(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    database = await Database.open(sqlite_url, MODEL_MODULES, clock, Ids(clock), AUDIT_KEY, process_wide=True)

    async def work(change: Change) -> None:
        await load_profile(change, dict(read_profile(SHIPPED_PROFILE)))

    await database.change(work)
    async with console_on(database, tmp_path, templates=Account()) as setting:
        await setting.hire("guanli", "何芳", (Role.ADMINISTRATOR, None))
        await setting.hire("lingdao", "周华", (Role.HEAD, None))
        yield setting
    await database.close()


async def test_a_template_is_kept_only_when_every_notice_fits_its_fields(console: ConsoleSetting) -> None:
    async with Clerk(console) as clerk:
        await clerk.log_in("guanli")
        assert "办理进度提醒" in (await clerk.get("/console/templates")).text
        page = await clerk.get("/console/templates/tmpl-1")
        fields = {
            "csrf_token": page.hidden("csrf_token"),
            "seen": page.hidden("seen"),
            "kind": "long_term",
            "app": "official",
            "character_string1": "reference",
            "thing2": "title",
            "time3": "title",
            "reason": "上线订阅消息",
        }
        unfit = await clerk.post("/console/templates/tmpl-1", fields)
        assert unfit.status == 422
        assert "放不下“投诉已受理”" in unfit.text
        empty = await clerk.post("/console/templates/tmpl-1", {**fields, "time3": ""})
        assert "这个字段不能空着" in empty.text
        other = await clerk.post("/console/templates/tmpl-1", {**fields, "time3": "time", "kind": "template"})
        assert "公众平台上这个模板是长期订阅消息" in other.text
        assert await templates(console) == []
        done = await clerk.post("/console/templates/tmpl-1", {**fields, "time3": "time"})
        assert "已保存" in done.text
        assert await templates(console) == ["tmpl-1"]
        token = {"csrf_token": fields["csrf_token"], "seen": "99", "reason": "换了模板"}
        assert "已不再使用" in (await clerk.post("/console/templates/tmpl-1/remove", token)).text
        assert await templates(console) == []
        assert (await clerk.get("/console/templates/nobody-knows")).status == 404
    async with Clerk(console) as head:
        await head.log_in("lingdao")
        seen = await head.get("/console/templates/tmpl-1")
        assert "保存" not in seen.text
        assert (await head.post("/console/templates/tmpl-1", fields)).status == 403


async def templates(console: ConsoleSetting) -> list[str]:
    document = await document_in_force(console.door.amending)
    return [one.id for one in whole_profile(document).section(WechatSection).templates]
