"""A second oracle from another world: the npm package wechat-crypto reads what we write and writes what we read.

Runs where Node is, and skips with the reason elsewhere. The package is fetched once, its checksum pinned, into
pytest's cache.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.wechat_samples import BODIES
from wechat.codec import Codec, SignedQuery, sign
from wechat.parse import parse_xml

PACKAGE, VERSION = "wechat-crypto", "0.0.2"
INTEGRITY = "sha512-VGCWUmg+4klU+auFBhhiVRBvBsMYnfgQ4ZhW9XQDrMXSYJDCuBvsc8BCwAdAFr9JY9EluYQCbSA9tMUpdd5cPg=="
ORACLE = Path(__file__).with_name("wechat_crypto_oracle.js")
FETCH_S = 30

TOKEN, APP_ID, NONCE = "a-token-of-ours", "wx0123456789abcdef", "271828"
AES_KEY = b64encode(bytes(range(100, 132))).decode()[:43]
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
ours = Codec(TOKEN, AES_KEY, APP_ID)

# Every length of the last block, twice over; then what people send, and the largest body there is.
MESSAGES = [*("x" * size for size in range(66)), "占", "🚒", "\0", *BODIES.values(), "城" * 16_000]
SEALED = [
    str(parse_xml(ours.seal(message.encode(), NONCE, int(STAMP)))["Encrypt"])
    if len(message) < 10_000
    else ours.encrypt(message.encode())
    for message in MESSAGES
]


@pytest.fixture(scope="module")
def theirs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the package makes of all messages, in one run of Node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node and npm are not installed")
    cache = getattr(request.config, "cache", None)
    folder = Path(cache.mkdir(f"npm-{PACKAGE}")) if cache else tmp_path_factory.mktemp("npm")
    _fetch(npm, folder)
    asked = {
        "token": TOKEN,
        "key": AES_KEY,
        "appid": APP_ID,
        "timestamp": STAMP,
        "nonce": NONCE,
        "messages": MESSAGES,
        "sealed": SEALED,
    }
    done = subprocess.run(
        [node, "--no-deprecation", str(ORACLE)],
        env={"NODE_PATH": str(folder / "node_modules")},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _fetch(npm: str, folder: Path) -> None:
    """Install the package below `folder` unless it is there. npm refuses what has another checksum."""
    if (folder / "node_modules" / PACKAGE / "package.json").exists():
        return
    wanted = {"dependencies": {PACKAGE: VERSION}}
    packages = {"": wanted, f"node_modules/{PACKAGE}": {"version": VERSION, "integrity": INTEGRITY}}
    (folder / "package.json").write_text(json.dumps(wanted))
    (folder / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=FETCH_S, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not deliver {PACKAGE} within {FETCH_S} s")
    if done.returncode != 0:
        assert "EINTEGRITY" not in done.stderr, "the registry delivers another package than the pinned one"
        pytest.skip(f"npm cannot fetch {PACKAGE}: {' '.join(done.stderr.split())[:200]}")


def test_what_they_encrypt_we_open(theirs: Any) -> None:
    for message, encrypted in zip(MESSAGES, theirs["encrypted"], strict=True):
        envelope = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
        query = SignedQuery(timestamp=STAMP, nonce=NONCE, msg_signature=sign(TOKEN, STAMP, NONCE, encrypted))
        assert ours.decrypt(encrypted) == message.encode()
        if len(envelope) <= 64 * 1024:
            assert ours.open(query, envelope, NOW) == message.encode()


def test_what_we_seal_they_decrypt(theirs: Any) -> None:
    for message, decrypted in zip(MESSAGES, theirs["decrypted"], strict=True):
        assert decrypted == {"message": message, "id": APP_ID}


def test_signatures_are_equal(theirs: Any) -> None:
    assert theirs["signatures"] == [sign(TOKEN, STAMP, NONCE, sealed) for sealed in SEALED]
