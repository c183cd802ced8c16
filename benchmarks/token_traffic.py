"""How often four sending processes ask for an access token: when none is ever taken, and when tokens expire.

The stand-in, Valkey, the HTTP between them and the passing of time are real; both runs go on side by side.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from benchmarks.processes import free_port, running
from benchmarks.report import Figure
from benchmarks.traffic import Account
from kit.valkey import ensure_valkey

SENDERS, SENDS_A_SECOND = 4, 50
STUCK_S = 75
EXPIRE_AT_S = (8, 28, 48, 68)
AFTER_LAST_S = 7
CITIZEN, TEMPLATE = "oBench-000000000000000000001", "standin-case-progress-template-0000000003"


# `chengguan standin` plays the demo's account; this one plays the account of the run.
_STANDIN = "import os, sys; from wechat.standin.command import main; sys.exit(main(sys.argv[1:], os.environ))"


class _Sink(BaseHTTPRequestHandler):
    """The account's webhook: takes every report."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, format: str, *args: object) -> None:
        return


@dataclass
class Traffic:
    """A stand-in with its senders, seen from outside."""

    base: str
    senders: list[subprocess.Popen[str]]
    outcomes: Counter[str] = field(default_factory=Counter)

    def token_calls(self) -> int:
        with urllib.request.urlopen(f"{self.base}/_standin/calls", timeout=5) as answer:
            return int(json.load(answer)["calls"].get("/cgi-bin/stable_token", 0))

    def control(self, path: str, **content: Any) -> None:
        request = urllib.request.Request(
            f"{self.base}/_standin/{path}",
            json.dumps(content).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()

    def stop(self) -> Counter[str]:
        for sender in self.senders:
            sender.terminate()
        for sender in self.senders:
            self.outcomes.update(json.loads(sender.communicate(timeout=30)[0]))
        return self.outcomes


@contextmanager
def traffic() -> Iterator[Traffic]:
    """Valkey, a stand-in that knows one citizen, and the senders, not yet started."""
    account, port = Account(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="cgt-"))
    sink = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    Thread(target=sink.serve_forever, daemon=True).start()
    webhook = f"http://127.0.0.1:{sink.server_port}/wechat"
    command = [sys.executable, "-c", _STANDIN, "--port", str(port), "--webhook", webhook]
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(sink.server_close)
        stack.callback(sink.shutdown)
        valkey = ensure_valkey(folder)
        stack.callback(valkey.stop)
        env = account.environ()
        stack.enter_context(running(command, env, port, log=folder / "standin.log"))
        found = Traffic(f"http://127.0.0.1:{port}", [])
        found.control("citizens", openid=CITIZEN, wrote=True)
        stack.callback(_end, found.senders)
        yield _started(found, valkey.url, env)


def _started(found: Traffic, valkey_url: str, env: dict[str, str]) -> Traffic:
    command = [
        sys.executable,
        "-m",
        "benchmarks.peers.token_sender",
        found.base,
        valkey_url,
        CITIZEN,
        TEMPLATE,
    ]
    for _ in range(SENDERS):
        rate = str(SENDS_A_SECOND / SENDERS)
        found.senders.append(
            subprocess.Popen([*command, rate], env={**os.environ, **env}, stdout=subprocess.PIPE, text=True)
        )
    return found


def _end(senders: list[subprocess.Popen[str]]) -> None:
    for sender in senders:
        if sender.poll() is None:
            sender.kill()
            sender.wait()


def stuck_per_minute() -> float:
    """The most token calls within any 60 s while every send is answered 40001; from the first call on."""
    with traffic() as found:
        found.control("faults", endpoint="message/template/send", kind="token_40001", times=None)
        samples: list[tuple[float, int]] = []
        begun = time.monotonic()
        while (now := time.monotonic() - begun) < STUCK_S:
            samples.append((now, found.token_calls()))
            time.sleep(0.5)
        outcomes = found.stop()
    assert outcomes["sent"] == 0, outcomes
    assert outcomes["bad_token"] > 0, outcomes
    _say("40001 for ever", outcomes, samples[-1][1])
    return max(
        late_calls - early_calls
        for early, early_calls in [(-1.0, 0), *samples]
        for late, late_calls in samples
        if 0 <= late - early <= 60
    )


def calls_per_expiry() -> float:
    """Token calls for each time every token of the account was ended at once, the first token not counted."""
    with traffic() as found:
        begun = time.monotonic()
        time.sleep(EXPIRE_AT_S[0] - 1)
        first = found.token_calls()
        for at in EXPIRE_AT_S:
            time.sleep(max(0.0, begun + at - time.monotonic()))
            found.control("tokens/expire")
        time.sleep(AFTER_LAST_S)
        calls = found.token_calls() - first
        outcomes = found.stop()
    assert outcomes["sent"] > 0.9 * outcomes.total(), outcomes
    assert calls >= len(EXPIRE_AT_S), "a token ended and nobody asked for another"
    _say(f"{len(EXPIRE_AT_S)} expiries", outcomes, first + calls)
    return calls / len(EXPIRE_AT_S)


def _say(what: str, outcomes: Counter[str], calls: int) -> None:
    told = ", ".join(f"{name} {count}" for name, count in outcomes.most_common())
    print(f"{what}: {outcomes.total()} sends by {SENDERS} processes ({told}), {calls} token calls in all")


def measure() -> Iterator[Figure]:
    with ThreadPoolExecutor(2) as pool:
        stuck, expiring = pool.submit(stuck_per_minute), pool.submit(calls_per_expiry)
        yield Figure("gateway", "token_calls_stuck_40001_per_min", stuck.result(), "calls/min", 5)
        yield Figure("gateway", "token_calls_per_expiry", expiring.result(), "calls", 2)
