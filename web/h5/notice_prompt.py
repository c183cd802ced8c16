"""Asking to agree to messages where it helps: after filing, and on the page of a case that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from sanic import Request

from casework.notifications.prompts import Moment
from casework.notifications.wishes import Reach, to_ask
from kit.http.headers import allow_widget_of
from web.h5.door import H5Door
from web.h5.notice_screens import Prompt, Scripts
from web.h5.platform import PlatformAwayError
from web.h5.screens import Link
from web.h5.visitor import is_in_wechat

NOTICES = "/h5/notices"
_PATIENCE_S = 1.0
_PICTURES, _CALLS = " https://*.qpic.cn", " https://*.weixin.qq.com"
"""WeChat's button draws itself with styles of its own and reports to its own servers."""


async def prompt_for(
    request: Request, door: H5Door, account_id: UUID, moment: Moment, *, is_open: bool
) -> Prompt | None:
    """None where nothing is to be asked now, and where no consent could be given: outside WeChat."""
    if not may_agree(request, door):
        return None
    asked = await to_ask(door.notices, account_id, moment, is_open=is_open, clock=door.clock)
    if not asked or await door.notices.reach(account_id) is Reach.NEVER:
        # Whoever does not follow the account, or is known by this browser alone, could agree and still hear nothing.
        return None
    lasting = {one.template_id for one in await door.notices.held(account_id) if one.is_lasting}
    return Prompt(
        words=door.words.text(f"h5_notices.prompt.{'lasting' if asked[0] in lasting else 'single'}"),
        link=Link(href=NOTICES, words=door.words.text("h5_notices.prompt.link")),
        scripts=await scripts_for(request, door, asked),
    )


def may_agree(request: Request, door: H5Door) -> bool:
    """Whether this browser can show the platform's button at all."""
    return door.in_any_browser or is_in_wechat(request)


async def scripts_for(request: Request, door: H5Door, templates: Sequence[str]) -> Scripts | None:
    """What this very page needs for the button; None while the platform is away."""
    address = f"{door.public_url}{request.path}" + (
        f"?{request.query_string}" if request.query_string else ""
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            key = await (await door.platform()).script_key(address)
    except (PlatformAwayError, TimeoutError):
        return None
    parts = urlsplit(key.source)
    allow_widget_of(request, f"{parts.scheme}://{parts.netloc}", _PICTURES, _CALLS)
    return Scripts(
        app_id=key.app_id,
        timestamp=key.timestamp,
        nonce=key.nonce,
        signature=key.signature,
        templates=",".join(templates),
        source=key.source,
    )
