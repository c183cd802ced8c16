"""The page after filing: who to call first, the number to keep, what happens next and by when."""

from __future__ import annotations

from dataclasses import dataclass

from sanic import HTTPResponse, Request

from casework.complaints import queries as complaints
from casework.complaints.category import elsewhere_params, recognise_elsewhere
from casework.complaints.lifecycle import State
from casework.complaints.limits import limit_in
from casework.complaints.models import ComplaintReceipt
from casework.complaints.receipts import ReceiptKind, secret_of
from casework.complaints.views import ComplaintView
from casework.dangers.finding import find_danger
from casework.notifications.prompts import Moment
from kit.problems import NotFound
from web.h5.case_screens import Standing
from web.h5.door import H5Door
from web.h5.frame import danger_numbers, frame_for, shown
from web.h5.notice_prompt import prompt_for
from web.h5.notice_screens import Prompt
from web.h5.reckoning import standing_of
from web.h5.screens import Fact, Link
from web.h5.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class FiledPage:
    """A complaint just filed. `numbers` are there where its words tell of danger; `secret` where it is needed.

    `to_keep` is what a person copies, all of it in one piece of text.
    """

    reference: str
    href: str
    numbers: tuple[Link, ...]
    secret: str
    receipt_address: str
    to_keep: str
    standing: Standing
    later: tuple[str, ...]
    facts: tuple[Fact, ...]
    prompt: Prompt | None = None


async def show_filed(request: Request, door: H5Door, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /h5/filed/<reference>: for the owner alone."""
    view = await complaints.for_owner(door.desk, visitor.account_id, reference)
    if view is None:
        raise NotFound("problem.h5.no_such_case")
    text = door.words.text
    is_dangerous = bool(find_danger(door.desk.policy.danger, view.story))
    secret = await _secret(door, view)
    address = f"{door.public_url}/h5/receipt"
    standing = standing_of(door, view)
    to_keep = [text("h5_file.keep.reference", reference=view.reference)]
    if secret:
        to_keep += [text("h5_file.keep.secret", secret=secret), text("h5_file.keep.where", address=address)]
    page = FiledPage(
        reference=view.reference,
        href=f"/h5/cases/{view.reference}",
        numbers=danger_numbers(door) if is_dangerous else (),
        secret=secret,
        receipt_address=address.split("://")[1],
        to_keep="\n".join(to_keep),
        standing=standing,
        later=_later(door, view),
        facts=_facts(door, view),
        prompt=await prompt_for(request, door, visitor.account_id, Moment.FILED, is_open=True)
        if not secret
        else None,
    )
    return shown(door, "filed.html", frame_for(request, door, visitor), page)


async def _secret(door: H5Door, view: ComplaintView) -> str:
    """The receipt of who has no WeChat with us; empty for all others, and once it was revoked."""
    held = ComplaintReceipt.filter(
        complaint_id=view.id, kind=ReceiptKind.RECEIPT.value, revoked_at__isnull=True
    )
    return secret_of(door.keys, view.id, ReceiptKind.RECEIPT) if await held.exists() else ""


def _later(door: H5Door, view: ComplaintView) -> tuple[str, ...]:
    """What follows after the first step, in the order in which it happens."""
    text, policy = door.words.text, door.desk.policy
    answer = limit_in(State.ACCEPTED, view.category, policy, view.urgency)
    other = recognise_elsewhere(view.story, policy)
    steps = [text("complaint.elsewhere", **elsewhere_params(other))] if other is not None else []
    steps += [text("h5_file.near.noted")] if view.said_same else []
    steps.append(text("h5_file.next.refused"))
    if answer is not None:
        hours, odd_minutes = divmod(answer.amount, 60)
        if answer.unit == "working_minutes" and not odd_minutes:
            steps.append(text("h5_file.next.answer_working_hours", amount=hours))
        else:
            steps.append(text(f"h5_file.next.answer_{answer.unit}", amount=answer.amount))
    return (*steps, text("h5_file.next.rate"))


def _facts(door: H5Door, view: ComplaintView) -> tuple[Fact, ...]:
    text = door.words.text
    photos = sum(1 for one in view.photos if one.medium == "photo")
    voices = len(view.photos) - photos
    facts = [
        Fact(name=text("h5_file.fact.story"), words=view.story),
        *(Fact(name=one.question, words=one.answer) for one in view.particulars),
        Fact(name=text("h5_file.fact.place"), words=view.place_text),
    ]
    if photos:
        facts.append(
            Fact(name=text("h5_file.fact.photos"), words=text("h5_file.fact.photo_count", count=photos))
        )
    if voices:
        facts.append(
            Fact(name=text("h5_file.fact.voices"), words=text("h5_file.fact.voice_count", count=voices))
        )
    return tuple(facts)
