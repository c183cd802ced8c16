from types import SimpleNamespace

import pytest
from sanic.response import html

from kit.http.headers import SecurityHeaders


@pytest.mark.parametrize(
    ("framed_by", "ancestors", "older"),
    [((), "'none'", "DENY"), (("http://127.0.0.1:8001", "http://localhost:8001"), None, None)],
)
def test_only_origins_that_were_named_may_frame_our_pages(framed_by, ancestors, older):
    response = html("<p>page</p>")
    SecurityHeaders("http://127.0.0.1:8000", framed_by).add(SimpleNamespace(ctx=SimpleNamespace()), response)
    policy = response.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {ancestors or ' '.join(framed_by)}")
    assert response.headers.get("x-frame-options") == older
