"""Looking up codes on signs."""

from __future__ import annotations

from uuid import UUID

from tortoise.expressions import Q

from casework.complaints.place import Position
from casework.keyset import page_key, page_token
from casework.scene_codes.kinds import SceneKind
from casework.scene_codes.models import SceneCode
from casework.scene_codes.views import SceneCodePage, SceneCodeView

PAGE_AT_MOST = 100
CODE_AT_MOST = 40


async def by_code(code: str) -> SceneCodeView | None:
    """What stands behind a scanned code, a retired one included. None for what we never made."""
    if not code or len(code) > CODE_AT_MOST or not code.isascii() or not code.isprintable():
        return None
    row = await SceneCode.get_or_none(code=code)
    return view_of(row) if row is not None else None


async def position_at(code: str, place_text: str) -> Position | None:
    """Where a sign hangs, for whoever left the place as it was filled in from its code; elsewhere is elsewhere."""
    found = await by_code(code)
    if found is None or place_text not in ("", found.place_text, found.title):
        return None
    return found.position


async def one(code_id: UUID) -> SceneCodeView | None:
    """A code by its id."""
    row = await SceneCode.get_or_none(id=code_id)
    return view_of(row) if row is not None else None


async def page(kind: SceneKind | None = None, after: str | None = None, limit: int = 30) -> SceneCodePage:
    """Codes of one kind or of all, the newest first."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = SceneCode.filter(kind=kind.value) if kind is not None else SceneCode.all()
    if after is not None:
        at, id = page_key(after)
        query = query.filter(Q(created_at__lte=at) & (Q(created_at__lt=at) | Q(id__lt=id)))
    rows = await query.order_by("-created_at", "-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = page_token(rows[-1].created_at, rows[-1].id) if more else None
    return SceneCodePage(rows=tuple(map(view_of, rows)), after=last)


def view_of(row: SceneCode) -> SceneCodeView:
    """The row as doors see it."""
    position = None
    if row.latitude is not None and row.longitude is not None:
        position = Position(row.latitude, row.longitude, "wgs84")
    return SceneCodeView(
        id=row.id,
        code=row.code,
        kind=SceneKind(row.kind),
        title=row.title,
        place_text=row.place_text or "",
        position=position,
        unit=row.unit,
        contact=row.contact or "",
        target=row.target or "",
        platform_url=row.platform_url,
        created_at=row.created_at,
        retired_at=row.retired_at,
    )
