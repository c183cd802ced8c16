"""The bureau profile in the database: what `migrate` loaded is what every process uses."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from content.profile_models import ProfileVersion
from kit.db import Change


async def load_profile(change: Change, document: dict[str, Any]) -> bool:
    """Make `document` (all sections) the profile in force. False when it already is."""
    text = msgspec.json.encode(document, order="sorted").decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    latest = await ProfileVersion.all().order_by("-number").first()
    if latest is not None and latest.sha256 == digest:
        return False
    await ProfileVersion(
        id=change.ids.new(),
        number=latest.number + 1 if latest else 1,
        sha256=digest,
        document=text,
        loaded_at=change.now,
    ).save(force_create=True)
    return True


async def current_profile() -> dict[str, Any] | None:
    """All sections of the profile in force; None before the first `migrate`."""
    latest = await ProfileVersion.all().order_by("-number").first()
    if latest is None:
        return None
    document: dict[str, Any] = msgspec.json.decode(latest.document)
    return document
