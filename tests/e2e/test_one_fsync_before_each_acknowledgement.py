"""The disk has the complaint before the citizen hears of it: seen from outside, with strace."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.system import a_system_in
from tests.e2e.weixin import Weixin, new_openid

TRACED = "recvfrom,recvmsg,read,sendto,sendmsg,write,writev,fsync,fdatasync"
LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<what>.*)$")
FILINGS = 5


@contextlib.contextmanager
def traced(pids: list[int], into: Path) -> Iterator[None]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    words = ["strace", "-f", "-y", "-s", "24", "-e", f"trace={TRACED}", "-o", str(into)]
    tracer = subprocess.Popen(
        [*words, *(word for pid in pids for word in ("-p", str(pid)))], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr is not None
    attached = tracer.stderr.readline()
    if "attached" not in attached:
        tracer.wait(10)
        pytest.skip(f"this machine does not let one process trace another: {attached.strip()}")
    time.sleep(0.3)
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(20)
        tracer.stderr.close()


def milestones(trace: str, database: str) -> list[str]:
    """In order: "in" for a request read, "sync" for a finished fsync of the database, "out" for an answer."""
    found, unfinished = [], set()
    for line in trace.splitlines():
        match = LINE.match(line)
        assert match is not None, line
        pid, what = match["pid"], match["what"]
        if '"POST /wechat' in what:
            found.append("in")
        elif re.match(r"(fsync|fdatasync)\(", what) and database in what:
            if "unfinished" in what:
                unfinished.add(pid)
            elif "= 0" in what:
                found.append("sync")
        elif re.match(r"<\.\.\. (fsync|fdatasync) resumed", what) and pid in unfinished and "= 0" in what:
            unfinished.discard(pid)
            found.append("sync")
        elif '"HTTP/1.1 200' in what and "resumed" not in what:
            found.append("out")
    return found


async def test_between_a_filing_message_and_its_answer_the_write_ahead_log_is_synced(tmp_path: Path) -> None:
    system = a_system_in(tmp_path, web_processes=1)
    try:
        system.start("serve")
        web = psutil.Process(system.parts["serve"].pid).children()
        assert len(web) == 1
        async with Weixin(system) as weixin:
            last = [
                await weixin.filed_up_to_the_end(new_openid(), f"第{n}个井盖翘起来了") for n in range(FILINGS)
            ]
            with traced([web[0].pid], tmp_path / "trace"):
                for sealed in last:  # one after the other, so that each has its own
                    assert "投诉已收到" in await weixin.deliver(sealed)
                    await asyncio.sleep(0.05)
    finally:
        system.close()
    found = milestones((tmp_path / "trace").read_text(errors="replace"), "chengguan.db-wal")
    answers = "".join({"in": "(", "sync": "s", "out": ")"}[one] for one in found)
    print(answers)
    assert answers.count(")") == FILINGS, answers
    assert re.fullmatch(r"s*(\(s+\)s*)+", answers), answers
