"""Who I am, by the unified government login: out to it, back from it, and what is known since."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people import vouching
from casework.people.merging import members
from casework.people.unified_login import LoginAwayError, LoginRefusedError
from casework.people.vouching import Identity
from casework.permits.identity import keep_vouched
from kit.db import Change
from kit.problems import Busy, Conflict, Invalid, NotFound, Problem
from kit.sealing import mask_identity_number
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.me_screens import IdentityPage
from web.h5.screens import Fact
from web.h5.visitor import HOME, Visitor, safe_next

IDENTITY = "/h5/me/identity"
_CODE = re.compile(r"[A-Za-z0-9._~-]{1,512}", re.ASCII)
_DONE = frozenset({"verified", "known", "taken_away"})
TRIES_A_MINUTE = 6


async def show_identity(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me/identity?next=…"""
    wanted = safe_next(str(request.args.get("next", HOME)))
    return await _page(request, door, visitor, wanted, done=str(request.args.get("done", "")))


async def set_out(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/me/identity: to the login."""
    form = request.form
    wanted = safe_next(str(form.get("next", HOME)) if form is not None else HOME)
    login = door.permits.login
    if login is None:
        raise NotFound("problem.identity.not_connected")
    await door.limits.take("h5-identity", str(visitor.session.id), per_minute=TRIES_A_MINUTE)
    way = await vouching.set_out(door.db, door.keys, visitor.account_id, visitor.session.id, wanted)
    return redirect(login.start(_back(door), way.state, way.nonce, way.challenge), status=303)


async def come_back(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """GET /h5/me/identity/back?code=…&state=…: good once, in the session that set out."""
    login = door.permits.login
    if login is None:
        raise NotFound("problem.identity.not_connected")
    wanted = HOME
    try:
        state = _only(request, "state")
        way = await vouching.come_back(door.db, door.keys, visitor.account_id, visitor.session.id, state)
        wanted = way.wanted
        code = _only(request, "code")
        if not _CODE.fullmatch(code):
            raise Invalid("problem.identity.no_code", field="code")
        vouched = await login.finish(code, _back(door), way.verifier)
        vouching.check(vouched, way.nonce)
        known = await keep_vouched(
            door.permits.desk, visitor.actor, visitor.account_id, vouched, login.provider
        )
    except LoginRefusedError:
        problem: Problem = Conflict("problem.identity.refused")
    except LoginAwayError:
        problem = Busy("problem.identity.away")
    except (NotFound, Invalid, Conflict) as refused:
        problem = refused
    else:
        return redirect(f"{IDENTITY}?done={'known' if known else 'verified'}&next={wanted}", status=303)
    return await _page(request, door, visitor, wanted, problem=problem)


async def take_away(request: Request, door: H5Door, visitor: Visitor) -> HTTPResponse:
    """POST /h5/me/identity/forget: what the login said goes; applications keep how they were checked."""

    async def work(change: Change) -> None:
        own = await members(visitor.account_id)
        await vouching.forget_identities(change, visitor.actor, own, "asked")

    await door.db.change(work)
    return redirect(f"{IDENTITY}?done=taken_away", status=303)


async def _page(
    request: Request,
    door: H5Door,
    visitor: Visitor,
    wanted: str,
    *,
    done: str = "",
    problem: Problem | None = None,
) -> HTTPResponse:
    text = door.words.text
    found = await vouching.identities_of(door.permits.desk.sealer, visitor.account_id)
    page = IdentityPage(
        is_connected=door.permits.login is not None,
        known=tuple(_facts(door, one) for one in found),
        action=IDENTITY,
        next=wanted,
        forget=f"{IDENTITY}/forget" if found else "",
        done=text(f"h5_identity.done.{done}") if done in _DONE else "",
        problem=text(problem.key, **problem.params) if problem is not None else "",
    )
    status = problem.status if problem is not None else 200
    frame = frame_for(request, door, visitor, IDENTITY)
    return shown(door, "identity.html", frame, page, status)


def _facts(door: H5Door, one: Identity) -> tuple[Fact, ...]:
    text = door.words.text
    number = mask_identity_number(one.number) if one.kind == "person" else one.number
    said = (
        ("name", one.name),
        ("number" if one.kind == "person" else "uscc", number),
        ("representative", one.person),
        ("when", door.words.moment(one.verified_at)),
        ("by", text("h5_identity.by_login", provider=one.provider)),
    )
    return tuple(Fact(name=text(f"h5_identity.fact.{name}"), words=words) for name, words in said if words)


def _back(door: H5Door) -> str:
    return f"{door.public_url}{IDENTITY}/back"


def _only(request: Request, name: str) -> str:
    values = request.args.getlist(name, [])
    return str(values[0]) if len(values) == 1 else ""
