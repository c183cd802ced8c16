"""Forms not yet sent, kept for whoever was typing: a dead session, a dead network or a wrong word loses nothing.

A draft belongs to an account, or before any sign-in to the visit whose cookie the browser has. It is sealed, there is
one per form, and it goes when the form is taken or after a week. ADR 0026.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import msgspec
from sanic import HTTPResponse, Request

from kit.db import Change, Database
from kit.files.uploads import account_holder
from kit.problems import TooLarge
from web.h5.door import H5Door, door_of
from web.h5.models import FormDraft
from web.h5.visitor import Visitor

LASTS = timedelta(days=7)
AT_MOST = 64 * 1024
"""Characters of one draft as JSON: the longest story takes a quarter of it."""
_TABLE, _COLUMN = "form_draft", "content"
_PURGED_AT_ONCE = 2_000

Content = dict[str, Any]
"""Texts, places, ids: whatever JSON can hold."""


def holder_of(request: Request, visitor: Visitor | None) -> str:
    """Who the drafts of this request belong to: the account, else the visit of this browser.

    A visit begins with its first page: whoever answers writes its cookie, see `carry_visit`.
    """
    return account_holder(visitor.account_id) if visitor is not None else visit_holder(request)


def visit_holder(request: Request) -> str:
    """The visit of this browser, signed in or not."""
    door = door_of(request)
    return door.filings.holder(_visit(request, door))


def _visit(request: Request, door: H5Door) -> str:
    """The visit of this request: one and the same however often it is asked for."""
    visit: str | None = getattr(request.ctx, "visit", None)
    if visit is None:
        visit, request.ctx.visit_token = door.filings.issue(request)
        request.ctx.visit = visit
    return visit


def visit_token(request: Request, door: H5Door) -> str:
    """The token for a form of this visit."""
    _visit(request, door)
    return str(request.ctx.visit_token)


def carry_visit(request: Request, door: H5Door, response: HTTPResponse) -> HTTPResponse:
    """The answer, with the cookie of this visit: for another month."""
    door.filings.write(response, _visit(request, door))
    return response


async def load(door: H5Door, holder: str, form: str) -> Content | None:
    """What was typed, or None."""
    row = await FormDraft.get_or_none(holder=holder, form=form)
    if row is None or door.clock.now() >= row.expires_at:
        return None
    opened = door.sealer.open(bytes(row.content_sealed), table=_TABLE, column=_COLUMN, row_id=row.id)
    content = msgspec.json.decode(opened)
    return content if isinstance(content, dict) else None


async def held_by(door: H5Door, holders: Collection[str]) -> list[Content]:
    """Everything these holders have not sent, for a person's own export."""
    rows = await FormDraft.filter(holder__in=list(holders), expires_at__gt=door.clock.now()).order_by("id")
    forms = [(row, await load(door, row.holder, row.form)) for row in rows]
    return [{"form": row.form, "kept_at": row.updated_at, **(content or {})} for row, content in forms]


async def save(door: H5Door, holder: str, form: str, content: Content) -> None:
    """Keep what was typed in place of what was kept before. Raises TooLarge; then the former stays."""
    words = msgspec.json.encode(content).decode()
    if len(words) > AT_MOST:
        raise TooLarge("problem.h5.draft_too_large")

    async def work(change: Change) -> None:
        until = change.now + LASTS
        kept = await FormDraft.get_or_none(holder=holder, form=form)
        id = kept.id if kept is not None else change.ids.new()
        sealed = door.sealer.seal(words, table=_TABLE, column=_COLUMN, row_id=id)
        if kept is not None:
            values = {"content_sealed": sealed, "updated_at": change.now, "expires_at": until}
            await FormDraft.filter(id=id).update(**values)
            return
        row = FormDraft(
            id=id,
            holder=holder,
            form=form,
            content_sealed=sealed,
            created_at=change.now,
            updated_at=change.now,
            expires_at=until,
        )
        # Two tabs that begin at once: the row of one stands, what was typed last is kept by the next keystroke.
        await FormDraft.bulk_create([row], ignore_conflicts=True)

    await door.db.change(work)


async def drop(door: H5Door, holder: str, form: str) -> None:
    """The form was taken, or what was typed must not be kept."""
    if not await FormDraft.filter(holder=holder, form=form).exists():
        return

    async def work(_: Change) -> None:
        await FormDraft.filter(holder=holder, form=form).delete()

    await door.db.change(work)


async def forget_expired(db: Database) -> int:
    """Remove one portion of what nobody came back for; how many rows went."""
    over = FormDraft.filter(expires_at__lt=db.clock.now()).limit(_PURGED_AT_ONCE)
    ids = list(await over.values_list("id", flat=True))
    if not ids:
        return 0

    async def work(_: Change) -> int:
        return await FormDraft.filter(id__in=ids).delete()

    return await db.change(work)
