"""Routes settled before the fork: what finds them, and what goes round them, is made once and shared by all processes."""

from __future__ import annotations

from typing import Any

from sanic import Sanic
from sanic.router import Router


class SettledRouter(Router):
    """For `SettledApp`: finalized once."""

    def finalize(self, *args: Any, **kwargs: Any) -> None:
        if not self.finalized:
            super().finalize(*args, **kwargs)


class SettledApp(Sanic[Any, Any]):
    """Whoever forks calls `settle` before; what Sanic would do of it in each process is then not done again."""

    def settle(self) -> None:
        """No route and no middleware is added from here on."""
        self.finalize()
        # What the routes were made of. Sanic lets go of it at the start of each process.
        self._future_registry.clear()

    def finalize(self) -> None:
        if not self.router.finalized:
            super().finalize()
