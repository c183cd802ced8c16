"""Routes settled before the fork: the code that finds them is made once and shared by all processes."""

from __future__ import annotations

from typing import Any

from sanic.router import Router


class SettledRouter(Router):
    """For `Sanic(router=…)`. Whoever forks calls `finalize` before; Sanic's own call, in each process, does nothing."""

    def finalize(self, *args: Any, **kwargs: Any) -> None:
        if not self.finalized:
            super().finalize(*args, **kwargs)
