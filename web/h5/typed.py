"""What stands in a form that was sent, and what becomes of it when it cannot be taken.

A form whose page is older than the session is kept as one draft, beside the address it was sent to, and shown again
when that address is opened next. Photos are stored as they arrive, so that a wrong word beside them costs none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.request import RequestParameters
from sanic.response import redirect

from casework.complaints.media import AT_MOST as FILES_AT_MOST
from kit.http.csrf import FIELD as CSRF
from kit.http.rate_limit import by_address
from kit.problems import Invalid, Problem
from web.h5 import drafts
from web.h5.door import H5Door
from web.h5.drafts import carry_visit, holder_of, visit_holder
from web.h5.filing_reading import PHOTO_KIND, FormRead, read_form
from web.h5.visitor import Reads, Visitor, to_the_entrance

FORM, PHOTOS, PHOTO_ID = "act", "photos", "photo_id"
ABOUT_STAFF = "problem.h5_case.about_staff"
_NOT_KEPT = frozenset({CSRF, "revision", "secret"})
_FIELDS_AT_MOST = 12
KEPT_A_MINUTE = 120


@dataclass(frozen=True)
class Typed:
    """A form. `photos` are stored files, `fault` is what one of them was refused for; `is_kept`: sent in vain before."""

    fields: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[UUID, ...] = ()
    fault: Problem | None = None
    is_kept: bool = False

    def text(self, name: str) -> str:
        """One field, empty where there is none."""
        return self.fields.get(name, "")


async def read(
    request: Request,
    door: H5Door,
    *,
    holder: str,
    account_id: UUID | None,
    takes_files: bool,
    kind: str = PHOTO_KIND,
) -> Typed:
    """The form of a route that leaves its body unread (`stream=True`). Files of strangers are passed over.

    The words are kept before the first photo is read: a network that dies in the middle of it costs that photo alone.
    """

    if holder == visit_holder(request):
        # Nobody has signed in: what is kept for a browser is bounded by where it is.
        await door.limits.take("h5-kept", by_address(door.addresses.of(request)), per_minute=KEPT_A_MINUTE)

    async def before_files(so_far: FormRead) -> bool:
        words = _typed(so_far)
        if takes_files and not _tells_of_staff(door, words):
            await keep(door, holder, request.path, words)
        return takes_files

    got = await read_form(
        request,
        door,
        holder=holder,
        account_id=account_id,
        file_field=PHOTOS,
        room=lambda so_far: FILES_AT_MOST - len(_ids(so_far.fields)),
        before_files=before_files,
        kind=kind,
    )
    # What checks the token reads the form where Sanic would have put it.
    request.parsed_form, request.parsed_files = RequestParameters(got.fields), RequestParameters()
    return _typed(got)


def with_files(kind: str) -> Reads:
    """How the form of a route is read that leaves its body unread, and that only somebody signed in may send files with."""

    async def reads(request: Request, door: H5Door, visitor: Visitor | None) -> Typed:
        return await read(
            request,
            door,
            holder=visit_holder(request),
            account_id=visitor.account_id if visitor is not None else None,
            takes_files=visitor is not None,
            kind=kind,
        )

    return reads


def _typed(got: FormRead) -> Typed:
    fault = got.refused[-1] if got.refused else None
    if got.too_many:
        fault = Invalid("problem.complaint.too_many_media", field=PHOTOS, at_most=FILES_AT_MOST)
    values = {name: some[0] for name, some in list(got.fields.items())[:_FIELDS_AT_MOST] if some}
    return Typed(values, (*_ids(got.fields), *got.photos), fault)


async def keep(door: H5Door, holder: str, address: str, typed: Typed) -> None:
    """Keep a form for the next time its address is opened. Raises Invalid for what must not be kept."""
    kept = {name: value for name, value in typed.fields.items() if name not in _NOT_KEPT and name != PHOTO_ID}
    if _tells_of_staff(door, typed):
        raise Invalid(ABOUT_STAFF, field="text", phone=door.bureau.phone)
    photos = [str(one) for one in typed.photos]
    await drafts.save(door, holder, FORM, {"address": address, "fields": kept, "photos": photos})


async def later(request: Request, door: H5Door, visitor: Visitor | None) -> HTTPResponse:
    """A form that came without a session, or with the token of an older one: kept, and shown again at its address."""
    form = await read(request, door, holder=holder_of(request, visitor), account_id=None, takes_files=False)
    await keep(door, holder_of(request, visitor), request.path, form)
    on = redirect(request.path, status=303) if visitor is not None else to_the_entrance(request.path)
    return carry_visit(request, door, on)


async def before(door: H5Door, holders: Collection[str], address: str) -> Typed | None:
    """What was sent to this address in vain, by whichever of these holders."""
    for holder in holders:
        kept = await drafts.load(door, holder, FORM)
        if kept is not None and kept.get("address") == address:
            fields = {str(name): str(value) for name, value in dict(kept["fields"]).items()}
            return Typed(fields, tuple(UUID(one) for one in kept["photos"]), is_kept=True)
    return None


async def drop(door: H5Door, holders: Collection[str]) -> None:
    """The form was taken, or its writer does not want it any more."""
    for holder in holders:
        await drafts.drop(door, holder, FORM)


def _ids(form: Mapping[str, object]) -> tuple[UUID, ...]:
    """The ids of photos that came with an earlier try; whose they are is asked when they are used."""
    values = form.get(PHOTO_ID)
    found = []
    for one in (values if isinstance(values, list) else [])[:FILES_AT_MOST]:
        try:
            found.append(UUID(str(one)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def _tells_of_staff(door: H5Door, typed: Typed) -> bool:
    """Whether it tells on the bureau's own people: that is kept nowhere here, not even as a draft."""
    return any(door.misconduct.is_told_in(value) for value in typed.fields.values())
