"""The session cookie: not for scripts, not for other sites, and only over TLS where the site has it."""

from datetime import timedelta

from sanic import HTTPResponse, Request

from kit.http.sessions import POLICIES


class SessionCookie:
    """The cookie of one kind of session."""

    def __init__(self, subject_kind: str, public_url: str) -> None:
        self._secure = public_url.startswith("https://")
        # With the prefix, a neighbouring host of the same domain cannot plant a cookie of this name.
        self.name = ("__Host-" if self._secure else "") + f"cg_{subject_kind}"
        self._max_age = int(POLICIES[subject_kind].lifetime / timedelta(seconds=1))

    def read(self, request: Request) -> str | None:
        """The token, or None when the cookie is absent or was sent twice."""
        values = request.cookies.getlist(self.name, [])
        return str(values[0]) if len(values) == 1 else None

    def write(self, response: HTTPResponse, token: str) -> None:
        response.add_cookie(
            self.name,
            token,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
            max_age=self._max_age,
        )

    def clear(self, response: HTTPResponse) -> None:
        response.add_cookie(
            self.name, "", path="/", secure=self._secure, httponly=True, samesite="Lax", max_age=0
        )
