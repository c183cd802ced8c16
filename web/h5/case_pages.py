"""A person's own matters: the list, and one complaint with what can be done about it."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request

from casework.complaints import queries as complaints
from casework.complaints.lifecycle import COMPLAINT, State
from casework.complaints.views import ComplaintView
from casework.inquiries import queries as inquiries
from casework.notifications.prompts import Moment
from kit.files.models import FileState, StoredFile
from kit.files.store import FileMissing, Variant
from kit.problems import Invalid, NotFound
from web.h5.case_acts import ACTS, form_of, may
from web.h5.case_screens import CasePage, CaseRow, CasesPage
from web.h5.case_visitor import BY_RECEIPT, CaseVisitor, case_of
from web.h5.case_words import case_row, facts_of, happenings_of, opening_of, pictures_of, talk_row
from web.h5.claiming import offer_of
from web.h5.door import H5Door
from web.h5.frame import danger_numbers, frame_for, shown
from web.h5.notice_pages import stop_form
from web.h5.notice_prompt import prompt_for
from web.h5.notice_screens import Prompt
from web.h5.reckoning import standing_of
from web.h5.screens import Link
from web.h5.talk_page import show_talk
from web.h5.typed import Typed
from web.h5.visitor import CASES, Visitor

ROWS = 20
DONE = frozenset({"rate_3", "rate_2", "rate_1", "dispute", "add", "remind", "withdraw", "claim", "filed"})


async def show_cases(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/cases: complaints, or with kind=talks messages to the bureau; newest first, paged by key."""
    is_talks = request.args.get("kind") == "talks"
    after = str(request.args.get("after", "")) or None
    try:
        rows, more = await _rows(door, visitor, after, is_talks=is_talks)
    except Invalid:
        # A place in the list that somebody cut off or made up: from the beginning.
        after = None
        rows, more = await _rows(door, visitor, None, is_talks=is_talks)
    text, kind = door.words.text, {"kind": "talks"} if is_talks else {}
    own = CASES + (f"?{urlencode(kind)}" if kind else "")
    page = CasesPage(
        tabs=(
            Link(href=CASES, words=text("h5_case.tab.complaints"), here=not is_talks),
            Link(href=f"{CASES}?kind=talks", words=text("h5_case.tab.talks"), here=is_talks),
        ),
        rows=rows,
        none=text("h5_case.none.talks" if is_talks else "h5_case.none.complaints"),
        more=f"{CASES}?{urlencode(kind | {'after': more})}" if more else "",
        first=own if after else "",
    )
    return shown(door, "cases.html", frame_for(request, door, visitor, CASES), page)


async def show_case(request: Request, door: H5Door, visitor: CaseVisitor, reference: str) -> HTTPResponse:
    """GET /h5/cases/<reference>: somebody else's case and one that does not exist look the same."""
    view = await case_of(door, visitor, reference)
    if view is None:
        return await show_talk(request, door, visitor, reference)
    frame = frame_for(request, door, visitor, f"{CASES}/{view.reference}")
    return shown(door, "case.html", frame, await _case(request, door, visitor, view))


async def show_photo(
    request: Request, door: H5Door, visitor: CaseVisitor, reference: str, file_id: str
) -> HTTPResponse:
    """GET /h5/files/<id>?case=…: the re-encoded copy of a photo of one's own case."""
    try:
        wanted = UUID(file_id)
    except ValueError:
        raise NotFound() from None
    view = await case_of(door, visitor, reference)
    ready = StoredFile.filter(id=wanted, state=FileState.READY.value)
    if view is None or wanted not in {photo.file_id for photo in view.photos} or not await ready.exists():
        raise NotFound()
    variant = Variant.THUMBNAIL if request.args.get("size") == "small" else Variant.LARGE
    try:
        content = await door.files.read_derived(wanted, variant)
    except FileMissing:
        raise NotFound() from None
    return HTTPResponse(content, content_type="image/jpeg", headers={"content-disposition": "inline"})


async def _rows(
    door: H5Door, visitor: Visitor, after: str | None, *, is_talks: bool
) -> tuple[tuple[CaseRow, ...], str | None]:
    if is_talks:
        talks = await inquiries.mine(door.inquiries, visitor.account_id, ROWS, after)
        return tuple(talk_row(door, row) for row in talks.rows), talks.after
    found = await complaints.mine(door.desk, visitor.account_id, after, ROWS)
    return tuple(case_row(door, row) for row in found.rows), found.after


async def _case(request: Request, door: H5Door, visitor: CaseVisitor, view: ComplaintView) -> CasePage:
    text, own = door.words.text, f"{CASES}/{view.reference}"
    done = str(request.args.get("done", ""))
    is_receipt = visitor.case_id is not None
    claim, sign_in = await offer_of(request, door, visitor, view)
    owner_id = None if is_receipt else visitor.account_id
    return CasePage(
        reference=view.reference,
        opening=opening_of(view.story),
        standing=standing_of(door, view),
        facts=facts_of(door, view),
        back=None if is_receipt else Link(href=CASES, words=text("h5_case.back_to_cases")),
        done=text(f"h5_case.done.{done}") if done in DONE else "",
        danger=text("h5_case.danger") if request.args.get("danger") else "",
        danger_numbers=danger_numbers(door),
        question=view.question,
        kin=tuple(
            Link(href=f"{CASES}/{one}", words=text(f"h5_case.kin.{name}", reference=one))
            for name, references in (("part", view.hanging.parts), ("whole", (view.hanging.whole,)))
            for one in references
            if one
        ),
        answer=view.answer or "",
        answered=door.words.moment(view.answered_at) if view.answered_at else "",
        photos=await pictures_of(door, view.reference, [one for one in view.photos if one.stage != "after"]),
        after_photos=await pictures_of(
            door, view.reference, [one for one in view.photos if one.stage == "after"]
        ),
        happenings=happenings_of(door, view.timeline),
        rating=form_of(door, view, "rate", Typed()) if may(view, "rate") and view.rating is None else None,
        rated=text("h5_case.rated", score=text(f"complaint.score.{view.rating}")) if view.rating else "",
        offers=tuple(
            Link(href=f"{own}/{act}", words=text(f"h5_case.act.{act}.offer"))
            for act in ACTS
            if may(view, act) and (act != "rate" or view.rating is not None)
        ),
        remind_from=_remind_from(door, view),
        leave=f"{BY_RECEIPT}/leave" if is_receipt else "",
        claim=claim,
        sign_in=sign_in,
        prompt=await _prompt(request, door, owner_id, view) if owner_id is not None else None,
        stop=await stop_form(request, door, owner_id) if owner_id is not None else None,
    )


def _remind_from(door: H5Door, view: ComplaintView) -> str:
    """From when one may ask where it stands, as long as one may not."""
    if view.remind_from is None or may(view, "remind"):
        return ""
    return door.words.text("h5_case.remind_from", at=door.words.moment(view.remind_from))


async def _prompt(request: Request, door: H5Door, owner_id: UUID, view: ComplaintView) -> Prompt | None:
    moment = Moment.ANSWERED if view.state is State.ANSWERED else Moment.OPENED
    return await prompt_for(request, door, owner_id, moment, is_open=view.state not in COMPLAINT.final)
