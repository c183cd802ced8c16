"""The code that stands on a paper, typed in: whoever guesses is slowed down, and whatever does not fit is one sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from casework.penalties.access import access_by_code
from kit.http.addresses import bucket
from kit.problems import NotFound
from miniapp_api.operations import Call


async def opened_by(
    call: Call[Any, Any], reference: str, code: str, behind: Callable[[UUID], Awaitable[UUID | None]]
) -> tuple[UUID, UUID]:
    """The access that the code gives, and what it opens as `behind` finds it. Raises NotFound, Problem (429)."""
    door = call.door
    address = bucket(door.addresses.of(call.request))
    tried, source = f"penalty {reference.strip()} {address}", f"penalty {address}"
    await door.permits.receipt_tries.attempt(tried, source)
    access_id = await access_by_code(door.penalties, reference, code)
    opened = await behind(access_id) if access_id is not None else None
    if access_id is None or opened is None:
        raise NotFound("problem.penalty.does_not_fit")
    await door.permits.receipt_tries.succeeded(tried, source)
    return access_id, opened
