"""The yearly look by whoever answers for a sign: every question answered, photos taken, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, optional
from casework.people.merging import members
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.events import SignChecked, SignCleared, SignFoundUnsafe
from casework.sign_filings.hazards import open_reports
from casework.sign_filings.lifecycle import SIGN, SignState
from casework.sign_filings.models import Sign, SignCheck, SignPhoto
from casework.sign_filings.moving import NOT_FOUND, SignStep, locked, may_see, move_within
from kit.clock import local
from kit.db import Change
from kit.files.models import FileState, StoredFile
from kit.problems import Conflict, Invalid, NotFound

YES, NO = "yes", "no"
SELF_CLEARED = "self_check"
PHOTO_KIND = "sign_check"
"""What a photo is for (`StoredFile.kind`), to be named where it is uploaded."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder found: "yes" (safe) or "no" by code of the question, and ids of stored photos."""

    answers: Mapping[str, str]
    photos: tuple[UUID, ...] = ()
    words: str = ""


async def check(
    desk: SignDesk, actor: Actor, sign_id: UUID, look: Look, expected_revision: int | None = None
) -> bool:
    """Keep the look; whether all is safe. The next one is due a year on. A doubled tap is one look.

    With a "no" the sign counts as a hazard until a later look finds all in order or a clerk has seen it; without one,
    that ends what an earlier look found, not what others have reported. Raises NotFound, Conflict, Invalid.
    """
    answers = _answers(desk, look.answers)
    words = optional(look.words, field="words", at_most=REASON_AT_MOST)
    is_safe = all(one == YES for one in answers.values())
    if not is_safe and words is None:
        raise Invalid("problem.sign.say_what", field="words")
    if not desk.section.photos_least <= len(look.photos) <= desk.section.photos_most:
        least, most = desk.section.photos_least, desk.section.photos_most
        raise Invalid("problem.sign.photos", field="photos", least=least, most=most)

    async def work(change: Change) -> None:
        row = await locked(change, sign_id)
        if not await may_see(actor, row):
            raise NotFound(NOT_FOUND)
        if expected_revision is not None and row.revision != expected_revision:
            last = await SignCheck.filter(sign_id=row.id).order_by("-sent_at").first()
            if last is not None and msgspec.json.decode(last.answers) == answers and last.words == words:
                return
            raise Conflict("problem.sign.moved_on")
        SIGN.check("check", row.state, actor.roles, {"answers": answers})
        await require_own(change, actor, look.photos)
        await _keep(desk, change, actor, row, look, answers, words, is_safe)
        await _follow(change, actor, row, is_safe)

    await desk.db.change(work)
    return is_safe


def _answers(desk: SignDesk, given: Mapping[str, str]) -> dict[str, str]:
    answers = {}
    for one in desk.section.questions:
        said = given.get(one.code, "")
        if said not in (YES, NO):
            raise Invalid("problem.sign.answer", field=one.code, ask=one.ask)
        answers[one.code] = said
    return answers


async def require_own(change: Change, actor: Actor, photos: Iterable[UUID]) -> None:
    """Raises Invalid unless the actor has sent these photos for this, and nothing else holds them."""
    given = tuple(photos)
    ids = list(dict.fromkeys(given))
    states = (FileState.RECEIVED.value, FileState.READY.value)
    own = StoredFile.filter(id__in=ids, kind=PHOTO_KIND, state__in=states)
    if actor.kind == "staff":
        own = own.filter(account_id=None)
    else:
        own = own.filter(account_id__in=list(await members(actor.id)) if actor.id is not None else [])
    if len(ids) != len(given) or await own.count() != len(ids):
        raise Invalid("problem.sign.photo_unknown", field="photos")
    if await SignPhoto.filter(file_id__in=ids).exists():
        raise Invalid("problem.sign.photo_unknown", field="photos")


async def _keep(
    desk: SignDesk,
    change: Change,
    actor: Actor,
    row: Sign,
    look: Look,
    answers: dict[str, str],
    words: str | None,
    is_safe: bool,
) -> None:
    today, check_id = local(change.now).date(), change.ids.new()
    kept = SignCheck(
        id=check_id,
        sign_id=row.id,
        year=today.year,
        answers=msgspec.json.encode(answers).decode(),
        is_safe=is_safe,
        words=words,
        checked_on=today,
        sent_at=change.now,
        account_id=actor.id,
    )
    await kept.save(force_create=True)
    await SignPhoto.bulk_create(
        SignPhoto(
            id=change.ids.new(),
            sign_id=row.id,
            check_id=check_id,
            file_id=file_id,
            stage="check",
            position=position,
        )
        for position, file_id in enumerate(look.photos, 1)
    )

    async def fill(change: Change, row: Sign) -> None:
        row.check_due_on = today + timedelta(days=desk.section.check_every_days)
        row.reminded_at = row.missed_at = None

    content = {
        "is_safe": is_safe,
        "photos": len(look.photos),
        "unsafe": [k for k, v in answers.items() if v == NO],
    }
    tell = SignChecked if is_safe else SignFoundUnsafe
    await move_within(change, actor, row, SignStep("check", tell, content=content, fill=fill))


async def _follow(change: Change, actor: Actor, row: Sign, is_safe: bool) -> None:
    if not is_safe and row.state == SignState.IN_USE:
        await move_within(change, actor, row, SignStep("find_hazard", None, content={"by": SELF_CLEARED}))
    elif is_safe and row.state == SignState.HAZARD and not await open_reports(row.id):
        step = SignStep("clear", SignCleared, content={"by": SELF_CLEARED})
        await move_within(change, actor, row, step)


async def files_of_signs(ids: Collection[UUID]) -> set[UUID]:
    """Those of the files that a look at a sign holds."""
    return {one.file_id for one in await SignPhoto.filter(file_id__in=list(ids)).only("file_id")}
