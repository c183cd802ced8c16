"""The applicant's own say on an application, with files, and a hearing asked for in time; the holder's on their permit."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.permits.detail import application_view
from casework.permits.held import permit_of
from casework.permits.holder_heard import state_holder
from casework.permits.parties import WORDS_AT_MOST, Answer, Said, state
from miniapp_api import words
from miniapp_api.operations import Call, NoQuery
from miniapp_api.permit_forms import refusing
from miniapp_api.permit_routes import show_e_permit, show_permit
from miniapp_api.speaking import Refused
from miniapp_api.words import Revision, known

FILES_AT_MOST = 10


class PermitStatementMade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ "stated" needs `words`; "hearing" is taken where the caller was told of that right, in time. `files` are of
    POST /uploads?meant_for=permit. `revision` is that of the application the caller was looking at.
    """

    answer: Answer
    words: Annotated[str, msgspec.Meta(max_length=WORDS_AT_MOST)] = ""
    files: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=FILES_AT_MOST)] = ()
    revision: Revision | None = None


async def make_statement(call: Call[PermitStatementMade, NoQuery]) -> HTTPResponse:
    """POST /permits/{reference}/statements. The same words once more change nothing."""
    said, desk, actor = call.body, call.door.permits.desk, call.who.actor
    view = await application_view(desk, actor, call.parts["reference"])
    words.not_about_our_people(call.door, said.words)
    with refusing():
        await state(
            desk,
            actor,
            view.line.id,
            Said(answer=said.answer, words=said.words, files=said.files),
            expected_revision=known(said.revision),
        )
    return await show_permit(call)


class HolderStatementMade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ "stated" needs `words`; "nothing": the holder will say nothing. `files` are of POST /uploads?meant_for=permit. `revision` is that of the permit they were looking at."""

    answer: Literal["stated", "nothing"]
    words: Annotated[str, msgspec.Meta(max_length=WORDS_AT_MOST)] = ""
    files: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=FILES_AT_MOST)] = ()
    revision: Revision | None = None


async def make_holder_statement(call: Call[HolderStatementMade, NoQuery]) -> HTTPResponse:
    """POST /permits/{reference}/e-permit/statements. The same words once more are kept once."""
    said, desk, actor = call.body, call.door.permits.desk, call.who.actor
    view = await application_view(desk, actor, call.parts["reference"])
    permit = await permit_of(actor, view.line.id)
    if permit is None:
        raise Refused("problem.permit.no_permit_yet", field="reference")
    words.not_about_our_people(call.door, said.words)
    with refusing():
        await state_holder(
            desk,
            actor,
            permit.id,
            Said(answer=said.answer, words=said.words, files=said.files),
            expected_revision=known(said.revision),
        )
    return await show_e_permit(call)
