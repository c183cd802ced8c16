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


def test_the_answer_to_a_form_may_send_on_to_the_platform_and_nowhere_else():
    response = html("<form>")
    headers = SecurityHeaders("https://a.example", (), ("https://open.example",))
    headers.add(SimpleNamespace(ctx=SimpleNamespace(csp_nonce="n")), response)
    assert "form-action 'self' https://open.example;" in response.headers["content-security-policy"]
