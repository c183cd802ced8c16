"""What was handed in, on pages: pictures and papers, each only for whoever may see it."""

from __future__ import annotations

from urllib.parse import urlencode

from casework.permissions import Operation
from casework.permits.materials import AttachedFile
from casework.permits.views import ApplicationView
from kit.files.models import FileState
from kit.files.pdf import PDF
from web.console.case_screens import Photo
from web.console.door import ConsoleDoor
from web.console.permit_screens import HandedIn, MaterialRow
from web.console.permit_words import FILES, application_address
from web.console.visitor import Visitor

EXPLAINED = ("received", "refused", "gone")


async def materials_of(door: ConsoleDoor, visitor: Visitor, view: ApplicationView) -> tuple[MaterialRow, ...]:
    """The materials of an application with their files; whoever takes it in may mark originals as seen."""
    text = door.words.text
    action = ""
    if visitor.may(Operation.TAKE_IN_PERMITS) and not view.is_own:
        action = f"{application_address(view.line.reference)}/original"
    rows = []
    for one in view.materials:
        note = "" if one.files else text("console_permits.material.none")
        if one.original_at_window and not one.files:
            note = text("console_permits.material.at_window")
        files = tuple(
            handed_in(door, file, one.name, number, {"case": view.line.reference}, action)
            for number, file in enumerate(one.files, start=1)
        )
        rows.append(MaterialRow(name=one.name, note=note, files=files))
    return tuple(rows)


def handed_in(
    door: ConsoleDoor,
    file: AttachedFile,
    name: str,
    number: int,
    about: dict[str, str],
    seen_action: str = "",
) -> HandedIn:
    """One file. `about` says in its address what it belongs to, by which it is given out."""
    text, is_paper = door.words.text, file.media_type == PDF
    words = text("console_permits.material.file", name=name, number=number)
    photo = Photo(words=words)
    if file.state == FileState.READY.value:
        address = f"{FILES}/{file.id}?{urlencode(about)}"
        photo = Photo(words=words, href=address, small=f"{address}&size=small")
    state = text(f"console_permits.material.{file.state}") if file.state in EXPLAINED else ""
    if file.state == "refused" and file.reason:
        state = text(file.reason)
    return HandedIn(
        photo=photo,
        is_paper=is_paper,
        state="" if photo.href else state,
        seen=text("console_permits.material.seen") if file.is_seen else "",
        seen_action=f"{seen_action}/{file.id}" if seen_action and not file.is_seen else "",
    )
