"""What somebody was typing when the session ended: it goes through the login unharmed and back into its form.

A case's form is shown again with its texts. Any other form is shown once more as a list of what was typed, with one
button that sends it as it was, under the new session. Nothing is sent by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from kit.problems import Problem
from web.console.case_routes import find_case, render_case
from web.console.door import ConsoleDoor
from web.console.forms import TEXT_FIELDS, is_act
from web.console.frame import CASES, FILE, frame_for, shown
from web.console.screens import Note, ResumePage
from web.console.submission import KEPT_AT_MOST, KEPT_PREFIX, Typed, photos_of, value_of
from web.console.taking_form import taken_from
from web.console.taking_page import render_taking
from web.console.visitor import HOME, Visitor, safe_next

KEPT_ACTION = "kept_action"
FIELDS_AT_MOST = 40
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_SECRET = re.compile(r"csrf|password|secret|totp|(^|_)code$")

Kept = tuple[tuple[str, str], ...]


def kept_of(request: Request) -> Kept:
    """The hidden fields that carry a form without a session through the login; empty when nothing was typed."""
    texts = _texts(request, "")
    if not _readable(texts):
        return ()
    return ((KEPT_ACTION, request.path), *((KEPT_PREFIX + name, value) for name, value in texts.items()))


def kept_again(request: Request) -> Kept:
    """The same fields as they came back with a try to sign in."""
    texts, action = _texts(request, KEPT_PREFIX), _action(request)
    if not texts or not action:
        return ()
    return ((KEPT_ACTION, action), *((KEPT_PREFIX + name, value) for name, value in texts.items()))


def note_key(request: Request, kept: Kept) -> str:
    """Which sentence of `console.login` says what became of the form."""
    if not kept:
        return "expired"
    return "expired_kept_photos" if photos_of(request) else "expired_kept"


def way_back(request: Request) -> str:
    """The page on which the form stood, as far as its address tells."""
    folder = request.path.rpartition("/")[0]
    # The page a form of another kind stands on is the first part of where it goes.
    return safe_next(folder if folder.startswith(CASES + "/") else "/".join(request.path.split("/")[:3]))


async def resumed(door: ConsoleDoor, visitor: Visitor, wanted: str, request: Request) -> HTTPResponse:
    """Where to go after the login: on, or back to what was being typed, which has not been sent yet."""
    texts, action = _texts(request, KEPT_PREFIX), _action(request)
    if not texts or not action:
        return redirect(wanted, status=303)
    note = Note(words=door.words.text("console.login.back_again"), tone="soon")
    if action == FILE and visitor.may(Operation.FILE_CASE):
        # Its photos wait in the browser, and are there again with the form.
        return await render_taking(request, door, visitor, taken_from(texts), notes=(note,))
    folder, _, act = action.rpartition("/")
    if folder.startswith(CASES + "/") and is_act(act):
        mine = {name: value for name, value in texts.items() if name in TEXT_FIELDS}
        try:
            case = await find_case(door, visitor, folder.rpartition("/")[2])
            typed = Typed(move=act, texts=mine)
            return await render_case(door, visitor, case, texts.get("back", ""), notes=(note,), typed=typed)
        except Problem:
            return redirect(wanted, status=303)
    page = ResumePage(
        action=action, fields=tuple(texts.items()), shown=tuple(_readable(texts)), way_out=wanted, note=note
    )
    return shown(door, "resume.html", await frame_for(door, visitor), page)


def _readable(texts: Mapping[str, str]) -> list[str]:
    """What a person typed, as against what the form brought along."""
    return [value for name, value in texts.items() if name not in ("expected_revision", "back", "act")]


def _action(request: Request) -> str:
    action = value_of(request, KEPT_ACTION)
    return action if safe_next(action) == action and "?" not in action and action != HOME else ""


def _texts(request: Request, prefix: str) -> dict[str, str]:
    """Every text of the form that is no secret, by its name without `prefix`."""
    found: dict[str, str] = {}
    for sent, values in (request.form or {}).items():
        name = sent.removeprefix(prefix)
        value = values[0] if values else ""
        if not sent.startswith(prefix) or not isinstance(value, str) or not value:
            continue
        if _NAME.fullmatch(name) and not _SECRET.search(name) and len(found) < FIELDS_AT_MOST:
            found[name] = value.replace("\r\n", "\n")[:KEPT_AT_MOST]
    return found
