"""Unit tests open no sockets."""

from __future__ import annotations

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def _no_sockets() -> None:
    # Unix sockets stay: asyncio's own loop makes a pair of them.
    pytest_socket.disable_socket(allow_unix_socket=True)
