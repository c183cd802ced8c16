"""The API tried against its own document by schemathesis. The whole of it is for the bench: `tests.schema_run`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from kit.db import Database
from tests.e2e.api_setting import api_on


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The bench tries it on both engines."""
    return sqlite_url


async def test_nothing_the_document_allows_or_forbids_surprises_the_api(
    database: Database, tmp_path: Path
) -> None:
    async with api_on(database, tmp_path) as setting:
        tokens = [(await setting.citizen()).token for _ in range(2)]
        trying = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.schema_run",
            f"{setting.url}/api/v1/openapi.json",
            "1",
            "fuzzing",
            *tokens,
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await trying.communicate()
    cases, *failures = said.decode().split()
    assert failures == []
    assert int(cases) >= len(setting.document["paths"])
