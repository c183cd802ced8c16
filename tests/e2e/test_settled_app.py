"""An app settled before the fork, with real processes: each of them answers, hears its listeners, and makes nothing again."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
    import os, signal, urllib.request
    from threading import Thread
    from sanic import text
    from sanic_routing.exceptions import FinalizationError
    from sanic.http import Http
    from app.forking import bind
    from kit.http.settled import SettledApp, SettledRouter

    sock = bind("127.0.0.1", 0)
    address = "http://127.0.0.1:%d/" % sock.getsockname()[1]
    app = SettledApp("settled", router=SettledRouter(), configure_logging=False)

    @app.get("/")
    async def answer(request):
        return text("answered")

    @app.before_server_start
    async def begin(app):
        print("begun", flush=True)

    def settled():
        return Http.http1, app.router.find_route, app.signal_router.find_route

    @app.after_server_start
    async def ask(app):
        print("as settled" if settled() == made else "made again", flush=True)

        def asking():
            print(urllib.request.urlopen(address, timeout=10).read().decode(), flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
        Thread(target=asking).start()

    @app.after_server_stop
    async def end(app):
        print("ended", flush=True)

    async def late(app):
        print("heard", flush=True)

    app.settle()
    made = settled()
    try:
        app.before_server_start(late)
    except FinalizationError:
        print("too late", flush=True)
    for slot in range(2):
        if not os.fork():
            app.run(sock=sock, single_process=True, motd=False, access_log=False)
            os._exit(0)
        os.wait()
"""


def test_each_process_serves_what_was_settled_before_the_fork() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    lives = ["begun", "as settled", "answered", "ended"]
    assert done.stdout.split("\n")[:-1] == ["too late", *lives, *lives], (done.stdout, done.stderr[-2000:])
