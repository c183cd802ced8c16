"""A party's rectification notices: its own, one with its photos and papers, telling that it is put right; and the consent to
electronic delivery (行政处罚法 61), given with the code of a paper and taken back at any time.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.documents.opening import headers, open_paper_of
from casework.penalties import actions
from casework.penalties.access import case_behind, notice_behind
from casework.penalties.case_serving import consent_in_case
from casework.penalties.delivery_consents import NAME_AT_MOST, give_consent, has_consented, revoke_consents
from casework.penalties.notice_linking import link_notice
from casework.penalties.papers import ABOUT
from casework.penalties.photos import AFTER, AT_MOST
from casework.penalties.queries import notice_view, notices_of
from casework.penalties.views import NoticeView
from casework.people.merging import members
from kit.files.uploads import account_holder
from kit.problems import Invalid, NotFound
from miniapp_api import rectification_shapes as shapes
from miniapp_api import words
from miniapp_api.operations import Call, NoQuery
from miniapp_api.paper_codes import opened_by
from miniapp_api.penalty_routes import PDF, Typed, paper_of
from miniapp_api.permit_forms import refusing
from miniapp_api.speaking import Refused, answer
from miniapp_api.words import Revision, known

PHOTO_KIND = "complaint_photo"
WORDS_AT_MOST = 2_000


class NoticeClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on the paper."""

    reference: Typed
    code: Typed


class RectificationReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That it is put right. `files` are photos of POST /uploads; `revision` is that of the notice the caller was looking at."""

    words: Annotated[str, msgspec.Meta(max_length=WORDS_AT_MOST)]
    files: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=AT_MOST)] = ()
    revision: Revision | None = None


class DeliveryConsentGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Signed with one's name by whoever holds a paper: `reference` and `code` stand on it."""

    reference: Typed
    code: Typed
    signed_name: Annotated[str, msgspec.Meta(max_length=NAME_AT_MOST)]


async def list_notices(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /rectification-notices."""
    found = await notices_of(call.door.penalties, call.who.account_id)
    rows = tuple(msgspec.convert(one, shapes.RectificationLine, from_attributes=True) for one in found)
    return answer(shapes.RectificationRows(rows=rows))


async def take_notice(call: Call[NoticeClaim, NoQuery]) -> HTTPResponse:
    """POST /rectification-notices/claim: the list afterwards. Whatever does not fit is the same sentence."""
    desk, said = call.door.penalties, call.body
    access_id, notice_id = await opened_by(call, said.reference, said.code, notice_behind)
    await link_notice(desk, call.who.actor, access_id)
    if notice_id not in {one.id for one in await notices_of(desk, call.who.account_id)}:
        raise Refused("problem.penalty.in_another_account", field="reference")
    return await list_notices(call)


async def show_notice(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /rectification-notices/{reference}: another's and one that is not there look the same."""
    return answer(_shown(call, await _own(call)))


async def make_report(call: Call[RectificationReport, NoQuery]) -> HTTPResponse:
    """POST /rectification-notices/{reference}/report. The same once more changes nothing."""
    said, view = call.body, await _own(call)
    words.not_about_our_people(call.door, said.words)
    sent = {one.file_id for one in view.photos if one.stage == AFTER}
    if "report" not in view.moves and view.report == said.words.strip() and sent.issuperset(said.files):
        return answer(_shown(call, view))
    with refusing():
        await _photos_of(call)
        await actions.report(
            call.door.penalties,
            call.who.actor,
            view.line.id,
            said.words,
            tuple(dict.fromkeys(said.files)),
            expected_revision=known(said.revision),
        )
    return await show_notice(call)


async def show_notice_paper(call: Call[None, NoQuery]) -> HTTPResponse:
    """GET /rectification-notices/{reference}/papers/{document_id}: that it was opened stands on its chain."""
    view = await _own(call)
    wanted = next((one for one in view.papers if str(one.id) == call.parts["document_id"].lower()), None)
    if wanted is None:
        raise NotFound("problem.document.not_found")
    desk = call.door.penalties.documents
    opened = await open_paper_of(desk, call.who.actor, ABOUT, view.line.id, wanted.id, "api")
    return HTTPResponse(opened.content, content_type=PDF, headers=headers(opened.view))


async def show_consent(call: Call[Any, NoQuery]) -> HTTPResponse:
    """GET /delivery-consent."""
    section = call.door.penalties.section
    is_given = await has_consented(call.who.account_id)
    return answer(
        shapes.DeliveryConsentShown(is_given=is_given, words=section.consent, version=section.consent_version)
    )


async def sign_consent(call: Call[DeliveryConsentGiven, NoQuery]) -> HTTPResponse:
    """POST /delivery-consent: with the code of a notice or of a penalty case, which is the account's from now on."""
    said, desk, actor = call.body, call.door.penalties, call.who.actor

    async def behind(access_id: UUID) -> UUID | None:
        return await notice_behind(access_id) or await case_behind(access_id)

    access_id, _ = await opened_by(call, said.reference, said.code, behind)
    sign = give_consent if await notice_behind(access_id) is not None else consent_in_case
    with refusing():
        await sign(desk, actor, access_id, said.signed_name)
    return await show_consent(call)


async def take_consent_back(call: Call[None, NoQuery]) -> HTTPResponse:
    """POST /delivery-consent/revoke: papers are on paper again from now on."""
    await revoke_consents(call.door.penalties, call.who.actor)
    return await show_consent(call)


async def _own(call: Call[Any, Any]) -> NoticeView:
    return await notice_view(call.door.penalties, call.who.actor, call.parts["reference"])


async def _photos_of(call: Call[RectificationReport, NoQuery]) -> None:
    """Raise Refused for a file that is not the caller's, or is no photo."""
    own = await members(call.who.account_id)
    holders = [account_holder(id) for id in sorted(own)]
    try:
        rows = await call.door.uploads.own_files(call.body.files, holders=holders, account_ids=own)
    except Invalid as unusable:
        raise Refused(unusable.key, field="files") from None
    if any(one.kind != PHOTO_KIND for one in rows.values()):
        raise Refused("problem.upload.not_yours", field="files")


def _shown(call: Call[Any, Any], view: NoticeView) -> shapes.RectificationShown:
    names = shapes.RectificationShown.__struct_fields__
    plain = {name: getattr(view, name) for name in names if hasattr(view, name)}
    own = {
        "revision": view.line.revision,
        "party": view.line.party,
        "papers": tuple(paper_of(call.door, one) for one in view.papers),
        "moves": tuple(one for one in view.moves if one == "report"),
    }
    return msgspec.convert({**plain, **own}, shapes.RectificationShown, from_attributes=True)
