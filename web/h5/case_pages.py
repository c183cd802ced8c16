"""A person's own matters: the list, one complaint, one message to the bureau."""

from __future__ import annotations

from urllib.parse import quote, urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints import queries as complaints
from casework.complaints.lifecycle import State
from casework.complaints.views import ComplaintLine, ComplaintView, PhotoView
from casework.inquiries import queries as inquiries
from casework.inquiries.views import InquiryLine
from casework.people.consents import Purpose, agreed
from kit.files.models import FileState, StoredFile
from kit.files.store import FileMissing, Variant
from kit.problems import Invalid, NotFound
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.screens import CaseLine, CasePage, Fact, Happening, InquiryScreen, MePage, Picture, Said, Telling
from web.h5.visitor import HOME, Visitor

ROWS = 20


async def home(request: Request) -> HTTPResponse:
    """GET /h5/; with the code of a sign, to what stands behind it."""
    code = str(request.args.get("code", ""))
    return redirect(f"/h5/codes/{quote(code[:40], safe='')}" if code else HOME, status=303)


async def show_me(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me."""
    after = str(request.args.get("after", "")) or None
    try:
        found = await complaints.mine(door.desk, visitor.account_id, after, ROWS)
    except Invalid:
        # A place in the list that somebody cut off or made up: from the beginning.
        after, found = None, await complaints.mine(door.desk, visitor.account_id, None, ROWS)
    asked = (await inquiries.mine(door.inquiries, visitor.account_id, ROWS)).rows if after is None else ()
    page = MePage(
        cases=tuple(_case_line(door, row) for row in found.rows),
        inquiries=tuple(_inquiry_line(door, row) for row in asked),
        telling=await _telling(door, visitor),
        more=f"{HOME}?{_query(found.after)}" if found.after else "",
        first=HOME if after else "",
    )
    return shown(door, "me.html", frame_for(request, door, visitor, HOME), page)


async def show_case(request: Request, door: H5Door, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /h5/cases/<reference>: somebody else's case and one that does not exist look the same."""
    view = await complaints.for_owner(door.desk, visitor.account_id, reference)
    if view is None:
        return await _inquiry(request, door, visitor, reference)
    return shown(door, "case.html", frame_for(request, door, visitor), await _case(door, view))


async def show_photo(request: Request, door: H5Door, visitor: Visitor, file_id: str) -> HTTPResponse:
    """GET /h5/files/<id>?case=…: the re-encoded copy of a photo of one's own case."""
    try:
        wanted = UUID(file_id)
    except ValueError:
        raise NotFound() from None
    view = await complaints.for_owner(door.desk, visitor.account_id, str(request.args.get("case", "")))
    ready = StoredFile.filter(id=wanted, state=FileState.READY.value)
    if view is None or wanted not in {photo.file_id for photo in view.photos} or not await ready.exists():
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(wanted, variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def _telling(door: H5Door, visitor: Visitor) -> Telling | None:
    notice = door.consents.collection_notice
    if await agreed(visitor.account_id, Purpose.COLLECTION_NOTICE, notice.version):
        return None
    return Telling(title=notice.title, words=notice.opening, version=notice.version)


async def _inquiry(request: Request, door: H5Door, visitor: Visitor, reference: str) -> HTTPResponse:
    view = await inquiries.for_owner(door.inquiries, visitor.account_id, reference)
    if view is None:
        raise NotFound("problem.h5.no_such_case")
    text = door.words.text
    page = InquiryScreen(
        reference=view.reference,
        state=text(f"inquiry.state.{view.state}"),
        said=tuple(
            Said(
                who=text(f"h5.inquiry.{one.author_kind}"),
                at=door.words.moment(one.at),
                words=one.text,
                is_ours=one.author_kind == "staff",
            )
            for one in view.messages
        ),
    )
    return shown(door, "talk.html", frame_for(request, door, visitor), page)


async def _case(door: H5Door, view: ComplaintView) -> CasePage:
    text = door.words.text
    facts = [
        Fact(name=text("h5.case.story"), words=view.story),
        Fact(name=text("h5.case.place"), words=view.place_text),
    ]
    for name, words in (
        ("category", view.category_name),
        ("unit", view.unit_name),
        ("refusal", view.refusal_reason),
        ("responsible_body", view.responsible_body),
        ("dispute", view.dispute_reason),
        ("comment", view.rating_comment),
    ):
        if words:
            facts.append(Fact(name=text(f"h5.case.{name}"), words=words))
    for added in view.additions:
        at = door.words.moment(added.at)
        facts.append(Fact(name=f"{text('h5.case.added')} · {at}", words=added.text))
    before = [photo for photo in view.photos if photo.stage != "after"]
    after = [photo for photo in view.photos if photo.stage == "after"]
    return CasePage(
        reference=view.reference,
        state=text(f"complaint.state.{view.state}"),
        promise=_promise(door, view),
        facts=tuple(facts),
        answer=view.answer or "",
        answered=door.words.moment(view.answered_at) if view.answered_at else "",
        photos=await _pictures(door, view.reference, before),
        after_photos=await _pictures(door, view.reference, after),
        happenings=tuple(
            Happening(at=door.words.moment(one.at), what=text(one.key, **one.params)) for one in view.timeline
        ),
    )


def _promise(door: H5Door, view: ComplaintView) -> str:
    if view.due_at is None:
        return ""
    key = "rate_by" if view.state is State.ANSWERED else "due"
    return door.words.text(f"h5.case.{key}", at=door.words.moment(view.due_at))


async def _pictures(door: H5Door, reference: str, photos: list[PhotoView]) -> tuple[Picture, ...]:
    ids = [photo.file_id for photo in photos]
    states = dict(await StoredFile.filter(id__in=ids).values_list("id", "state")) if ids else {}
    shown_ones = []
    for number, photo in enumerate(photos, start=1):
        address = f"/h5/files/{photo.file_id}?case={reference}"
        if photo.medium != "photo":
            shown_ones.append(Picture(words=door.words.text(f"h5.case.{photo.medium}")))
        elif states.get(photo.file_id) == FileState.READY.value:
            words = door.words.text("h5.case.photo", number=number)
            shown_ones.append(Picture(words=words, href=address, small=f"{address}&size=small"))
        else:
            # One without a row is still on its way here from the chat.
            key = "photo_failed" if states.get(photo.file_id) == FileState.REFUSED.value else "photo_waiting"
            shown_ones.append(Picture(words=door.words.text(f"h5.case.{key}")))
    return tuple(shown_ones)


def _case_line(door: H5Door, row: ComplaintLine) -> CaseLine:
    return CaseLine(
        href=f"/h5/cases/{row.reference}",
        reference=row.reference,
        state=door.words.text(f"complaint.state.{row.state}"),
        opening=row.story[:80],
        where=row.place_text,
        at=door.words.day(row.submitted_at),
    )


def _inquiry_line(door: H5Door, row: InquiryLine) -> CaseLine:
    return CaseLine(
        href=f"/h5/cases/{row.reference}",
        reference=row.reference,
        state=door.words.text(f"inquiry.state.{row.state}"),
        opening=row.opening,
        where="",
        at=door.words.day(row.submitted_at),
    )


def _query(after: str) -> str:
    return urlencode({"after": after})
