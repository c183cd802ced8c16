"""What we keep of a person, and what they may do about it: take back, part, export."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people import consents, merging, phones
from casework.people.consents import Purpose
from casework.people.models import Account
from kit.problems import Invalid, NotFound
from kit.sealing import mask_phone
from web.h5.door import H5Door
from web.h5.export import export_of
from web.h5.frame import frame_for, shown
from web.h5.screens import ConsentCard, DataPage, GuardianForm, LinkedAccount
from web.h5.visitor import HOME, Visitor

DATA = "/h5/data"
ASKED_HERE = (Purpose.LOCATION, Purpose.PUBLIC_DISPLAY)
"""What may be agreed to on this page; a phone only where the platform vouches for it."""
DONE = frozenset({"given", "revoked", "unlinked", "guardian"})


async def show_data(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/data."""
    done = str(request.args.get("done", ""))
    page = await _page(door, visitor, done=door.words.text(f"h5.data.done.{done}") if done in DONE else "")
    return shown(door, "data.html", frame_for(request, door, visitor, DATA), page)


async def give_consent(request: Request, door: H5Door, visitor: Visitor, purpose: str) -> HTTPResponse:
    """POST /h5/consents/<purpose>."""
    wanted = _purpose(purpose)
    told = wanted is Purpose.COLLECTION_NOTICE
    if wanted not in ASKED_HERE and not told:
        raise NotFound()
    version = _value(request, "version")
    if version != door.consents.version_of(wanted):
        # The wording changed while the page lay open: it is to be read again.
        raise Invalid("problem.h5.wording_changed", field="version")
    await consents.give(door.db, door.sealer, visitor.account_id, wanted, version, "h5")
    return redirect(HOME if told else f"{DATA}?done=given", status=303)


async def revoke_consent(request: Request, door: H5Door, visitor: Visitor, purpose: str) -> HTTPResponse:
    """POST /h5/consents/<purpose>/revoke. Twice is as good as once."""
    await consents.revoke(door.db, visitor.actor, visitor.account_id, _purpose(purpose))
    return redirect(f"{DATA}?done=revoked", status=303)


async def name_guardian(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/guardian: what cannot be used comes back as it was typed."""
    name, phone = _value(request, "guardian_name"), _value(request, "guardian_phone")
    try:
        details = consents.guardian(name, phone)
    except Invalid as problem:
        wrong = door.words.text(problem.key, **problem.params)
        page = await _page(door, visitor, name=name[:40], phone=phone[:40], wrong=wrong)
        return shown(door, "data.html", frame_for(request, door, visitor, DATA), page, 422)
    version = door.consents.guardian.version
    await consents.give(door.db, door.sealer, visitor.account_id, Purpose.GUARDIAN, version, "h5", details)
    return redirect(f"{DATA}?done=guardian", status=303)


async def part(request: Request, door: H5Door, visitor: Visitor, account_id: str) -> HTTPResponse:
    """POST /h5/accounts/<id>/part: that account is somebody else's, or shall be by itself."""
    try:
        wanted = UUID(account_id)
    except ValueError:
        raise NotFound("problem.people.no_such_account") from None
    await merging.unlink(door.db, visitor.actor, wanted)
    return redirect(f"{DATA}?done=unlinked", status=303)


async def export(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/export: everything we hold of the person, as a file."""
    content = await export_of(door, visitor.actor, visitor.account_id)
    headers = {"content-disposition": 'attachment; filename="my-data.json"'}
    return HTTPResponse(content, content_type="application/json; charset=utf-8", headers=headers)


async def _page(
    door: H5Door, visitor: Visitor, *, done: str = "", name: str = "", phone: str = "", wrong: str = ""
) -> DataPage:
    words, notice = door.words, door.consents.collection_notice
    given = {one.purpose: one.given_at for one in await consents.in_force(visitor.account_id)}
    number = await phones.own_phone(door.sealer, visitor.account_id)
    return DataPage(
        notice_title=notice.title,
        notice_opening=notice.opening,
        collected=tuple((one.what, one.why, one.kept) for one in notice.items),
        rights=notice.rights,
        ask=notice.ask,
        phone=words.text("h5.data.phone", phone=mask_phone(number))
        if number
        else words.text("h5.data.no_phone"),
        consents=tuple(
            card
            for purpose in (Purpose.PHONE, Purpose.CONTACT_PHONE, *ASKED_HERE)
            if (
                card := _card(
                    door, purpose, given.get(purpose.value), is_held=purpose is Purpose.PHONE and bool(number)
                )
            )
        ),
        guardian=await _guardian(door, visitor, given.get(Purpose.GUARDIAN.value), name, phone, wrong),
        linked=await _linked(door, visitor),
        done=done,
    )


def _card(door: H5Door, purpose: Purpose, given_at: datetime | None, *, is_held: bool) -> ConsentCard | None:
    text = door.words.text
    wording = getattr(door.consents, purpose.value)
    is_given = given_at is not None or is_held
    if not is_given and purpose not in ASKED_HERE:
        return None
    if given_at is not None:
        standing = text("h5.data.given", at=door.words.day(given_at))
    else:
        standing = text("h5.data.held" if is_held else "h5.data.not_given")
    address = f"/h5/consents/{purpose.value}"
    return ConsentCard(
        version=wording.version,
        title=wording.title,
        words=wording.text,
        standing=standing,
        is_given=is_given,
        action=f"{address}/revoke" if is_given else address,
        button=text("h5.data.revoke" if is_given else "h5.data.give", title=wording.title),
        warning=wording.revoking if is_given else "",
    )


async def _guardian(
    door: H5Door, visitor: Visitor, given_at: datetime | None, name: str, phone: str, wrong: str
) -> GuardianForm:
    wording = door.consents.guardian
    held = await consents.guardian_of(door.sealer, visitor.account_id)
    standing = ""
    if held is not None and given_at is not None:
        standing = door.words.text(
            "h5.data.guardian", name=held.name, phone=mask_phone(held.phone), at=door.words.day(given_at)
        )
    return GuardianForm(
        title=wording.title,
        words=wording.text,
        standing=standing,
        is_given=held is not None,
        name=name,
        phone=phone,
        wrong=wrong,
    )


async def _linked(door: H5Door, visitor: Visitor) -> tuple[LinkedAccount, ...]:
    """The person's other accounts; the one in hand is named by none of the buttons."""
    links = await merging.links_of(visitor.account_id)
    others = await merging.members(visitor.account_id) - {visitor.account_id}
    rows = await Account.filter(id__in=list(others)).order_by("id") if others else []
    shown_ones = []
    for number, row in enumerate(rows, start=1):
        touching = [one for one in links if row.id in (one.account_id, one.into_id)]
        basis, at = touching[-1].basis, touching[-1].linked_at
        shown_ones.append(
            LinkedAccount(
                words=door.words.text(
                    f"h5.data.linked_by.{basis}", number=number, since=door.words.day(row.created_at)
                ),
                since=door.words.text("h5.data.linked_since", at=door.words.day(at)),
                action=f"/h5/accounts/{row.id}/part",
            )
        )
    return tuple(shown_ones)


def _purpose(name: str) -> Purpose:
    try:
        return Purpose(name)
    except ValueError:
        raise NotFound() from None


def _value(request: Request, name: str) -> str:
    return str(request.form.get(name, "")) if request.form else ""
