"""Category models in the console: an administrator looks at the figures and puts one in force; others only look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from casework.actors import system
from casework.complaints import category_models as models
from casework.complaints.category_models import Report
from casework.roles import Role
from content.interpretations.answering import serving_segmenter
from kit.audit.models import AuditEntry
from kit.db import Database
from nlp.linear import LinearModel
from nlp.measuring import LabelScore, Scores, train_and_measure
from nlp.training import Example
from tests.e2e.console_setting import Clerk, ConsoleSetting, Page, console_on

MODELS = "/console/settings/models"
EXAMPLES = [Example("路边摆摊", "vending"), Example("半夜太吵", "noise")] * 5


def scored(macro_f1: float) -> Scores:
    label = LabelScore(5, 0.75, 0.6, macro_f1)
    return Scores(macro_f1, 0.7, {"vending": label, "noise": label})


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train_and_measure(EXAMPLES, serving_segmenter())[0]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def setting(database: Database, tmp_path: Path) -> AsyncIterator[ConsoleSetting]:
    async with console_on(database, tmp_path) as setting:
        await setting.hire("admin", "管理员", (Role.ADMINISTRATOR, None))
        await setting.hire("head", "负责人", (Role.HEAD, None))
        yield setting


async def kept(database: Database, model: LinearModel, macro_f1: float = 0.66) -> UUID:
    report = Report(model=scored(macro_f1), keywords=scored(0.5), left_out={"dogs": 3})
    return await models.keep(database, system(), model, report, 41)


async def send(clerk: Clerk, id: UUID, act: str, reason: str = "比关键词准", **fields: str) -> Page:
    page = await clerk.get(f"{MODELS}/{id}")
    sent = {"csrf_token": page.hidden("csrf_token"), "seen": page.hidden("seen"), "reason": reason}
    return await clerk.post(f"{MODELS}/{id}/{act}", sent | fields)


async def test_a_model_is_put_in_force_and_taken_out_with_a_reason_that_stays(
    setting: ConsoleSetting, database: Database, model: LinearModel
) -> None:
    first, second = await kept(database, model), await kept(database, model)
    async with setting.client() as admin:
        await admin.log_in("admin")
        listed = await admin.get(MODELS)
        assert "现在没有启用模型" in listed.text
        assert "66.0%" in listed.text
        page = await send(admin, first, "use", reason=" ")
        assert (page.status, await models.model_in_force_id()) == (422, None)
        page = await send(admin, first, "use")
        assert await models.model_in_force_id() == first
        for words in ("正在使用", "已启用", "41 件", "比关键词准", "管理员", "75.0%", "dogs 3 件"):
            assert words in page.text, words
        # Somebody else has changed it meanwhile.
        page = await send(admin, second, "use", seen="")
        assert (page.status, await models.model_in_force_id()) == (409, first)
        await send(admin, second, "use")
        page = await send(admin, second, "retire", reason="先用关键词")
        assert "先用关键词" in page.text
        assert await models.model_in_force_id() is None
        assert (await admin.get(f"{MODELS}/nonsense")).status == 404
    rows = await AuditEntry.filter(case_id=first).order_by("position").values_list("action", flat=True)
    assert rows == ["category_model.train", "category_model.activate", "category_model.retire"]


async def test_who_may_only_look_has_no_form_and_a_model_worse_than_the_keywords_is_not_offered(
    setting: ConsoleSetting, database: Database, model: LinearModel
) -> None:
    good, worse = await kept(database, model), await kept(database, model, 0.4)
    async with setting.client() as head:
        await head.log_in("head")
        page = await head.get(f"{MODELS}/{good}")
        assert page.status == 200
        assert "启用这个模型" not in page.text
        token = {"csrf_token": page.hidden("csrf_token"), "reason": "试"}
        assert (await head.post(f"{MODELS}/{good}/use", token)).status == 403
    async with setting.client() as admin:
        await admin.log_in("admin")
        page = await admin.get(f"{MODELS}/{worse}")
        assert "不如关键词准" in page.text
        assert "启用这个模型" not in page.text
