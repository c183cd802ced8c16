"""Browsers that have logged in before: a signed cookie, so that strangers cannot slow their owners down.

The cookie opens nothing. It says only that somebody who knew the password of a login once used this browser; guesses
from here are then counted for this browser alone. Several people may share one: the last few are kept.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

from sanic import HTTPResponse, Request

from kit.secrets import KeyRing

_AT_MOST = 4
_MARK = re.compile(r"[A-Za-z0-9_-]{22}\.[0-9a-f]{32}")
_LASTS = timedelta(days=180)


class KnownDevices:
    """Reads and writes the cookie."""

    def __init__(self, keys: KeyRing, public_url: str, *, path: str) -> None:
        self._key = keys.derive("sessions", "device/1", 32)
        self._secure = public_url.startswith("https://")
        self._name = ("__Secure-" if self._secure else "") + "cg_device"
        self._path = path

    def known(self, request: Request, login: str) -> str | None:
        """The name of this browser if this login was used in it before."""
        return next(
            (mark.partition(".")[0] for mark in self._marks(request) if self._is_of(mark, login)), None
        )

    def remember(self, request: Request, response: HTTPResponse, login: str) -> None:
        """Note that the login was used here, with the one before last forgotten where there are many."""
        name = secrets.token_urlsafe(16)
        others = [mark for mark in self._marks(request) if not self._is_of(mark, login)]
        marks = [f"{name}.{self._mac(name, login)}", *others][:_AT_MOST]
        response.add_cookie(
            self._name,
            "~".join(marks),
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="Lax",
            max_age=int(_LASTS / timedelta(seconds=1)),
        )

    def _marks(self, request: Request) -> list[str]:
        values = request.cookies.getlist(self._name, [])
        if len(values) != 1:
            return []
        return [mark for mark in str(values[0]).split("~")[:_AT_MOST] if _MARK.fullmatch(mark)]

    def _is_of(self, mark: str, login: str) -> bool:
        name, _, mac = mark.partition(".")
        return hmac.compare_digest(mac, self._mac(name, login))

    def _mac(self, name: str, login: str) -> str:
        text = f"{name}:{login.strip().casefold()}".encode()
        return hmac.digest(self._key, text, "sha256").hex()[:32]
