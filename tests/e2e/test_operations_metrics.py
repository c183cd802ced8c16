"""The figures, the lines of the log, the stop: what whoever runs the service sees of it."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.system import System, a_system_in
from tests.e2e.weixin import Weixin, new_openid
from tests.monitoring import not_offered
from tests.ports import free_port

TOKEN = "tell-me-the-figures"


def ask(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(
        url, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    opener = urllib.request.build_opener(_Stay)
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), lowered(answer.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), lowered(refused.headers)


def lowered(headers: Any) -> dict[str, str]:
    return {name.lower(): text for name, text in headers.items()}


class _Stay(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: object) -> None:
        return None


def figures(page: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Sample name -> labels -> value."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def requests_to(page: str, route: str) -> float:
    samples = figures(page).get("chengguan_http_requests_total", {})
    return sum(value for labels, value in samples.items() if ("route", route) in labels)


def waiting_s(page: str) -> float:
    """The age of the oldest event nobody has handled. At first it is that of the copied system."""
    return max(figures(page).get("chengguan_outbox_lag_seconds", {}).values(), default=float("inf"))


@pytest.fixture(scope="module")
def split(scratch: Path) -> Iterator[System]:
    """Web processes whose console has a port of its own, and a worker."""
    system = a_system_in(scratch / "split")
    system.env |= {"CONSOLE_PORT": str(free_port()), "STOP_NOTICE_S": "2"}
    try:
        system.start("serve", "worker")
        yield system
    finally:
        system.close()


@pytest.fixture(scope="module")
def console(split: System) -> str:
    return f"http://127.0.0.1:{split.env['CONSOLE_PORT']}"


def test_the_page_shows_every_process_and_what_waits_in_the_database(split: System, console: str) -> None:
    for _ in range(8):
        ask(f"{split.url}/h5/")
    ask(f"{console}/console/login")
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        status, page, headers = ask(f"{split.url}/metrics")
        counted = (
            requests_to(page, "/h5") >= 8 and requests_to(page, "/console/login") and "gauges_read" in page
        )
        if counted and waiting_s(page) < 60:
            break
        time.sleep(0.3)
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    found = figures(page)
    assert requests_to(page, "/h5") >= 8
    processes = {dict(labels)["process"] for labels in found["process_resident_memory_bytes"]}
    assert processes == {"web-0", "web-1", "console-0", "worker-0"}
    assert {dict(one)["duty"] for one in found["chengguan_duty_looked_timestamp_seconds"]} >= {
        "relay",
        "purge",
    }
    assert found["chengguan_database_up"] == {(): 1.0}
    worker = ("process", "worker-0")
    assert found["chengguan_cases"][(("kind", "complaint"), worker, ("state", "open"))] > 0
    assert found["chengguan_outbox_lag_seconds"][(worker,)] < 60
    assert found["chengguan_disk_free_bytes"][(("of", "data"),)] > 0
    assert found["chengguan_workers"] == {(): 1.0}
    # Whatever an alert or a dashboard asks for is there.
    assert not_offered(page) == []
    assert time.time() - found["chengguan_worker_heartbeat_timestamp_seconds"][()] < 30


def test_no_label_holds_an_address_that_was_asked_or_a_query(split: System) -> None:
    ask(f"{split.url}/h5/cases/QS-TS-261122-0001-X?secret=K7MW3QX9")
    ask(f"{split.url}/nowhere/13800138000")
    page = ask(f"{split.url}/metrics")[1]
    assert "QS-TS" not in page
    assert "K7MW" not in page
    assert "138001" not in page


async def test_messages_of_the_platform_are_counted_without_touching_their_path(split: System) -> None:
    async with Weixin(split) as weixin:
        await weixin.say(new_openid(), "你好")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = figures(ask(f"{split.url}/metrics")[1]).get("chengguan_wechat_messages_total", {})
        told = sum(value for labels, value in found.items() if ("outcome", "messages") in labels)
        if told:
            break
        time.sleep(0.3)
    assert told >= 1


def test_who_comes_through_a_proxy_reads_no_figures_without_the_token(split: System) -> None:
    # The demo refuses proxies by itself; either way it is a refusal.
    assert ask(f"{split.url}/metrics", X_Forwarded_For="203.0.113.7")[0] == 403


def test_the_console_is_not_on_the_citizens_port_nor_they_on_its(split: System, console: str) -> None:
    for path in ("/console/login", "/console/", "/console"):
        assert ask(f"{split.url}{path}")[0] == 404
    for path in ("/h5/", "/api/v1/me", "/wechat"):
        assert ask(f"{console}{path}")[0] == 404
    assert ask(f"{console}/console/login")[0] == 200
    assert ask(f"{split.url}/h5/")[0] == 200
    assert ask(f"{split.url}/")[2]["location"] == "/h5/"
    assert ask(f"{console}/")[2]["location"] == "/console/"
    for url in (split.url, console):
        assert ask(f"{url}/healthz")[0] == ask(f"{url}/readyz")[0] == 200


def test_each_request_leaves_one_line_with_its_number_and_nothing_that_was_sent(split: System) -> None:
    status, _, headers = ask(f"{split.url}/h5/?q=canaryword", X_Request_Id="chosen-by-caller")
    assert status in (200, 303)
    number = headers["x-request-id"]
    assert number != "chosen-by-caller"
    lines = [json.loads(line) for line in split.log("serve").splitlines() if line.startswith("{")]
    (mine,) = [line for line in lines if line.get("request_id") == number]
    assert {mine["event"], mine["method"], mine["route"], mine["status"]} == {
        "http.request",
        "GET",
        "/h5",
        status,
    }
    assert mine["ms"] >= 0
    assert "canaryword" not in split.log("serve")
    # Those that went well; one that did not is worth a line.
    assert not any(line.get("route") == "/healthz" and line["status"] == 200 for line in lines)


def test_told_to_stop_it_says_so_first_and_finishes_what_has_begun(split: System) -> None:
    before = ask(f"{split.url}/readyz")
    assert (before[0], json.loads(before[1])["status"]) == (200, "ok")
    part = split.parts["serve"]
    os.kill(part.pid, signal.SIGTERM)
    time.sleep(0.4)
    status, body, _ = ask(f"{split.url}/readyz")
    assert (status, json.loads(body)) == (503, {"status": "stopping"})
    # Whoever still comes is served.
    assert ask(f"{split.url}/h5/")[0] == 200
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(ask(f"{split.url}/h5/")[0]))
    asking.start()
    assert split.stop("serve") == 0
    asking.join()
    assert answers == [200]
    with pytest.raises(urllib.error.URLError):
        ask(f"{split.url}/healthz")
    assert not re.search(r'"level": "error"', split.log("serve"))
