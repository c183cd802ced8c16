"""What Sanic makes of an app, settled before the fork: routes, what goes round them, signals; made once and shared."""

from __future__ import annotations

import asyncio
from functools import partial
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
        """No route, no middleware and no listener is added from here on. Not to be called where a loop runs."""
        asyncio.run(self._settled())

    async def _settled(self) -> None:
        # Sanic's checks, the code that finds routes and signals, and its own methods without the signals nobody hears.
        await super()._startup()
        self.state.is_started = False

    def finalize(self) -> None:
        if not self.router.finalized:
            super().finalize()

    async def _startup(self) -> None:
        if not self.signal_router.finalized:
            await super()._startup()
            return
        self.signal_router.ctx.loop = asyncio.get_running_loop()
        self.state.is_started = True

    def before_server_start(self, listener: Any = None, *, priority: int = 0) -> Any:
        if self.signal_router.finalized and _of_other_apps(listener):
            return listener
        return super().before_server_start(listener, priority=priority)


def _of_other_apps(listener: object) -> bool:
    """What Sanic adds at the start of a process, to serve other apps than this one. There are none here."""
    return isinstance(listener, partial) and getattr(listener.func, "__func__", None) is Sanic._start_servers
