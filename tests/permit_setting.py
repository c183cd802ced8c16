"""A small permit desk for tests: four kinds, its people, and applications that were just made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from app.documents import issuer_of, shipped_templates
from casework.actors import Actor
from casework.documents.desk import DocumentDesk
from casework.documents.rendering import Typesetting
from casework.permits import drafts
from casework.permits.desk import PermitDesk
from casework.permits.forms import Filled
from casework.permits.kinds import PermitsSection
from casework.permits.models import PermitApplication
from casework.permits.submitting import Source, submit
from casework.roles import Role
from content.bureau_profile import BureauSection
from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once
from tests.casework_setting import CITIZEN, EVERYWHERE, calendar, person

UNIT = "permits"
APPROVER = Actor(
    kind="staff", id=person(41), roles=frozenset({Role.APPROVER}), name="审批员", units=frozenset({UNIT})
)
CLERK = Actor(
    kind="staff", id=person(42), roles=frozenset({Role.WINDOW_CLERK}), name="窗口", units=frozenset({UNIT})
)
PERMIT_HEAD = Actor(
    kind="staff", id=person(43), roles=frozenset({Role.HEAD}), name="科长", units=frozenset({UNIT})
)
SURVEYOR = Actor(
    kind="staff", id=person(44), roles=frozenset({Role.SURVEY_OFFICER}), name="勘查甲", units=EVERYWHERE
)
_WHO: list[dict[str, Any]] = [
    {"code": "holder", "name": "申请单位", "type": "organisation", "role": "holder", "step": "who"},
    {"code": "phone", "name": "联系电话", "type": "phone", "role": "phone", "step": "who"},
]
_BASIS = [{"law": "城市市容和环境卫生管理条例", "article": "第十四条"}]


def _kind(code: str, flow: str, **more: Any) -> dict[str, Any]:
    fields = [*_WHO, {"code": "words", "name": "说明", "type": "text", "required": False}]
    return {
        "code": code,
        "name": {"permit": "临时占道设摊", "filing": "店招备案", "refund": "保证金退还"}[flow],
        "plain": "摆摊搞活动",
        "flow": flow,
        "product": "permit" if flow == "permit" else "none",
        "summary": "在人行道上临时设摊",
        "unit": UNIT,
        "basis": _BASIS,
        "fields": fields,
        "fee": {"fen": 0, "basis": "清政办〔2025〕3号"},
        "papers": {"remedies": "可以申请复议。"},
        **more,
    }


KINDS = (
    _kind(
        "stall",
        "permit",
        limits={
            "survey": {"working_minutes": 60, "basis": "承诺：一小时踏勘"},
            "promise": {"working_days": 1, "basis": "承诺：一个工作日办结"},
        },
        term={"days_most": 30},
        acts=["new", "renew"],
    ),
    _kind(
        "board",
        "permit",
        has_survey=False,
        limits={"promise": {"working_minutes": 420, "basis": "承诺：七小时"}},
    ),
    _kind("sign", "filing", has_survey=False),
    _kind("proof", "refund", materials=[{"code": "receipt", "name": "缴款凭证"}]),
    _kind(
        "deposit",
        "refund",
        has_survey=False,
        materials=[{"code": "receipt", "name": "缴款凭证", "required": False}],
    ),
)
SECTION = msgspec.convert({"kinds": list(KINDS)}, PermitsSection)


def document_desk_on(db: Database, sealer: FieldSealer) -> DocumentDesk:
    """Issues papers with the shipped templates; drawing one starts a process, so do not."""
    bureau = read_once.profile().section(BureauSection)
    return DocumentDesk(
        db=db,
        sealer=sealer,
        catalogue=read_once.catalogue(),
        issuer=issuer_of(bureau, "清"),
        typesetter=Typesetting(),
        previewer=Typesetting(),
        shipped=shipped_templates(),
    )


def permit_desk_on(
    db: Database, *, section: PermitsSection = SECTION, on: WorkingCalendar | None = None
) -> PermitDesk:
    """A permit desk with keys of its own."""
    sealer = FieldSealer(KeyRing.random())
    return PermitDesk(
        db=db,
        calendar=on or calendar(),
        section=section,
        sealer=sealer,
        bureau_code="QS",
        documents=document_desk_on(db, sealer),
    )


def filled(**values: str) -> Filled:
    """A form of one of the kinds here, with what is given put in."""
    return Filled(values={"holder": "清河商贸有限公司", "phone": "13800001234", **values})


async def drafted(desk: PermitDesk, actor: Actor = CITIZEN, kind: str = "stall", **values: str) -> UUID:
    """A draft that is complete."""
    draft_id = await drafts.begin(desk, actor, kind)
    await drafts.save(desk, actor, draft_id, filled(**values), "what", 1)
    return draft_id


async def applied(
    desk: PermitDesk, actor: Actor = CITIZEN, kind: str = "stall", source: Source = "h5", **values: str
) -> UUID:
    """An application that was just submitted."""
    return (
        await submit(desk, actor, await drafted(desk, actor, kind, **values), source=source)
    ).application_id


async def row_of(application_id: UUID) -> PermitApplication:
    return await PermitApplication.get(id=application_id)


def audited(entries: Iterable[Any]) -> list[str]:
    """The actions of an audit chain, in order."""
    return [one.action.removeprefix("permit_application.") for one in entries]
