"""What stands behind a code on a sign, for whoever reads it with a camera instead of WeChat's own scanner.

Accounts without QR codes of the platform print these addresses; the code itself can be sent to the account.
"""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.projects.queries import project_behind
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.queries import by_code
from casework.sign_filings.queries import sign_by_code
from kit.problems import NotFound
from web.h5.door import H5Door
from web.h5.frame import frame_for, shown
from web.h5.project_pages import show_board
from web.h5.screens import CodePage, Fact
from web.h5.sign_words import public_page
from web.h5.visitor import Visitor


async def show_code(request: Request, door: H5Door, visitor: Visitor | None, code: str) -> HTTPResponse:
    """GET /h5/codes/{code}: for anybody, as the sign is."""
    found, text = await by_code(code), door.words.text
    if found is None:
        raise NotFound("problem.h5.no_such_code")
    if found.kind is SceneKind.ARTICLE and not found.is_retired:
        # Staff wrote the address when the sign was made; no visitor has a say in it.
        own = not found.target.startswith(("https://", "http://"))
        return redirect(f"{door.public_url}/{found.target.lstrip('/')}" if own else found.target, status=303)
    if found.kind is SceneKind.STREET_CHIEF and not found.is_retired:
        # Whoever scans a street's sign is there to tell something: the form, with the place filled in.
        return redirect(f"/h5/file?code={found.code}", status=303)
    if found.kind is SceneKind.PROJECT and not found.is_retired:
        view = await project_behind(code, door.clock.now())
        if view is not None:
            return await show_board(request, door, visitor, view)
    sign = await sign_by_code(door.permits.signs, code) if found.kind is SceneKind.SIGN else None
    if sign is not None:
        return shown(door, "sign.html", frame_for(request, door, visitor), public_page(door, sign))
    facts = (("where", found.place_text), ("contact", found.contact))
    page = CodePage(
        title=found.title,
        facts=tuple(Fact(name=text(f"h5.code.{name}"), words=words) for name, words in facts if words),
        code="" if found.is_retired else found.code,
        file="" if found.is_retired else f"/h5/file?code={found.code}",
        words=text("h5.code.retired" if found.is_retired else "h5.code.send", bureau=door.bureau.short_name),
    )
    return shown(door, "code.html", frame_for(request, door, visitor), page)
