"""`make run` and its parts: start, stop, and one sentence when something is in the way."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from tests.e2e.system import ROOT, System, a_system_in
from tests.ports import free_port

AS_ANYBODY = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]
"""Root, but permissions hold."""


def environ(data_dir: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": f"sqlite://{data_dir / 'chengguan.db'}",
        "PORT": str(free_port()),
        "STANDIN_PORT": str(free_port()),
        "WEB_PROCESSES": "1",
        **more,
    }


def run(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        env=dict(env), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 2 and one sentence with these words; no stack trace."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.startswith("错误：")]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]
    assert lines[0].count("。") <= 1
    assert "Traceback" not in done.stdout + done.stderr


@contextlib.contextmanager
def taken_port() -> Iterator[str]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield str(sock.getsockname()[1])


def left_over(data_dir: Path) -> list[str]:
    """Living processes that have anything to do with this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            ours = process.environ().get("DATA_DIR") == str(data_dir) or str(data_dir) in process.cwd()
            if process.status() != psutil.STATUS_ZOMBIE and ours:
                found.append(" ".join(process.cmdline()))
    return found


# ---- refused at the door


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with taken_port() as port:
        refused(run(environ(tmp_path, PORT=port), "demo"), port, "PORT")
        refused(run(environ(tmp_path, STANDIN_PORT=port), "demo"), port, "STANDIN_PORT")
        env = a_system_in(tmp_path).env | {"PORT": port}
        refused(run(env, "serve"), port)
        standin = run(env | {"STANDIN_PORT": port}, "standin")
    assert standin.returncode == 2
    assert port in standin.stderr
    assert "Traceback" not in standin.stderr
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("command", ["demo", "migrate", "serve"])
def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, command: str) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file where the folder should be")
    env = System(tmp_path / "elsewhere").env | environ(in_the_way)
    refused(run(env, command), str(in_the_way))
    assert in_the_way.read_text() == "a file where the folder should be"


@pytest.mark.parametrize("command", ["demo", "migrate"])
def test_a_read_only_data_folder_is_one_sentence(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)
    prefix = [] if os.getuid() else AS_ANYBODY
    if prefix and subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("root may write everywhere, and this machine does not let it give that up")
    done = subprocess.run(
        [*prefix, sys.executable, "-B", "-m", "app.cli", command],
        env=environ(folder), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    refused(done, str(folder))
    assert list(folder.iterdir()) == []


def test_a_missing_setting_is_one_sentence_naming_all_of_them(tmp_path: Path) -> None:
    refused(run(environ(tmp_path), "serve"), "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TOKEN")
    refused(run(environ(tmp_path), "worker"), "WECHAT_APP_ID")
    refused(run(environ(tmp_path, PORT="eighty"), "demo"), "PORT", "eighty")
    refused(run(environ(tmp_path, DATABASE_URL="mysql://x"), "migrate"), "DATABASE_URL")


def test_serving_before_migrating_says_what_to_do(tmp_path: Path) -> None:
    env = System(tmp_path).env
    refused(run(env, "serve"), "migrate")
    refused(run(env, "worker"), "migrate")
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("words", [("staff", "list"), ("audit", "verify"), ("calendar", "check"), ("serve",)])
def test_a_database_without_tables_says_what_to_do(tmp_path: Path, words: tuple[str, ...]) -> None:
    env = a_system_in(tmp_path).env
    env["DATABASE_URL"] = f"sqlite://{tmp_path / 'another.db'}"
    (tmp_path / "another.db").touch()
    refused(run(env, *words), "migrate")


def test_staff_belong_to_units_that_exist(tmp_path: Path) -> None:
    env = a_system_in(tmp_path).env
    words = [
        "staff",
        "add",
        "--login",
        "zhangsan",
        "--name",
        "张三",
        "--role",
        "handler",
        "--unit",
        "nowhere",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *words, "--password-stdin"],
        env=env, cwd=ROOT, input="a long password\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    refused(done, "nowhere", "street")
    assert "zhangsan" not in run(env, "staff", "list").stdout


def test_a_database_that_is_down_is_one_sentence(tmp_path: Path) -> None:
    url = f"postgres://u:secret@127.0.0.1:{free_port()}/x"
    done = run(environ(tmp_path, DATABASE_URL=url), "migrate")
    refused(done, "DATABASE_URL")
    assert "secret" not in done.stderr


def test_the_demo_listens_on_this_machine_only(tmp_path: Path) -> None:
    refused(run(environ(tmp_path, HOST="0.0.0.0"), "demo"), "HOST")


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """What bootstrap needs of a fresh clone."""
    checkout = tmp_path / "clone"
    (checkout / "deploy").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "bootstrap.sh", checkout / "deploy")
    return checkout


def fake_python(folder: Path, body: str) -> dict[str, str]:
    folder.mkdir()
    for name in ("python3", "python3.11"):
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder)}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        # Debian's python3 without python3-venv: version and venv are there, ensurepip is not.
        ('case "$2" in *version_info*) echo 3.11;; *ensurepip*) exit 1;; esac; exit 0', "python3-venv"),
        ("echo 3.9", "Python 3.11"),
    ],
    ids=["no python3-venv", "another Python"],
)
def test_a_machine_without_what_is_needed_is_told_what_to_install(
    bare_checkout: Path, tmp_path: Path, body: str, word: str
) -> None:
    done = subprocess.run(
        ["deploy/bootstrap.sh"],
        cwd=bare_checkout, env=fake_python(tmp_path / "bin", body),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    refused(done, word, "apt install")
    assert not (bare_checkout / ".venv").exists()


# ---- the whole demo


class Demo:
    """`chengguan demo` in a session of its own, as a terminal runs it."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.log = env, log
        self.begun = time.monotonic()
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "demo"],
                env=env, cwd=ROOT, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def await_ready(self) -> float:
        """Seconds until it said where everything is."""
        while "按 Ctrl-C" not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - self.begun < 60, self.log.read_text()
            time.sleep(0.05)
        return time.monotonic() - self.begun

    def await_part(self, name: str) -> list[psutil.Process]:
        """It and its descendants, as soon as this part is among them."""
        tree = psutil.Process(self.process.pid)
        while time.monotonic() - self.begun < 60:
            found = tree.children(recursive=True)
            with contextlib.suppress(psutil.NoSuchProcess):
                if any(one.cmdline()[-1:] == [name] for one in found):
                    return [tree, *found]
            time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def processes(self) -> list[psutil.Process]:
        """It, all its descendants, and its Valkey."""
        tree = psutil.Process(self.process.pid)
        state = Path(self.env["DATA_DIR"]) / "valkey" / "state.json"
        return [tree, *tree.children(recursive=True), psutil.Process(json.loads(state.read_text())["pid"])]

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def gone(processes: list[psutil.Process], within_s: float = 10.0) -> list[psutil.Process]:
    """Those still living after a while; a zombie waits for its parent and is none."""
    _, alive = psutil.wait_procs(processes, timeout=within_s)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_the_demo_starts_everything_and_ctrl_c_leaves_nothing_running(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    data = tmp_path / "var"
    env = environ(data)
    first = Demo(env, tmp_path / "first.log")
    took_first = first.await_ready()
    said = first.log.read_text()
    assert f"http://127.0.0.1:{env['STANDIN_PORT']}/phone" in said
    assert f"http://127.0.0.1:{env['PORT']}/console/" in said
    password = (data / "demo" / "password").read_text().strip()
    for word in ("diaodu", "banli", "lingdao", password):
        assert word in said
    assert "演示手机" in fetch(f"http://127.0.0.1:{env['STANDIN_PORT']}/phone")
    assert "登录" in fetch(f"http://127.0.0.1:{env['PORT']}/console/")
    running = first.processes()
    assert len(running) >= 6
    # The worst end: nothing can be tidied up, and still nothing of ours serves on.
    first.process.kill()
    first.process.wait()
    valkey = running.pop()
    assert gone(running, 40) == []

    second = Demo(env, tmp_path / "second.log")
    took_second = second.await_ready()
    print(f"first start {took_first:.1f} s, second start {took_second:.1f} s")
    record_property("second_start_s", round(took_second, 1))
    # Ten seconds are promised on an idle machine; this one may be busy.
    assert took_second < 60
    running = second.processes()
    assert running[-1].pid == valkey.pid, "the running Valkey was not adopted"
    assert second.end(signal.SIGINT) == 0
    assert "已全部停止" in second.log.read_text()
    assert gone(running) == []
    assert left_over(data) == []
    assert "Traceback" not in first.log.read_text() + second.log.read_text()

    # Told to stop while it is still starting, by the other signal.
    third = Demo(env, tmp_path / "third.log")
    running = third.await_part("standin")
    assert third.end(signal.SIGTERM) == 0
    assert gone(running) == []
    assert left_over(data) == []


def valkey_servers(data_dir: Path) -> list[int]:
    """The living servers of a data folder; those of other tests may vanish while we look."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "valkey-server" and process.cwd() == str(data_dir.resolve() / "valkey"):
                found.append(process.pid)
    return found


def test_two_servers_started_at_once_share_one_valkey(tmp_path: Path) -> None:
    one = a_system_in(tmp_path)
    other = System(tmp_path)
    try:
        for system in (one, other):
            system.start("worker")  # returns at once
        for system in (one, other):
            system.start("serve")
        assert len(valkey_servers(tmp_path)) == 1
        for system in (one, other):
            assert system.get_json(f"{system.url}/readyz")["redis"] == "ok"
    finally:
        other.close()
        one.close()
    assert left_over(tmp_path) == []


def test_a_killed_web_process_is_replaced_and_sigterm_ends_all(tmp_path: Path) -> None:
    system = a_system_in(tmp_path)
    try:
        system.start("serve")
        parent = psutil.Process(system.parts["serve"].pid)
        before = parent.children()
        before[0].kill()
        deadline = time.monotonic() + 30
        while len({child.pid for child in parent.children()} - {before[0].pid}) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        system.await_url(f"{system.url}/readyz")
        running = [parent, *parent.children()]
        assert system.stop("serve") == 0
        assert gone(running) == []
    finally:
        system.close()
