"""`chengguan standin` started by hand with what cannot work."""

import argparse
import socket
from pathlib import Path

import pytest

from app.environment import demo_environ, standin_environ
from wechat.standin.command import add_arguments, main

SECRETS = {"WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s3cret", "WECHAT_TOKEN": "t0ken"}


def test_missing_secrets_end_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {}) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_foreign_host_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "0.0.0.0"], SECRETS) == 2
    assert "只能在本机" in capsys.readouterr().err


def test_unfit_aes_key_is_refused_without_showing_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], SECRETS | {"WECHAT_AES_KEY": "too-short-a-key"}) == 2
    said = capsys.readouterr()
    assert "EncodingAESKey" in said.err
    assert "too-short-a-key" not in said.err + said.out


def test_taken_port_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)], SECRETS) == 2
    assert f"端口 {port} 已被占用" in capsys.readouterr().err


def test_mini_programs_pushes_need_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--miniapp-webhook", "http://127.0.0.1:9/x"], SECRETS) == 2
    assert "MINIAPP_TOKEN" in capsys.readouterr().err


def test_unknown_kind_of_account_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--kind", "prophet"], SECRETS)
    assert ended.value.code == 2
    assert "certified_service" in capsys.readouterr().err


def test_mini_programs_webhook_follows_from_its_token() -> None:
    parser = argparse.ArgumentParser()
    environ = {"PORT": "8123", "MINIAPP_APP_ID": "wx2", "MINIAPP_TOKEN": "t"}
    asked = add_arguments(parser, environ).parse_args([])
    assert asked.miniapp_webhook == "http://127.0.0.1:8123/wechat/miniprogram"
    assert add_arguments(argparse.ArgumentParser(), {}).parse_args([]).miniapp_webhook == ""


def test_plays_the_account_of_the_settings_and_no_mini_program_that_is_not_set(tmp_path: Path) -> None:
    environ = standin_environ(SECRETS | {"DATA_DIR": str(tmp_path)})
    assert {name: environ[name] for name in SECRETS} == SECRETS
    assert "MINIAPP_APP_ID" not in environ
    assert not list(tmp_path.iterdir())


def test_part_of_an_account_is_not_filled_up_from_the_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], standin_environ({"WECHAT_APP_ID": "wx1", "DATA_DIR": str(tmp_path)})) == 2
    assert "app_secret" in capsys.readouterr().err


def test_plays_the_demos_account_where_none_is_set(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path)}
    assert standin_environ(environ) == demo_environ(environ)
