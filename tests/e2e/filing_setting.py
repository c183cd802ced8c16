"""A browser that files a complaint: opens the form, fills it in, sends it as browsers send forms with photos."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from io import BytesIO

import aiohttp
from PIL import Image

from casework.areas.places import Places
from casework.complaints.filing import submit
from casework.complaints.place import Position
from casework.complaints.views import ComplaintView
from tests.casework_setting import NEIGHBOUR, words
from tests.e2e.citizen_setting import Answered, CitizenSetting, Phone

OUTSIDE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile"
STORY, PLACE = "路口有人占道摆摊，每天晚上都在", "文渊路与学林街路口"
FILLED = {"group": "street", "story": STORY, "place": PLACE}


async def filed_next_door(setting: CitizenSetting) -> ComplaintView:
    """What a neighbour has told of already, in words that nobody else may read."""
    desk = replace(setting.desk, places=Places())
    told = words(account_id=NEIGHBOUR.id, story="小贩天天摆摊", position=Position(30.301, 120.102, "wgs84"))
    return await submit(desk, NEIGHBOUR, told)


def photo(colour: str = "red", side: int = 64) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


class Form:
    """The form as a page showed it: what it would send if nobody touched it."""

    def __init__(self, phone: Phone, page: Answered, user_agent: str) -> None:
        self.phone, self.page, self.user_agent = phone, page, user_agent
        shown = re.search(r'<form id="filing".*?</form>', page.text, re.DOTALL)
        assert shown, page.text
        html = shown[0]
        self.values: list[tuple[str, str]] = []
        for tag in re.findall(r"<input[^>]*>", html):
            given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
            kind = given.get("type", "text")
            if kind == "file" or (kind in ("checkbox", "radio") and " checked" not in tag):
                continue
            self.values.append((given["name"], given.get("value", "")))
        for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
            self.values.append((name, unescape(value)))

    def value(self, name: str) -> str:
        return next((value for one, value in self.values if one == name), "")

    def all(self, name: str) -> list[str]:
        return [value for one, value in self.values if one == name]

    async def send(
        self,
        filled: Mapping[str, str] | None = None,
        photos: Sequence[bytes] = (),
        *,
        follow: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Fill in what is given and send all of it."""
        filled = filled or {}
        body = aiohttp.FormData(default_to_multipart=True)
        for name, value in self.values:
            if name not in filled:
                body.add_field(name, value)
        for name, value in filled.items():
            body.add_field(name, value)
        for number, content in enumerate(photos or [b""]):
            name = f"IMG_{number}.jpg" if photos else ""
            body.add_field("photos", content, filename=name, content_type="application/octet-stream")
        return await self.phone._ask(
            "POST", "/h5/file", body, follow, {"user_agent": self.user_agent, **(headers or {})}
        )


async def opened(phone: Phone, query: str = "", user_agent: str = OUTSIDE) -> Form:
    """The form, as the browser of this name gets it."""
    return Form(phone, await phone.get(f"/h5/file{query}", user_agent=user_agent), user_agent)
