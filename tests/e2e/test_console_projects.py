"""A project and a visit to its enterprise at the console: nothing typed is lost, nobody slips past the gate."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from casework.projects.desk import ProjectDesk
from casework.projects.models import EnterpriseVisit, Project
from casework.projects.profile import ProjectsSection
from casework.projects.rating_codes import rating_code
from casework.roles import Role
from kit.db import Change, Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on

SECTION = {
    "visits_per_year": {"most": 1, "basis": "示例"},
    "bases": [{"code": "sites", "law": "城市市容和环境卫生管理条例", "article": "第十六条"}],
}
BOARD = {
    "name": "湖滨小区改造",
    "builder": "清水建设有限公司",
    "builder_uscc": "91330106MA2B1C3D45",
    "contact_name": "项目部",
    "contact_phone": "0571-88881234",
    "place_text": "湖滨路 8 号",
}
GATE = "/console/enterprise-visits/check-in"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def projects(database: Database) -> ProjectDesk:
    section = msgspec.convert(SECTION, ProjectsSection)
    return ProjectDesk(database, section, FieldSealer(KeyRing.random()), public_url="https://here.example")


@pytest.fixture
async def setting(database: Database, tmp_path: Path, projects: ProjectDesk) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path, projects=projects) as setting:
        await setting.hire("head", "周华", (Role.HEAD, None))
        await setting.hire("first", "唐勇", (Role.HANDLER, "street"))
        await setting.hire("second", "罗燕", (Role.HANDLER, "street"))
        yield setting


async def sent(clerk: Clerk, path: str, **fields: str) -> Page:
    page = await clerk.get("/console/projects")
    return await clerk.post(path, {"csrf_token": page.hidden("csrf_token"), **fields})


async def test_a_visit_goes_from_the_board_to_the_rating(
    setting: ConsoleSetting, projects: ProjectDesk
) -> None:
    async with setting.client() as clerk:
        await clerk.log_in("head")
        refused = await sent(clerk, "/console/projects", **BOARD | {"contact_phone": "13812345678"})
        assert refused.status == 422
        assert "湖滨小区改造" in refused.text
        assert await Project.all().count() == 0
        opened = await sent(clerk, "/console/projects", **BOARD)
        project = await Project.first()
        assert project is not None
        assert (opened.status, opened.path) == (200, f"/console/projects/{project.id}")
        for login, number in (("first", "A1"), ("second", "A2")):
            days = {"valid_from_on": "2026-01-01", "valid_until_on": "2027-01-01"}
            staff_id = str(setting.people[login].id)
            entered = await sent(clerk, "/console/certificates", staff_id=staff_id, number=number, **days)
            assert number in entered.text
        wrong = await sent(clerk, "/console/certificates", staff_id="nobody", number="A3")
        assert wrong.status == 422
    async with setting.client() as clerk:
        await clerk.log_in("first")
        form = await clerk.get(f"{GATE}?code={project.code}")
        assert "清水建设有限公司" in form.text
        said = {
            "code": f"https://here.example/h5/codes/{project.code}",
            "purpose": "查看围挡",
            "basis": "sites",
            "latitude": "30.27",
            "longitude": "120.15",
            "accuracy": "12",
        }
        nowhere = await sent(clerk, GATE, second_number="A2", **said | {"latitude": "", "purpose": "看围挡"})
        assert nowhere.status == 422
        assert "写明原因" in nowhere.text
        assert "看围挡" in nowhere.text
        alone = await sent(clerk, GATE, second_number="A1", **said)
        assert (alone.status, "查看围挡" in alone.text) == (409, True)
        inside = await sent(clerk, GATE, second_number="A2", **said)
        found = re.fullmatch(r"/console/enterprise-visits/([0-9a-f-]{36})", inside.path)
        assert found is not None
        assert "等同行人员确认" in inside.text
        early = await sent(clerk, f"{inside.path}/end", findings="没有发现问题")
        assert early.status == 409
        own = await sent(clerk, f"{inside.path}/confirm")
        assert own.status == 403
    async with setting.client() as other:
        await other.log_in("second")
        board = await sent(other, GATE, second_number="A1", **said)
        assert board.path == inside.path
        begun = await sent(other, f"{inside.path}/confirm")
        assert (begun.status, "检查中" in begun.text) == (200, True)
    async with setting.client() as clerk:
        await clerk.log_in("first")
        empty = await sent(clerk, f"{inside.path}/end", findings=" ")
        assert empty.status == 422
        ended = await sent(clerk, f"{inside.path}/end", findings="没有发现问题")
        assert "data:image/svg+xml" not in ended.text
        assert (await sent(clerk, f"{inside.path}/code")).status == 403
        again = await sent(clerk, GATE, second_number="A2", **said)
        assert again.status == 409
        assert (await clerk.get("/console/enterprise-visits/nothing")).status == 404
        states = await EnterpriseVisit.all().order_by("created_at").values_list("state", flat=True)
        assert states == ["refused", "ended", "refused"]
        assert (await clerk.get("/console/enterprise-visits")).text.count("未准入") == 2
    async with setting.client() as head:
        await head.log_in("head")
        page = await sent(head, f"{inside.path}/code")
        assert (page.status, "data:image/svg+xml" in page.text, "误差约 12 米" in page.text) == (
            200,
            True,
            True,
        )
        code = rating_code(projects, UUID(found[1]))
        assert code in page.text


async def test_who_may_see_no_visit_is_not_told_that_there_was_none(
    setting: ConsoleSetting, projects: ProjectDesk, database: Database
) -> None:
    await setting.hire("approver", "高敏", (Role.APPROVER, "permits"))
    async with setting.client() as clerk:
        await clerk.log_in("approver")
        await sent(clerk, "/console/projects", **BOARD)
        project = await Project.first()
        assert project is not None
        page = await clerk.get(f"/console/projects/{project.id}")
        assert "今年还没有登记过检查" in page.text

        async def visited(change: Change) -> None:
            visit = EnterpriseVisit(
                id=change.ids.new(),
                project_id=project.id,
                uscc=project.builder_uscc,
                enterprise=project.builder,
                officer_id=setting.people["first"].id,
                unit="street",
                year=2026,
                state="ended",
                purpose="查看围挡",
                basis="《城市市容和环境卫生管理条例》第十六条",
                checked_in_at=change.now,
                created_at=change.now,
                updated_at=change.now,
            )
            await visit.save(force_create=True)

        await database.change(visited)
        page = await clerk.get(f"/console/projects/{project.id}")
        assert "今年 1 次" in page.text
        assert "没有登记过检查" not in page.text
        assert "没有您能看的检查" in page.text
