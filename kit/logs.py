"""Logs: one JSON object a line on standard error, without personal data.

An event has a constant name and fields. Fields that carry personal data by their name are blanked, and what
looks like a mobile number, an identity number or an openid is masked wherever it stands. An exception is told
by its type and its places in the code; its message may quote what somebody sent, so it is left out, except on
a developer's own machine.
"""

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

BLANKED_FIELDS = frozenset(
    {
        "address", "authorization", "body", "citizen", "content", "cookie", "csrf", "email", "headers",
        "ip", "label", "latitude", "longitude", "name", "openid", "password", "phone", "place", "place_text",
        "reason_text", "secret", "session_key", "story", "text", "token", "unionid", "user_agent",
    }
)  # fmt: skip
BLANK = "***"

# Digits beside digits are part of a longer number (a MsgId, a timestamp) and no telephone.
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_OPENID = re.compile(r"(?<![0-9A-Za-z_-])o[0-9A-Za-z_-]{27}(?![0-9A-Za-z_-])")
_QUIETER = {"sanic.access": logging.CRITICAL, "aiohttp.access": logging.CRITICAL, "tortoise": logging.WARNING}


def mask(text: str) -> str:
    """The text with mobile numbers, identity numbers and openids made unreadable."""
    text = _ID_NUMBER.sub(lambda found: found[0][:2] + "*" * 14 + found[0][-2:], text)
    text = _MOBILE.sub(lambda found: "1**********", text)
    return _OPENID.sub("o***", text)


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The processor: blank fields by name, mask the rest by pattern, to any depth."""
    return {key: BLANK if key in BLANKED_FIELDS else _redacted(value) for key, value in event.items()}


class Unfailing:
    """A stream that loses what it cannot write: a full disk under the logs must not become a fault of the request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure_logging(
    stream: TextIO | None = None, *, level: int = logging.INFO, messages: bool = False
) -> None:
    """Send structlog's and the standard library's records to `stream` (standard error) as JSON lines.

    `messages` adds the messages of exceptions; for a developer's own machine only.
    """
    target = cast(TextIO, Unfailing(sys.stderr if stream is None else stream))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _ExceptionPlaces(messages=messages),
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False, default=_shown)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=_shown),
            ],
            # The standard library would append the exception's message by itself.
            keep_exc_info=False,
            keep_stack_info=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    for name, quiet_level in _QUIETER.items():
        logging.getLogger(name).setLevel(quiet_level)


class _ExceptionPlaces:
    """Replaces `exc_info` by the exception's type and the places it passed."""

    def __init__(self, *, messages: bool) -> None:
        self._messages = messages

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        found = _exception(event.pop("exc_info", None))
        event.pop("exc_text", None)
        if found is not None:
            event["exception"] = f"{type(found).__module__}.{type(found).__qualname__}"
            event["places"] = _places(found.__traceback__)
            cause = found.__cause__ or found.__context__
            if cause is not None:
                event["cause"] = type(cause).__qualname__
            if self._messages:
                event["exception_message"] = str(found)
        return event


def _exception(given: ExcInfo | BaseException | bool | None) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1]
    return sys.exc_info()[1] if given else None


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: BLANK if key in BLANKED_FIELDS else _redacted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return mask(_shown(value))


def _shown(value: object) -> str:
    """Objects by their type only, where their text could hold anything; ids and times by their text."""
    plain = type(value).__module__ in ("uuid", "datetime", "decimal", "enum", "pathlib")
    return str(value) if plain else f"<{type(value).__qualname__}>"
