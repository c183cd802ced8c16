"""The clerk's word that they saw a document of the applicant's."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permits.identity import confirm_identity
from kit.problems import Invalid, Problem
from web.console.door import ConsoleDoor
from web.console.permit_inputs import sent
from web.console.permit_pages import find, render
from web.console.permit_words import application_address, permits_of
from web.console.screens import Note
from web.console.visitor import Visitor


async def take_identity(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """POST /console/permits/{reference}/identity."""
    view, given = await find(door, visitor, reference), sent(request)
    document, number = given.text("document"), given.text("document_number")
    try:
        await confirm_identity(permits_of(door), visitor.actor, view.line.id, document, number)
    except Problem as problem:
        if problem.status == 404:
            raise
        words = door.words.text(problem.key, **problem.params)
        again = await find(door, visitor, reference)
        if isinstance(problem, Invalid):
            return await render(
                door, visitor, again, identity_wrong={problem.field: words}, status=problem.status
            )
        return await render(
            door, visitor, again, notes=(Note(words=words, tone="late"),), status=problem.status
        )
    return redirect(f"{application_address(view.line.reference)}?done=identity#submitted", status=303)
