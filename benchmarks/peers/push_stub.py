"""A platform that takes every message after a fixed time and does nothing else: cheaper than any client of it.

`python -m benchmarks.peers.push_stub PORT MILLISECONDS`. It keeps the first bodies it was sent, each with its
address, for whoever wants to send the same (`GET /_bodies`), and counts messages (`GET /_count`).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import ClassVar, cast

import uvloop

KEPT = 200
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TOKEN = b'{"access_token":"' + b"t" * 512 + b'","expires_in":7200}'


class Stub(asyncio.Protocol):
    """One connection; requests come one after another on it."""

    kept: ClassVar[list[tuple[str, str]]] = []
    count = 0
    takes_s = 0.03

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._received = b""

    def data_received(self, received: bytes) -> None:
        self._received += received
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        length = _LENGTH.search(self._received, 0, head_end)
        end = head_end + 4 + (int(length[1]) if length else 0)
        if len(self._received) < end:
            return
        body, target = self._received[head_end + 4 : end], self._received.split(b" ", 2)[1]
        self._received = self._received[end:]
        self._answer(target.decode(), body)

    def _answer(self, target: str, body: bytes) -> None:
        if target.startswith("/cgi-bin/stable_token"):
            self._write(_TOKEN)
        elif target == "/_bodies":
            self._write(json.dumps(Stub.kept).encode())
        elif target == "/_count":
            self._write(str(Stub.count).encode())
        else:
            Stub.count += 1
            if len(Stub.kept) < KEPT:
                Stub.kept.append((target, body.decode()))
            sent = b'{"errcode":0,"errmsg":"ok","msgid":%d}' % Stub.count
            asyncio.get_running_loop().call_later(Stub.takes_s, self._write, sent)

    def _write(self, body: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json; encoding=utf-8\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )


async def main(port: int, takes_s: float) -> None:
    Stub.takes_s = takes_s
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
