from __future__ import annotations

from pathlib import Path

import pytest

from kit.settings import Settings, SettingsError, is_loopback

SECRETS = {
    "WECHAT_APP_ID": "wx0000000000000000",
    "WECHAT_APP_SECRET": "app-secret-of-tests",
    "WECHAT_TOKEN": "token-of-tests",
    "WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


def faults(environ, **options):
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ(environ, **options)
    return caught.value.sentences


def test_defaults_are_those_of_one_machine():
    settings = Settings.from_environ(SECRETS)
    assert settings.database_url == "sqlite://var/chengguan.db"
    assert settings.sqlite_path == Path("var/chengguan.db")
    moved = Settings.from_environ({**SECRETS, "DATA_DIR": "/srv/chengguan"})
    assert moved.sqlite_path == Path("/srv/chengguan/chengguan.db")
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (settings.data_dir, settings.key_dir) == (Path("var"), Path("var/keys"))
    assert settings.redis_url is None
    assert settings.wechat_api_base == "https://api.weixin.qq.com"
    assert (settings.demo, settings.rate_limits, settings.standin_port) == (False, True, 8001)
    assert 1 <= settings.web_processes <= 4


def test_everything_wrong_is_reported_at_once():
    sentences = faults(
        {
            "PORT": "99999",
            "DATABASE_URL": "mysql://root:hunter2@db/x",
            "REDIS_URL": "localhost",
            "RATE_LIMITS": "maybe",
            "WECHAT_AES_KEY": "short",
            "WECHAT_TOKEN": "a b",
            "MINIAPP_APP_ID": "wx1",
            "TRUSTED_PROXIES": "10.0.0.0/8, nginx",
            "PUBLIC_URL": "example.org",
            "BUREAU_PROFILE": "/nowhere/at/all",
        }
    )
    text = "\n".join(sentences)
    for name in (
        "WECHAT_APP_ID、WECHAT_APP_SECRET",
        "PORT",
        "DATABASE_URL",
        "REDIS_URL",
        "RATE_LIMITS",
        "WECHAT_AES_KEY",
        "WECHAT_TOKEN",
        "MINIAPP_APP_SECRET",
        "nginx",
        "PUBLIC_URL",
        "BUREAU_PROFILE",
    ):
        assert name in text
    assert "hunter2" not in text
    assert all(sentence.endswith("。") for sentence in sentences)


def test_pushes_of_the_mini_program_are_taken_in_safe_mode_only():
    app = SECRETS | {"MINIAPP_APP_ID": "wx1", "MINIAPP_APP_SECRET": "s"}
    assert any("MINIAPP_AES_KEY" in sentence for sentence in faults(app | {"MINIAPP_TOKEN": "t"}))
    settings = Settings.from_environ(app | {"MINIAPP_TOKEN": "t", "MINIAPP_AES_KEY": "a" * 42 + "A"})
    assert (settings.miniapp_token, settings.miniapp_aes_key) == ("t", "a" * 42 + "A")
    assert "a" * 42 not in repr(settings)


def test_commands_that_never_speak_to_wechat_need_no_secrets():
    assert Settings.from_environ({}, for_wechat=False).wechat_app_secret == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.8", "::", "demo.example.org"])
def test_demo_refuses_a_host_others_can_reach(host):
    assert any("DEMO" in sentence for sentence in faults(SECRETS | {"DEMO": "1", "HOST": host}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_demo_takes_a_loopback_host(host):
    assert Settings.from_environ(SECRETS | {"DEMO": "1", "HOST": host}).demo


def test_demo_refuses_to_stand_behind_a_proxy():
    assert faults(SECRETS | {"DEMO": "1", "TRUSTED_PROXIES": "127.0.0.1"})


def test_plain_mode_is_for_local_trials_only():
    plain = {name: value for name, value in SECRETS.items() if name != "WECHAT_AES_KEY"}
    assert Settings.from_environ(plain).wechat_aes_key is None
    assert any("安全模式" in sentence for sentence in faults(plain | {"HOST": "0.0.0.0"}))
    assert any(
        "安全模式" in sentence for sentence in faults(plain | {"PUBLIC_URL": "https://cg.example.org"})
    )


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://var/a.db",
        "sqlite:///srv/a.db",
        "postgres://u:p@h/d",
        "postgresql://h:5432/d",
        "postgresql://me@/d?host=/run/postgresql",
    ],
)
def test_both_databases_are_named_by_url(url):
    assert Settings.from_environ(SECRETS | {"DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite://:memory:",
        "sqlite://var/",
        "postgres://h",
        "postgres:///d",
        "postgres:///?host=/run/postgresql",
        "postgres://h:x/d",
        "var/a.db",
    ],
)
def test_any_other_database_is_one_clear_sentence(url):
    (sentence,) = faults(SECRETS | {"DATABASE_URL": url})
    assert sentence.startswith("DATABASE_URL 应形如")


def test_a_folder_setting_that_names_a_file_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    assert len(faults(SECRETS | {"DATA_DIR": str(file), "KEY_DIR": str(file)})) == 2


def test_printing_settings_shows_no_secret():
    settings = Settings.from_environ(
        SECRETS
        | {
            "DATABASE_URL": "postgres://user:hunter2@db/x",
            "REDIS_URL": "redis://:hunter3@cache:6379/0",
            "OPEN311_KEYS": "key-one, key-two",
            "METRICS_TOKEN": "metrics-secret",
        }
    )
    shown = repr(settings) + str(settings)
    for secret in (*list(SECRETS.values())[1:], "hunter2", "hunter3", "key-one", "metrics-secret"):
        assert secret not in shown
    assert "wx0000000000000000" in shown
    assert settings.open311_keys == ("key-one", "key-two")


def test_blank_values_count_as_not_given():
    settings = Settings.from_environ(SECRETS | {"REDIS_URL": " ", "PORT": "", "RATE_LIMITS": "", "DEMO": ""})
    assert (settings.redis_url, settings.port, settings.rate_limits, settings.demo) == (
        None,
        8000,
        True,
        False,
    )


def test_rate_limits_can_be_switched_off():
    assert not Settings.from_environ(SECRETS | {"RATE_LIMITS": "off"}).rate_limits


def test_public_url_loses_its_last_slash_and_ipv6_gets_brackets():
    assert (
        Settings.from_environ(SECRETS | {"PUBLIC_URL": "https://a.example/"}).public_url
        == "https://a.example"
    )
    assert Settings.from_environ(SECRETS | {"HOST": "::1"}).public_url == "http://[::1]:8000"


def test_loopback_is_known_by_address_or_by_name():
    assert is_loopback("[::1]")
    assert not is_loopback("localhost.example.org")
