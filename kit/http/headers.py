"""Response headers that keep browsers from doing more than our pages need."""

import secrets
from collections.abc import Mapping, Sequence

from sanic import Request
from sanic.response import BaseHTTPResponse

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{pictures}; script-src 'self'{nonce}{scripts}; "
    "style-src 'self'{styles}; {calls}object-src 'none'; base-uri 'none'; form-action 'self'{forms}; "
    "frame-ancestors {frames}"
)
_FOR_ALL = {"x-content-type-options": "nosniff"}
_FOR_PAGES = {
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(), microphone=(), payment=()",
}


def csp_nonce(request: Request) -> str:
    """The nonce that lets this one response carry an inline script or style. Asked for only where needed."""
    nonce = getattr(request.ctx, "csp_nonce", None)
    if nonce is None:
        nonce = request.ctx.csp_nonce = secrets.token_urlsafe(16)
    return str(nonce)


def allow_scripts_of(request: Request, origin: str) -> None:
    """Let this one page load scripts of another origin, such as the platform's own."""
    request.ctx.csp_scripts = f" {origin}"


def allow_widget_of(request: Request, origin: str, pictures: str = "", calls: str = "") -> None:
    """Let this one page show a part that scripts of another origin draw with styles of their own.

    `pictures` and `calls` are more sources, each with a space before it.
    """
    allow_scripts_of(request, origin)
    request.ctx.csp_widget = (f" {origin}{pictures}", f"connect-src 'self' {origin}{calls}; ")


def allow_pictures_of(request: Request, origins: Sequence[str]) -> None:
    """Let this one page show pictures of other origins, such as the tiles of a map."""
    request.ctx.csp_pictures = "".join(f" {origin}" for origin in origins)


class SecurityHeaders:
    """Adds the headers; one set earlier by the handler itself stays."""

    def __init__(
        self, public_url: str, framed_by: Sequence[str] = (), forms_lead_to: Sequence[str] = ()
    ) -> None:
        """`framed_by`: origins that may show our pages in a frame of theirs; nobody's otherwise.

        `forms_lead_to`: origins to which the answer to a form may send the browser on. Without the platform's, whose
        session has ended meanwhile could not sign in again from the form they had filled in.
        """
        secure = public_url.startswith("https://")
        hsts = {"strict-transport-security": "max-age=31536000"} if secure else {}
        self._for_all: Mapping[str, str] = {**_FOR_ALL, **hsts}
        # The older header knows no list of origins: it would refuse those that may.
        self._for_pages = _FOR_PAGES if framed_by else {**_FOR_PAGES, "x-frame-options": "DENY"}
        self._frames = " ".join(framed_by) or "'none'"
        self._forms = "".join(f" {origin}" for origin in forms_lead_to)
        self._strict_policy = self._policy("", "")

    def add(self, request: Request, response: BaseHTTPResponse) -> None:
        headers = response.headers
        for name, value in self._for_all.items():
            headers.setdefault(name, value)
        # What is shown to one person must not stay in a shared cache or on a public machine.
        headers.setdefault("cache-control", "no-store")
        if (response.content_type or "").startswith("text/html"):
            for name, value in self._for_pages.items():
                headers.setdefault(name, value)
            nonce = getattr(request.ctx, "csp_nonce", None)
            scripts = getattr(request.ctx, "csp_scripts", "")
            widget = getattr(request.ctx, "csp_widget", None)
            shown = getattr(request.ctx, "csp_pictures", "")
            policy = self._strict_policy
            if nonce is not None or scripts or shown:
                policy = self._policy(
                    f" 'nonce-{nonce}'" if nonce is not None else "", scripts, widget, shown
                )
            headers.setdefault("content-security-policy", policy)

    def _policy(
        self, nonce: str, scripts: str, widget: tuple[str, str] | None = None, shown: str = ""
    ) -> str:
        pictures, calls = widget or ("", "")
        return _POLICY.format(
            nonce=nonce,
            scripts=scripts,
            # A nonce beside it would take the word for styles of its own back.
            styles=nonce if widget is None else " 'unsafe-inline'",
            pictures=pictures + shown,
            calls=calls,
            frames=self._frames,
            forms=self._forms,
        )
