"""How long a client may take to say what it wants, and how many may be at it.

Sanic measures its time limits from the last byte that came. A client that sends one byte now and then would hold
its connection for ever, and a few thousand such would be all a process can have. Here the head of a request has
its time from the first byte to the last, and a body must come at a least rate once it has had its grace.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from sanic.http.constants import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

LIMITS: dict[str, Any] = {"BODY_GRACE_S": 60.0, "BODY_LEAST_BYTES_S": 512.0, "CONNECTIONS_AT_MOST": 4000}
"""Of `app.config`. A photo by the worst network of a phone comes at ten times the least rate."""

SPARED_S = 0.5
"""How long a connection over which nothing was asked yet outlives the order to stop."""


class PatientProtocol(HttpProtocol):
    """Sanic's protocol, for `app.run(protocol=…)`; the application's config holds LIMITS."""

    __slots__ = ("_began", "_received", "_spared")

    def connection_made(self, transport: Any) -> None:
        self._began = 0.0
        self._spared = False
        self._received = 0
        # Bytes may be here before the task that reads them has begun.
        self._http = None
        if len(self.connections) >= self.app.config.CONNECTIONS_AT_MOST:
            # Nothing was said yet, so nothing is lost: whoever balances the load tries elsewhere.
            transport.abort()
            return
        super().connection_made(transport)

    def close_if_idle(self) -> bool:
        """Called when the process stops. Whoever has connected and was not heard yet has a moment to be."""
        if self._spared or (self._began and not self.recv_buffer):
            return bool(super().close_if_idle())
        # Cut off now, they would have asked and never hear why there is no answer.
        self._spared = True
        self.loop.call_later(SPARED_S, self.close_if_idle)
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.transport is not None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        http = self._http
        stage = http.stage if http is not None else Stage.IDLE
        super().data_received(data)
        if stage is Stage.HANDLER:
            self._received += len(data)
            if self._is_too_slow():
                # Counted from the beginning, its time is up: Sanic ends it at its next look.
                self._time = self._began
        elif stage is Stage.REQUEST and self._began:
            self._time = self._began
        else:
            self._began = monotonic()
            self._received = len(data)

    def _is_too_slow(self) -> bool:
        config = self.app.config
        over = monotonic() - self._began - config.BODY_GRACE_S
        return bool(over > 0 and self._received < over * config.BODY_LEAST_BYTES_S)
