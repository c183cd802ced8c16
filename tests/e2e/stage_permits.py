"""What the screens of permits show: drafts that are complete but for sending, and applications that were sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import quote

from playwright.sync_api import APIRequestContext

from app.permit_profile import SAMPLES
from app.shipped import SHIPPED_PROFILE

_FIRM = {
    "applicant_kind": "organisation", "organisation_name": "老街面馆", "uscc": "91350100M000100Y43",
    "phone": "13800001234", "by_agent": "no",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What somebody applies for, and what they fill in, step by step."""

    kind: str
    answers: str
    steps: Mapping[str, Mapping[str, str]]


SIGN = Wish(
    "shop_sign",
    "q.change=new&q.kind_of_sign=own",
    {
        "who": _FIRM,
        "what": {
            "sign_name": "老街面馆", "width": "3", "height": "0.8", "material": "board", "unit_in_charge": "老街面馆",
        },
        "where": {"place": "人民路 118 号"},
    },
)  # fmt: skip


def banner(today: date) -> Wish:
    """One that nobody has to look at on the ground."""
    when = {"when": f"{today + timedelta(days=2)}T09:00", "when.until": f"{today + timedelta(days=4)}T18:00"}
    return Wish(
        "banner",
        "q.where_hung=outside",
        {
            "who": _FIRM,
            "what": {"form": "banner", "words_on_it": "老街面馆开业", "count": "2"},
            "where": {"place": "人民路 118 号门前", **when},
        },
    )


def apply_for(http: APIRequestContext, url: str) -> dict[str, str]:
    """Two that are filled in and one that was sent, by the names that paths of screens may hold: of whoever the cookies are."""
    draft, wrong = (_filled(http, url, SIGN) for _ in range(2))
    return {"permit_draft": draft, "permit_wrong": wrong, "permit_application": sent(http, url, SIGN)}


def sent(http: APIRequestContext, url: str, wish: Wish) -> str:
    """The reference of an application."""
    draft = _filled(http, url, wish)
    preview = http.get(f"{url}/h5/permits/drafts/{draft}?step=preview").text()
    answer = http.post(
        f"{url}/h5/permits/drafts/{draft}/send", form=_hidden(preview, "/send") | {"delivery": "online"}
    )
    assert answer.ok, answer.text()
    return answer.url.rpartition("/")[2].partition("?")[0]


def _filled(http: APIRequestContext, url: str, wish: Wish) -> str:
    verdict = http.get(f"{url}/h5/permits/check/{wish.kind}?{wish.answers}").text()
    begun = http.post(f"{url}/h5/permits/begin", form=_hidden(verdict, "/begin"))
    page = begun.url.partition("?")[0]
    for step, after in pairwise((*wish.steps, "papers")):
        # The answers of a step may ask for more in it.
        for _ in range(2):
            text = http.get(f"{page}?step={step}").text()
            shown = re.findall(r'name="shown" value="([^"]+)"', text)
            values = {
                f"f.{name}": value
                for name, value in wish.steps[step].items()
                if name.partition(".")[0] in shown
            }
            body = [*(("shown", one) for one in shown), *values.items(), *_hidden(text, page).items()]
            answer = http.post(
                page,
                data="&".join(f"{name}={quote(value)}" for name, value in [*body, ("go", "next")] if name),
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
            if answer.url.endswith(f"step={after}"):
                break
        assert answer.ok, answer.text()
    papers = http.get(f"{page}?step=papers").text()
    picture = (SHIPPED_PROFILE / SAMPLES / "sign_drawing.png").read_bytes()
    file = {"name": "sign.png", "mimeType": "image/png", "buffer": picture}
    http.post(f"{page}/files", multipart={**_hidden(papers, "/files"), "files": file})  # type: ignore[dict-item]
    return page.rpartition("/")[2]


def _hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes there."""
    forms = re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL)
    path = action.removeprefix("http://").partition("/")[2] if "://" in action else action
    form = next(one for one in forms if re.match(rf'<form[^>]*action="[^"]*{re.escape(path)}"', one))
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in found if name != "shown"}
