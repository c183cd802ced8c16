"""A complaint that was filed from a code says on its page which sign or project the code hangs on, and leads there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from casework.complaints.filing import submit
from casework.projects.desk import ProjectDesk
from casework.projects.models import Project
from casework.projects.profile import ProjectsSection
from casework.roles import Role
from casework.scene_codes.actions import NewSceneCode, add
from casework.scene_codes.kinds import SceneKind
from casework.sign_filings.models import Sign
from kit.db import Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests.casework_setting import CITIZEN, DISPATCHER, desk_on, words
from tests.e2e.console_setting import ConsoleSetting, console_on
from tests.e2e.test_console_projects import BOARD, SECTION, sent
from tests.e2e.test_console_signs import hung


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    section = msgspec.convert(SECTION, ProjectsSection)
    projects = ProjectDesk(
        database, section, FieldSealer(KeyRing.random()), public_url="https://here.example"
    )
    async with console_on(database, tmp_path, projects=projects) as setting:
        await setting.hire("head", "周华", (Role.HEAD, None))
        await setting.hire("duty", "徐静", (Role.DUTY_OFFICER, None))
        yield setting


async def filed_from(database: Database, code: str | None) -> str:
    case = await submit(desk_on(database), CITIZEN, words("看着不对", scene_code=code))
    return f"/console/cases/{case.reference}"


async def test_a_case_leads_to_the_sign_and_to_the_project_whose_code_was_scanned(
    setting: ConsoleSetting, database: Database
) -> None:
    sign = await Sign.get(id=await hung(database))
    async with setting.client() as clerk:
        await clerk.log_in("head")
        await sent(clerk, "/console/projects", **BOARD)
        project = await Project.get()
        of_sign = await filed_from(database, sign.code)
        page = (await clerk.get(of_sign)).text
        assert f'<a href="/console/signs/{sign.id}">' in page
        assert sign.code in page
        assert "清河面馆" in page
        page = (await clerk.get(await filed_from(database, project.code))).text
        assert (
            f'<a href="/console/projects/{project.id}">工程项目：湖滨小区改造（{project.code}）</a>' in page
        )
        assert "扫码投诉" not in (await clerk.get(await filed_from(database, None))).text
        # A code that we never made is shown as it came.
        page = (await clerk.get(await filed_from(database, "zz_<b>unknown"))).text
        assert "zz_&lt;b&gt;unknown" in page
    async with setting.client() as other:
        await other.log_in("duty")
        page = (await other.get(of_sign)).text
        assert sign.code in page
        assert f"/console/signs/{sign.id}" not in page


async def test_a_case_of_another_code_leads_to_the_sheet_of_the_code(
    setting: ConsoleSetting, database: Database
) -> None:
    new = NewSceneCode(kind=SceneKind.STREET_CHIEF, title="文渊路街巷长")
    code = (await add(database, DISPATCHER, new)).code
    async with setting.client() as clerk:
        await clerk.log_in("head")
        page = (await clerk.get(await filed_from(database, code))).text
        assert f'<a href="/console/codes/{code}">' in page
