"""A PostgreSQL that says no is one sentence for the operator, whichever command meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.models import MODEL_MODULES
from kit.clock import FixedClock
from kit.db import Database
from kit.db.migrate import migrate
from kit.db.refusal import DatabaseRefused
from kit.ids import Ids

pytestmark = pytest.mark.postgres


def wrong(url: str, what: str) -> str:
    if what == "user":
        return url.replace("postgres:@", "nobody:x@")
    start, slash, rest = url.rpartition("/t")  # the test's own database is t followed by its number
    return f"{start}{slash}no_such_{rest}"


@pytest.mark.parametrize(("what", "sentence"), [("database", "数据库不存在"), ("user", "用户名或密码")])
async def test_a_wrong_name_in_the_address_is_named_by_migrate_and_by_opening(
    postgres_url: str, tmp_path: Path, clock: FixedClock, what: str, sentence: str
) -> None:
    address, _, query = postgres_url.partition("?")
    url = f"{wrong(address, what)}?{query}"
    with pytest.raises(DatabaseRefused, match=sentence):
        await migrate(url, MODEL_MODULES, backup_folder=tmp_path)
    with pytest.raises(DatabaseRefused, match=sentence):
        await Database.open(url, MODEL_MODULES, clock, Ids(clock), b"k" * 32)
