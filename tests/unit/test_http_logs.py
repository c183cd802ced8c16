"""Nothing personal reaches the logs, whoever writes them and however deep it hides."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog

from kit.logs import BLANKED_FIELDS, configure_logging, mask, redact

PHONE = "13812345678"
ID_NUMBER = "41130219900307123X"
OPENID = "oCANARY_openid-0123456789abc"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    target = io.StringIO()
    configure_logging(target)
    yield target
    root.handlers[:], root.level = before[0], before[1]
    structlog.configure(**before[2])
    structlog.contextvars.clear_contextvars()


def _last(lines: io.StringIO) -> dict[str, object]:
    return json.loads(lines.getvalue().splitlines()[-1])


@pytest.mark.parametrize(
    "text",
    [
        PHONE,
        f"电话{PHONE}。",
        "+8613812345678",
        "+86 138 1234 5678",
        "138-1234-5678",
        f"phone={PHONE}&x=1",
        ID_NUMBER,
        f"身份证{ID_NUMBER}，",
        f"https://x/?openid={OPENID}",
    ],
)
def test_numbers_of_people_are_masked_anywhere(text: str) -> None:
    masked = mask(text)
    for secret in (PHONE, "1234 5678", "1234-5678", ID_NUMBER, OPENID):
        assert secret not in masked


@pytest.mark.parametrize(
    "text",
    [
        "http.started",
        "QS-TS-261122-0051-K",
        "0198a000-0000-7000-8000-000000000001",
        "23328372901234567890",
        "2026-11-22T18:56:17Z",
        "took 13800 ms",
        "o2",
    ],
)
def test_other_words_and_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_fields_with_personal_names_are_blanked_at_any_depth() -> None:
    event = dict.fromkeys(BLANKED_FIELDS, "canary")
    deep = {"event": "x", "outer": {"inner": [dict(event)], "openid": "canary"}, **event}
    assert "canary" not in json.dumps(redact(None, "info", deep))
    assert {"phone", "openid", "name", "text", "ip", "user_agent", "session_key"} <= BLANKED_FIELDS


def test_a_log_line_is_json_with_its_fields(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="abc123")
    structlog.get_logger("x").info(
        "case.accepted", reference="QS-TS-1", id=UUID(int=7), at=datetime(2026, 11, 22, tzinfo=UTC), count=3
    )
    line = _last(lines)
    assert (line["event"], line["level"], line["request_id"], line["count"]) == (
        "case.accepted", "info", "abc123", 3,
    )  # fmt: skip
    assert line["id"] == str(UUID(int=7))
    assert str(line["timestamp"]).endswith("Z")


def test_structlog_and_standard_loggers_keep_canaries_out(lines: io.StringIO) -> None:
    structlog.get_logger().warning(
        "odd",
        phone=PHONE,
        detail=f"called {PHONE}",
        nested={"openid": OPENID, "list": [ID_NUMBER]},
        thing=object(),
    )
    logging.getLogger("sanic.error").error("failed for %s", PHONE)
    logging.getLogger("tortoise.db").warning("INSERT %s", [ID_NUMBER, OPENID])
    written = lines.getvalue()
    for canary in (PHONE, ID_NUMBER, OPENID):
        assert canary not in written
    for line in written.splitlines():
        json.loads(line)


class _Refusal(Exception):
    pass


def test_an_exception_is_told_by_type_and_place_without_its_message(lines: io.StringIO) -> None:
    for log in (structlog.get_logger().exception, logging.getLogger("sanic.error").exception):
        try:
            try:
                raise ValueError("张三住在南阳路")
            except ValueError as cause:
                raise _Refusal("canary: 张三的投诉") from cause
        except _Refusal:
            log("failed")
        line = _last(lines)
        assert str(line["exception"]).endswith("_Refusal")
        assert line["cause"] == "ValueError"
        assert any("test_an_exception_is_told" in place for place in line["places"])
    assert "张三" not in lines.getvalue()


def test_access_logs_which_hold_addresses_are_silent(lines: io.StringIO) -> None:
    logging.getLogger("sanic.access").info("GET / 203.0.113.7")
    logging.getLogger("aiohttp.access").info("GET / 203.0.113.7")
    assert lines.getvalue() == ""


class FullDisk(io.StringIO):
    """A file on a disk without room, for a while."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)

    def flush(self) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_takes_nothing_more_is_no_fault_of_the_request(lines: io.StringIO) -> None:
    disk = FullDisk()
    configure_logging(disk)
    structlog.get_logger("any").error("lost")
    logging.getLogger("any").error("lost as well")
    disk.full = False
    structlog.get_logger("any").error("written")
    assert [json.loads(line)["event"] for line in disk.getvalue().splitlines()] == ["written"]
