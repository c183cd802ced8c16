"""`GET /<name>.txt`: the domain verification files, and nothing else."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request

from bot.verification import by_name
from kit.problems import NotFound


def verification_blueprint() -> Blueprint:
    """One route; a name that is not kept is not found, whatever else may lie anywhere."""
    blueprint = Blueprint("verification")
    blueprint.add_route(show, r"/<name:([A-Za-z0-9_]{1,64}\.txt)>", methods=["GET"], name="show")
    return blueprint


async def show(request: Request, name: str) -> HTTPResponse:
    """To the letter, as the platform compares it."""
    found = await by_name(name)
    if found is None:
        raise NotFound()
    return HTTPResponse(found.content, content_type="text/plain; charset=utf-8")
