"""The demo's construction project: a board with a notice, two certified officers, a visit that was made and one planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.core import Core
from app.doors import project_desk_of
from casework.actors import Actor
from casework.complaints.place import Position
from casework.projects import actions, certificates, notices, visit_plans, visiting
from casework.projects.actions import ProjectWords
from casework.projects.confirming import confirm
from casework.projects.models import Project
from casework.projects.visiting import CheckIn
from kit.clock import local

NUMBERS = {"kancha1": "ZF33010001", "kancha2": "ZF33010002"}
OFFICERS = tuple(NUMBERS)


async def boards(core: Core, staff: Mapping[str, Actor]) -> None:
    """Fill in the project and what goes with it. On a quiet day the visit is refused, which is shown as well."""
    desk, head = project_desk_of(core), staff["lingdao"]
    today = local(core.clock.now()).date()
    project_id = await actions.open_project(
        desk,
        staff["shenpi"],
        ProjectWords(
            name="湖滨路雨污分流改造工程",
            builder="清水市城建投资有限公司",
            builder_uscc="91330106MA2B1C3D45",
            contractor="清水市第一市政工程公司",
            supervisor="正信工程监理公司",
            contact_name="项目部 李工",
            contact_phone="0000-8212360",
            place_text="湖滨路 8 号（文渊路口往东）",
            starts_on=today - timedelta(days=40),
            ends_on=today + timedelta(days=160),
            unit="construction",
            key_contact_id=staff["chuangkou"].id,
            position=Position(30.270300, 120.150900, "gcj02"),
        ),
    )
    await notices.put_notice(
        desk,
        staff["shenpi"],
        project_id,
        title="夜间浇筑路面",
        words="今晚 22 时至次日 6 时浇筑路面，会有噪声，请周边居民谅解。已经办理夜间施工证明。",
        until_at=core.clock.now() + timedelta(days=30),
    )
    for login, number in NUMBERS.items():
        officer_id = staff[login].id
        if officer_id is not None:
            since, until = today - timedelta(days=300), today + timedelta(days=1400)
            await certificates.add_certificate(desk, head, officer_id, number, since, until)
    project = await Project.get(id=project_id)
    said = CheckIn(
        code=project.code,
        second_number=NUMBERS[OFFICERS[1]],
        purpose="查看围挡和渣土覆盖",
        basis="city_appearance",
        position=Position(30.270400, 120.151000, "gcj02"),
        accuracy_m=15.0,
    )
    result = await visiting.check_in(desk, staff[OFFICERS[0]], said)
    if not result.refused:
        await confirm(desk, staff[OFFICERS[1]], result.visit_id)
        await visit_plans.end(desk, staff[OFFICERS[0]], result.visit_id, "围挡完好，渣土已经覆盖。")
    first = today.replace(day=1) + timedelta(days=32)
    await visit_plans.plan(
        desk,
        staff[OFFICERS[0]],
        project_id,
        officer_id=staff[OFFICERS[0]].id or project_id,
        on=first.replace(day=5),
        purpose="复查围挡",
        basis="city_appearance",
    )
