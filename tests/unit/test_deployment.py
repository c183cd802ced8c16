"""What is shipped for running the service elsewhere: it parses, and its limits are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from sanic import Sanic

from app.cli import build_parser
from app.forking import GRACEFUL_STOP_S
from app.web import LARGEST_BODY
from bot.webhook import BUDGET_S, HEARD_OUT_BYTES
from kit.files.kinds import MAX_FILE_BYTES
from miniapp_api.blueprint import api_blueprint
from web.console.bodies import HEARD_OUT_BYTES as CONSOLE_HEARD_OUT_BYTES
from web.h5.blueprint import h5_blueprint
from web.h5.filing_reading import WITH_PHOTOS_AT_MOST

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("systemd/*.service"), *DEPLOY.glob("systemd/*.timer")])
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}
RUNBOOKS = ("deliveries", "deadlines", "calls", "worker", "web", "wechat", "database", "redis", "disk", "backup",
            "keys", "certificate", "upgrade", "leaver", "leak", "exchange", "papers")  # fmt: skip
MB = 1024 * 1024


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_each_unit_names_commands_that_exist_and_is_hardened(path: Path) -> None:
    sections = unit(path)
    if path.suffix == ".timer":
        assert (path.parent / sections["Timer"]["Unit"]).exists()
        return
    service = sections["Service"]
    assert {name: service[name] for name in HARDENED} == HARDENED
    program, *words = service["ExecStart"].split()
    assert program.endswith("/.venv/bin/chengguan")
    assert build_parser().parse_args(words).run is not None
    if path.name == "chengguan-web.service":
        # What is in progress may take until the parent gives up on its children, and the notice before it.
        assert int(service["TimeoutStopSec"]) > GRACEFUL_STOP_S + 60


def test_systemd_itself_finds_no_fault(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    copies = []
    for path in UNITS:
        # Verification wants the program to exist.
        text = path.read_text(encoding="utf-8").replace("/opt/chengguan/.venv/bin/chengguan", "/bin/true")
        copies.append(tmp_path / path.name)
        copies[-1].write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, copies)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Failed to" in done.stderr and "verify" not in done.stderr and done.returncode:
        pytest.skip(f"systemd-analyze cannot run here: {done.stderr[:200]}")
    assert (done.returncode, done.stderr) == (0, "")


def blocks(text: str) -> list[Any]:
    """nginx's configuration as nested lists; AssertionError where braces or semicolons are missing."""
    tokens = re.findall(r'"[^"]*"|[{};]|[^\s{};"]+', re.sub(r"#.*", "", text))
    stack: list[list[Any]] = [[]]
    words: list[str] = []
    for token in tokens:
        if token == ";":
            assert words, "a semicolon after nothing"
            stack[-1].append(words)
            words = []
        elif token == "{":
            block: list[Any] = []
            stack[-1].append([*words, block])
            stack.append(block)
            words = []
        elif token == "}":
            assert not words, f"no semicolon after {words}"
            stack.pop()
        else:
            words.append(token)
    assert (len(stack), words) == (1, [])
    return stack[0]


def directive(block: list[Any], *name: str) -> Any:
    (found,) = [one for one in block if one[: len(name)] == list(name)]
    return found[len(name)] if len(found) > len(name) else ""


def size(text: str) -> int:
    return int(re.match(r"\d+", text)[0]) * MB  # type: ignore[index]


def test_nginx_lets_through_what_the_service_takes_and_waits_long_enough() -> None:
    top = blocks((DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8"))
    servers = [one[-1] for one in top if one[0] == "server"]
    _, citizens, console = servers
    assert size(directive(citizens, "client_max_body_size")) >= max(MAX_FILE_BYTES, LARGEST_BODY)
    filing = directive(citizens, "location", "/h5/")
    assert size(directive(filing, "client_max_body_size")) >= WITH_PHOTOS_AT_MOST
    assert size(directive(console, "client_max_body_size")) >= CONSOLE_HEARD_OUT_BYTES
    wechat = directive(citizens, "location", "/wechat")
    assert size(directive(wechat, "client_max_body_size")) >= HEARD_OUT_BYTES
    assert int(directive(wechat, "proxy_read_timeout").rstrip("s")) > BUDGET_S
    for server in (citizens, console):
        assert directive(directive(server, "location", "=", "/metrics"), "return") == "404"
        for location in [one[-1] for one in server if one[0] == "location" and "return" not in one[-1][0]]:
            # One value of ours, not a chain that the caller began.
            assert ["proxy_set_header", "X-Forwarded-For", "$remote_addr"] in location
            assert ["proxy_set_header", "Host", "$host"] in location


def test_every_form_with_files_comes_through_the_proxies_whole() -> None:
    """Both proxies let much through below one address: each route that reads files by itself lies there."""
    app = Sanic("proxied-routes", configure_logging=False)
    app.config.TOUCHUP = False
    app.blueprint(h5_blueprint())
    app.blueprint(api_blueprint())
    Sanic._app_registry.pop(app.name)
    streamed = {f"/{route.path}" for route in app.router.routes if route.extra.stream}
    forms = {one for one in streamed if one.startswith("/h5/")}
    assert {"/h5/file", "/h5/permits/drafts/<draft_id:str>/files"} <= forms
    # Programs send one file, whole or in pieces.
    assert all("uploads" in one for one in streamed - forms)
    caddy = (DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8")
    assert re.findall(r"@filing path (\S+)", caddy) == ["/h5/*"]
    assert re.findall(r"@rest not path (\S+)", caddy) == ["/h5/*"]


def test_what_citizens_type_into_addresses_is_in_no_log_of_the_proxy() -> None:
    top = blocks((DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8"))
    (_, name, line) = next(one for one in top if one[0] == "log_format")
    assert not set(re.findall(r"\$\w+", line)) & {
        "$request",
        "$request_uri",
        "$args",
        "$query_string",
        "$http_referer",
    }
    for server in (one[-1] for one in top if one[0] == "server"):
        assert [one[2] for one in server if one[0] == "access_log"] == [name]
        # Lines of errors hold the whole request.
        assert [one[2] for one in server if one[0] == "error_log"] == ["crit"]
    assert not re.search(r"(?m)^\s*log\b", (DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8"))


def test_caddy_has_the_same_limits_and_balanced_braces() -> None:
    text = re.sub(r"#.*", "", (DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8"))
    assert text.count("{") == text.count("}")
    sizes = [int(one) * 10**6 for one in re.findall(r"max_size (\d+)MB", text)]
    assert sorted(sizes)[0] >= MAX_FILE_BYTES
    assert max(sizes) >= WITH_PHOTOS_AT_MOST - 16 * MB
    assert text.count("header_up X-Forwarded-For {remote_host}") == text.count("reverse_proxy")


def test_the_container_file_copies_every_package_and_starts_a_command_that_exists() -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^#.*\n", "", text).replace("\\\n", " ")
    steps = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    known = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
             "ENTRYPOINT", "CMD"}  # fmt: skip
    assert {name for name, _ in steps} <= known
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    copied = {rest.split()[0] for name, rest in steps if name == "COPY" and not rest.startswith("--")}
    assert packages <= copied
    assert steps[-1] == ["CMD", '["serve"]']
    assert ["USER", "chengguan"] in steps


def test_the_compose_file_runs_commands_that_exist_and_lets_them_end_in_peace() -> None:
    content = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))
    services = content["services"]
    for name in ("web", "worker"):
        assert build_parser().parse_args(services[name]["command"]).run is not None
        assert int(services[name]["stop_grace_period"].rstrip("s")) > GRACEFUL_STOP_S
        assert {volume.split(":")[-1] for volume in services[name]["volumes"]} == {
            "/data",
            "/keys",
            "/backup",
        }
    named = {volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert {name for name in named if name.isalpha()} == set(content["volumes"])


def test_there_is_a_runbook_for_each_kind_of_trouble_and_its_commands_exist() -> None:
    folder = ROOT / "docs" / "runbooks"
    assert {path.stem for path in folder.glob("*.md")} == {*RUNBOOKS, "README"}
    index = (folder / "README.md").read_text(encoding="utf-8")
    parser = build_parser()
    for name in RUNBOOKS:
        assert f"({name}.md)" in index
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
        for heading in ("## 怎么发现", "## 先做", "## 恢复", "## 事后"):
            assert heading in text, f"{name}.md lacks {heading}"
        for line in re.findall(r"(?m)^\s*chengguan ([^\n#|>]+)", text):
            words = [word.strip("'\"") for word in line.split()]
            assert parser.parse_args(words).run is not None, line
