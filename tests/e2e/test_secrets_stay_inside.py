"""What is personal or secret is found in no log, no Redis, no database file and no folder in the clear."""

from __future__ import annotations

import pytest

from tests.e2e.canaries import leaks
from tests.e2e.system import System


async def test_canaries_are_found_nowhere_but_with_those_they_belong_to(own_system: System) -> None:
    own_system.start()
    assert await leaks(own_system) == []


@pytest.mark.parametrize("command", [["staff", "list"], ["audit", "verify"]])
def test_commands_print_no_secret(shared_system: System, command: list[str]) -> None:
    printed = shared_system.cli(*command)
    for name in ("WECHAT_APP_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY"):
        assert shared_system.env[name] not in printed
    assert shared_system.password not in printed
