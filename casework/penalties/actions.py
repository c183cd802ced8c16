"""What is done with a notice once it is issued: delivered, reported, looked at again, ended by a person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import required
from casework.documents.issuing import record_delivery
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.penalties.access import give_code
from casework.penalties.desk import PenaltyDesk
from casework.penalties.events import RectificationEnded, RectificationReported, RectificationSentBack
from casework.penalties.lifecycle import State
from casework.penalties.models import RectificationNotice
from casework.penalties.moving import NoticeStep, start_limit, take
from casework.penalties.papers import ABOUT, issue_paper
from casework.penalties.photos import AFTER, AT_MOST, RECHECK, put_officers, put_photos
from kit.db import Change
from kit.problems import Conflict, Invalid

WORDS_AT_MOST = 1_000
ENDINGS = {
    "confirm": State.PUT_RIGHT,
    "find_undone": State.NOT_DONE,
    "withdraw": State.WITHDRAWN,
    "exempt": State.EXEMPTED,
}


async def deliver(
    desk: PenaltyDesk, actor: Actor, notice_id: UUID, delivery: str, expected_revision: int | None = None
) -> None:
    """Note that the paper was handed over or came by post: the time begins that day. Raises NotFound, Forbidden, Conflict, Invalid."""
    if delivery not in ("window", "post"):
        # Electronic delivery happens by itself when the notice is issued, and needs the consent signed before.
        raise Invalid("problem.penalty.delivery", field="delivery")

    async def fill(change: Change, row: RectificationNotice) -> None:
        if row.delivered_at is not None:
            raise Conflict("problem.penalty.delivered")
        row.delivery, row.delivered_at = delivery, change.now
        start_limit(desk, row, change.now)

    async def follow(change: Change, row: RectificationNotice) -> None:
        papers = IssuedDocument.filter(
            about_kind=ABOUT, about_id=row.id, kind=Paper.RECTIFICATION.value, voided_at=None
        )
        for paper in await papers.order_by("id"):
            await record_delivery(change, actor, paper.id, "window" if delivery == "window" else "post")

    given = {"delivery": delivery}
    await take(
        desk,
        actor,
        notice_id,
        NoticeStep("deliver", given=given, content=given, fill=fill, follow=follow),
        expected_revision,
    )


async def report(
    desk: PenaltyDesk,
    actor: Actor,
    notice_id: UUID,
    words: str,
    file_ids: Sequence[UUID] = (),
    *,
    access_id: UUID | None = None,
    expected_revision: int | None = None,
) -> None:
    """The party says that it is put right, with photos: files the door knows to be theirs. Raises as `deliver`."""
    said = required(words, field="words", at_most=WORDS_AT_MOST)
    if len(file_ids) > AT_MOST:
        raise Invalid("problem.penalty.too_many_photos", field="photos", at_most=AT_MOST)

    async def fill(change: Change, row: RectificationNotice) -> None:
        row.report, row.reported_at = said, change.now
        await put_photos(change, row.id, AFTER, file_ids)

    step = NoticeStep("report", RectificationReported, {"words": said}, {"photos": len(file_ids)}, fill=fill)
    await take(desk, actor, notice_id, step, expected_revision, access_id)


async def send_back(
    desk: PenaltyDesk,
    actor: Actor,
    notice_id: UUID,
    words: str,
    expected_revision: int | None = None,
    *,
    photos: Sequence[UUID] = (),
) -> None:
    """It is not right yet: the time begins anew. `photos` show what was seen. Raises as `deliver`."""
    said = required(words, field="words", at_most=WORDS_AT_MOST)

    async def fill(change: Change, row: RectificationNotice) -> None:
        row.checked_words = said
        await put_officers(change, row.id, RECHECK, photos)

    content = {"photos": len(photos)}
    step = NoticeStep("send_back", RectificationSentBack, {"words": said}, content, fill=fill)
    await take(desk, actor, notice_id, step, expected_revision)


async def end(
    desk: PenaltyDesk,
    actor: Actor,
    notice_id: UUID,
    move: str,
    words: str,
    expected_revision: int | None = None,
    *,
    photos: Sequence[UUID] = (),
) -> None:
    """Confirm that it is put right, or not; withdraw the notice; or let a first violation go, with its paper.

    `move`: one of ENDINGS; `photos` show what was seen. Letting go needs a judgement of the earlier records. Raises as `deliver`.
    """
    said = required(words, field="words", at_most=WORDS_AT_MOST)

    async def fill(change: Change, row: RectificationNotice) -> None:
        if move == "exempt":
            if not row.is_first_violation or row.judgement is None:
                raise Conflict("problem.penalty.not_judged")
            row.exempted_at = change.now
        row.checked_words = said
        await put_officers(change, row.id, RECHECK, photos)

    async def follow(change: Change, row: RectificationNotice) -> None:
        await issue_paper(desk, change, actor, row, Paper.FIRST_VIOLATION_EXEMPTION, findings=said)

    outcome = desk.documents.catalogue.text(f"rectification.state.{ENDINGS[move]}")
    step = NoticeStep(
        move,
        RectificationEnded,
        {"words": said},
        {"photos": len(photos)},
        telling={"outcome": outcome},
        fill=fill,
        follow=follow if move == "exempt" else None,
    )
    await take(desk, actor, notice_id, step, expected_revision)


async def renew_code(
    desk: PenaltyDesk, actor: Actor, notice_id: UUID, expected_revision: int | None = None
) -> None:
    """End the code that was given out, for a paper in wrong hands, and make another with a new paper. Raises as `deliver`."""

    async def follow(change: Change, row: RectificationNotice) -> None:
        code = await give_code(change, desk, row.id)
        await issue_paper(desk, change, actor, row, Paper.RECTIFICATION, code=code)

    await take(desk, actor, notice_id, NoticeStep("renew_code", follow=follow), expected_revision)
