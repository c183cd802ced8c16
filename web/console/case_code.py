"""The code on a sign or at a building site that a case was filed from, with the way to what it hangs on."""

from __future__ import annotations

from casework.complaints.views import ComplaintDetail
from casework.permissions import Operation
from casework.projects.models import Project
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.queries import by_code
from casework.sign_filings.models import Sign
from web.console.door import ConsoleDoor
from web.console.frame import CODES, PROJECTS, SIGNS
from web.console.screens import Link
from web.console.visitor import Visitor


async def filed_from(door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail) -> Link | None:
    """None for a case that no code led to. The address is empty where the visitor may not open what is behind the code."""
    code = case.scene_code
    if not code:
        return None
    found = await by_code(code)
    if found is None:
        return Link(href="", words=code)
    words = door.words.text(
        "console.case.code_of",
        kind=door.words.text(f"console.codes.kind.{found.kind.value}"),
        title=found.title,
        code=code,
    )
    return Link(href=await _behind(visitor, found.kind, code), words=words)


async def _behind(visitor: Visitor, kind: SceneKind, code: str) -> str:
    if kind is SceneKind.SIGN and visitor.may(Operation.SEE_SIGNS):
        sign = await Sign.get_or_none(code=code)
        if sign is not None:
            return f"{SIGNS}/{sign.id}"
    if kind is SceneKind.PROJECT and visitor.may(Operation.SEE_PROJECTS):
        project = await Project.get_or_none(code=code)
        if project is not None:
            return f"{PROJECTS}/{project.id}"
    return f"{CODES}/{code}" if visitor.may(Operation.KEEP_CODES) else ""
