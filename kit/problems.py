"""Refusals that a person is meant to read.

A problem carries a catalogue key and the values its sentence needs, never the sentence itself: the API
renders it as `application/problem+json` (RFC 9457), the bot and the pages as the same Chinese sentence.
Personal data must not be put into the values; they may reach a log.
"""

from __future__ import annotations

from typing import Any

_PREFIX = "problem."


class Problem(Exception):
    """A refusal with an HTTP status and a catalogue key such as `problem.not_found`."""

    def __init__(
        self,
        key: str,
        status: int = 409,
        *,
        type: str | None = None,
        retry_after_s: int | None = None,
        **params: Any,
    ) -> None:
        if not key.startswith(_PREFIX) or key == _PREFIX:
            raise ValueError(f"a problem's key starts with {_PREFIX!r}: {key!r}")
        if not 400 <= status <= 599:
            raise ValueError(f"a problem's status is between 400 and 599: {status}")
        super().__init__(key)
        self.key = key
        self.status = status
        self.type = type if type is not None else "/problems/" + key.removeprefix(_PREFIX)
        self.retry_after_s = retry_after_s
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        return f"{self.status} {self.key}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.key!r}, {self.status}, params={sorted(self.params)})"


class Unauthenticated(Problem):
    """Nobody is logged in, or the session has ended."""

    def __init__(self, key: str = "problem.unauthenticated", **params: Any) -> None:
        super().__init__(key, 401, **params)


class Forbidden(Problem):
    """Somebody is logged in who may not do this."""

    def __init__(self, key: str = "problem.forbidden", **params: Any) -> None:
        super().__init__(key, 403, **params)


class NotFound(Problem):
    """There is no such thing, or it is not this person's to see: both look the same from outside."""

    def __init__(self, key: str = "problem.not_found", **params: Any) -> None:
        super().__init__(key, 404, **params)


class Conflict(Problem):
    """The thing has moved on, or the same key came with other content."""

    def __init__(self, key: str = "problem.conflict", **params: Any) -> None:
        super().__init__(key, 409, **params)


class Gone(Problem):
    """It was here and has been taken away for good."""

    def __init__(self, key: str = "problem.gone", **params: Any) -> None:
        super().__init__(key, 410, **params)


class TooLarge(Problem):
    """More bytes than this door takes."""

    def __init__(self, key: str = "problem.too_large", **params: Any) -> None:
        super().__init__(key, 413, **params)


class Invalid(Problem):
    """One field of what was sent cannot be used; `field` names it."""

    def __init__(self, key: str = "problem.invalid", *, field: str, **params: Any) -> None:
        super().__init__(key, 422, **params)
        self.field = field
        self.params["field"] = field


class TooMany(Problem):
    """This account or address has used up its share for now."""

    def __init__(self, key: str = "problem.too_many", *, retry_after_s: int = 60, **params: Any) -> None:
        super().__init__(key, 429, retry_after_s=retry_after_s, **params)


class Busy(Problem):
    """The system cannot do it this moment; the same request may succeed a little later."""

    def __init__(self, key: str = "problem.busy", *, retry_after_s: int = 5, **params: Any) -> None:
        super().__init__(key, 503, retry_after_s=retry_after_s, **params)
