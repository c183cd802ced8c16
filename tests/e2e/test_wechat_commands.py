"""The commands of the account, from end to end: our own doors, the stand-in, the database."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from bot.platform_reports import ENDING, RENEWED
from tests.e2e.system import System


def test_the_check_passes_on_the_demo_and_names_a_missing_file(shared_system: System, tmp_path: Path) -> None:
    # The system is shared: another test may have let the platform say that the certification has ended.
    told = shared_system.rows("SELECT kind FROM platform_report ORDER BY at DESC, id DESC")
    last = next((kind for (kind,) in told if kind in {*ENDING, *RENEWED}), "")
    ended = last == "verify_expired"
    report = json.loads(shared_system.cli("wechat", "check", "--json", code=1 if ended else 0))
    levels = {one["name"]: one["level"] for one in report["findings"]}
    failing = {name for name, level in levels.items() if level == "failure"}
    assert failing == ({"certification"} if ended else set())
    assert levels["callback_token"] == levels["callback_message"] == levels["token"] == "ok"
    assert not [word for word in (shared_system.env["WECHAT_TOKEN"],) if word in json.dumps(report)]

    proof = tmp_path / "MP_verify_e2e.txt"
    proof.write_text("e2eProof")
    assert f"{shared_system.url}/MP_verify_e2e.txt" in shared_system.cli(
        "wechat", "verify-file", "add", str(proof)
    )
    with urllib.request.urlopen(f"{shared_system.url}/MP_verify_e2e.txt", timeout=10) as answer:
        assert answer.read() == b"e2eProof"
    shared_system.cli("wechat", "verify-file", "remove", proof.name)
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.urlopen(f"{shared_system.url}/MP_verify_e2e.txt", timeout=10)
    assert gone.value.code == 404
    gone.value.close()


def test_the_menu_is_shown_compared_and_pushed_only_when_confirmed(
    shared_system: System, tmp_path: Path
) -> None:
    preview = shared_system.cli("wechat", "menu", "push", code=1)
    assert "+ " in preview
    assert "没有推送" in preview
    assert "已推送" in shared_system.cli("wechat", "menu", "push", "--yes")
    assert "菜单和单位画像一致" in shared_system.cli("wechat", "menu", "diff")
    taken = tmp_path / "menu.yaml"
    shared_system.cli("wechat", "menu", "import", "--to", str(taken))
    ours = Path("content/bureau/menu.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(taken.read_text(encoding="utf-8")) == yaml.safe_load(ours)
    shared_system.cli("wechat", "menu", "import", "--to", str(taken), code=2)


def test_a_code_is_made_printed_and_retired(shared_system: System, tmp_path: Path) -> None:
    made = shared_system.cli(
        "wechat", "qr", "add", "--kind", "street_chief", "--title", "文一路 街巷长", "--place", "文一路 88 号"
    )
    code, _, title, address = made.strip().split("\t")
    assert (title, address.startswith("http://weixin.qq.com/q/")) == ("文一路 街巷长", True)
    sheet = tmp_path / "sheet.svg"
    shared_system.cli("wechat", "qr", "image", code, "--to", str(sheet))
    assert "文一路 街巷长" in sheet.read_text(encoding="utf-8")
    picture = tmp_path / "code.png"
    assert "没有标题" in shared_system.cli("wechat", "qr", "image", code, "--to", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    shared_system.cli("wechat", "qr", "retire", code)
    assert code not in shared_system.cli("wechat", "qr", "list")
    shared_system.cli("wechat", "qr", "add", "--kind", "dragon", "--title", "x", code=2)
