"""Forged requests: a page of another site must not act with a visitor's cookie.

Two fences. The browser's own word on where the request comes from, and a token only our pages know: that of
the session, or before the login one derived from a throw-away cookie. A page shows the token masked, each time
anew: pages are compressed, and what is the same every time could be guessed from their lengths.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sanic import HTTPResponse, Request

from kit.problems import Forbidden
from kit.secrets import KeyRing

FIELD = "csrf_token"
HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_VISIT = re.compile(r"[A-Za-z0-9_-]{43}")


def check_csrf(request: Request, expected: str, public_url: str) -> None:
    """Let a safe method pass; refuse an unsafe one (403) from elsewhere or without the token."""
    if request.method in SAFE_METHODS:
        return
    check_origin(request, public_url)
    sent = request.headers.getall(HEADER, []) or _form_values(request)
    # Exactly one: with two, a proxy or a later reader might believe the other.
    if len(sent) != 1 or not _is_token(sent[0], expected):
        raise Forbidden("problem.csrf")


def masked(token: str) -> str:
    """The token as one page shows it: a random pad, and the token under the pad."""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(pad + _under(pad, plain)).decode().rstrip("=")


def _is_token(sent: str, expected: str) -> bool:
    """Whether it is the token, masked or plain."""
    # A header may hold bytes that are no text.
    plain, given = expected.encode(), sent.encode(errors="surrogateescape")
    try:
        content = base64.b64decode(given + b"=" * (-len(given) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        content = b""
    if len(content) == 2 * len(plain) and plain:
        return hmac.compare_digest(_under(content[: len(plain)], content[len(plain) :]), plain)
    return hmac.compare_digest(given, plain)


def _under(pad: bytes, content: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, content, strict=True))


def check_origin(request: Request, public_url: str) -> None:
    """Refuse (403) what the browser says comes from another site.

    Browsers send Sec-Fetch-Site over TLS and to the local machine, Origin with every unsafe request; where both
    are missing the caller is no browser page, and the token decides alone.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise Forbidden("problem.csrf")
        return
    origin = request.headers.get("origin")
    if origin is not None and origin not in (_origin(public_url), f"{request.scheme}://{request.host}"):
        raise Forbidden("problem.csrf")


class VisitToken:
    """The token of forms that come before a session, such as the login.

    `lifetime` is how long a form may lie open. A visit can also hold what somebody sent before signing in, see
    `holder`: then nobody without its cookie gets at it.
    """

    def __init__(
        self,
        keys: KeyRing,
        public_url: str,
        *,
        name: str = "cg_visit",
        lifetime: timedelta = timedelta(hours=1),
    ) -> None:
        self._key = keys.derive("sessions", "visit/1", 32)
        self._holder_key = keys.derive("sessions", "visit-holder/1", 32)
        self._public_url = public_url
        self._secure = public_url.startswith("https://")
        self._name = ("__Host-" if self._secure else "") + name
        self._max_age = int(lifetime / timedelta(seconds=1))

    def issue(self, request: Request) -> tuple[str, str]:
        """The visit's cookie value (the present one, or a new one) and the token for the form."""
        visit = request.cookies.get(self._name) or ""
        if not _VISIT.fullmatch(visit):
            visit = secrets.token_urlsafe(32)
        return visit, self._token(visit)

    def write(self, response: HTTPResponse, visit: str) -> None:
        response.add_cookie(
            self._name,
            visit,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
            max_age=self._max_age,
        )

    def holder(self, visit: str) -> str:
        """The name under which rows are kept for this visit; it opens nothing by itself."""
        return f"visit:{hmac.digest(self._holder_key, visit.encode(), 'sha256').hex()}"

    def knows(self, request: Request, sent: Sequence[str]) -> bool:
        """Whether what was `sent` is this visit's token, for a form the caller read; a form that lay open too long is not.

        Raises Forbidden for what comes from another site.
        """
        check_origin(request, self._public_url)
        visit = request.cookies.get(self._name) or ""
        return bool(_VISIT.fullmatch(visit)) and len(sent) == 1 and _is_token(sent[0], self._token(visit))

    def check(self, request: Request) -> None:
        """Like check_csrf, for a form that was given `issue`'s token."""
        visit = request.cookies.get(self._name) or ""
        if not _VISIT.fullmatch(visit):
            raise Forbidden("problem.csrf")
        check_csrf(request, self._token(visit), self._public_url)

    def _token(self, visit: str) -> str:
        return hmac.digest(self._key, visit.encode(), "sha256").hex()


def _form_values(request: Request) -> list[str]:
    form = request.form
    return [str(value) for value in form.getlist(FIELD, [])] if form else []


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
