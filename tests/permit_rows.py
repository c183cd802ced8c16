"""Granted permits, facts and signing keys for tests that look at what the public sees of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from casework.areas.cells import cell_of
from casework.permits.credentials import new_code
from casework.permits.models import Permit
from casework.permits.published_models import PermitFact

PLACE = (33.6012, 119.0301)


def permit_row(now: datetime, **changed: Any) -> Permit:
    """An unsaved permit in force for three days, granted an hour ago."""
    latitude, longitude = changed.pop("at", PLACE)
    values: dict[str, Any] = {
        "id": uuid4(),
        "number": f"清城管许准字〔2026〕第{uuid4().int % 100_000:05d}号",
        "code": new_code(),
        "application_id": uuid4(),
        "kind": "stall",
        "kind_name": "临时占道设置摊点（宣传促销）",
        "state": "in_force",
        "state_since_at": now,
        "revision": 1,
        "holder_kind": "organisation",
        "holder_sealed": b"sealed",
        "holder_shown": "清河新城商业管理有限公司",
        "place_text": "人民路128号万达广场南门外人行道",
        "latitude": latitude,
        "longitude": longitude,
        "place_cell": cell_of(latitude, longitude),
        "area_m2": 24.5,
        "valid_from_at": now - timedelta(hours=1),
        "valid_until_at": now + timedelta(days=3),
        "terms": "[]",
        "granted_at": now - timedelta(hours=1),
        "updated_at": now,
    }
    return Permit(**values | changed)


def fact_row(now: datetime, **changed: Any) -> PermitFact:
    """An unsaved fact: surveyed and decided in time in November."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "application_id": uuid4(),
        "kind": "stall",
        "act": "new",
        "source": "h5",
        "outcome": "granted",
        "month": 202611,
        "decided_at": now,
        "survey_minutes": 42,
        "survey_limit_minutes": 60,
        "promise_minutes": 300,
        "promise_limit_minutes": 480,
        "is_survey_kept": True,
        "is_promise_kept": True,
        "updated_at": now,
    }
    return PermitFact(**values | changed)


def altered(token: str) -> str:
    """A token with one letter of its signature changed, and still in its form."""
    return f"{token[:-9]}{'A' if token[-9] != 'A' else 'B'}{token[-8:]}"
