"""Remembers citizens and their chats from run to run, so that a restarted demo goes on where it stopped.

Optional: without a file the stand-in forgets everything. Of the account it remembers what was made for good: menu,
codes, tags, drafts and publications. Files, tokens and counts are always forgotten.
"""

import asyncio
import os
from pathlib import Path

import msgspec

from wechat.standin.citizens import Citizen
from wechat.standin.codes import QrCode
from wechat.standin.library import Draft, Publication
from wechat.standin.platform import Platform

EVERY_S = 2.0
BUBBLES_A_PHONE = 200


class Remembered(msgspec.Struct):
    """The file's content. `last_entry` keeps the numbers of bubbles from being given twice."""

    citizens: list[Citizen]
    bubbles: dict[str, list[dict[str, object]]]
    last_entry: int
    menu: list[dict[str, object]] | None = None
    codes: list[QrCode] = []
    tags: dict[int, str] = {}
    drafts: list[Draft] = []
    publications: list[Publication] = []


class Memory:
    """Writes the file when something changed, whole and at once."""

    def __init__(self, platform: Platform, path: Path) -> None:
        self._platform = platform
        self._path = path
        self._written = b""

    def recall(self) -> None:
        """Take up what an earlier run left; a file that cannot be read is left alone and not used."""
        try:
            self._written = self._path.read_bytes()
            found = msgspec.json.decode(self._written, type=Remembered)
        except (OSError, msgspec.DecodeError):
            return
        self._platform.citizens.restore(found.citizens)
        self._platform.ledger.continue_after(found.last_entry)
        self._platform.menu = found.menu
        self._platform.codes.restore(found.codes)
        self._platform.tags.restore(found.tags)
        self._platform.library.restore(found.drafts, found.publications)
        for openid, bubbles in found.bubbles.items():
            for bubble in bubbles:
                self._platform.feed.publish(openid, "bubble", bubble)

    def keep(self) -> None:
        citizens = self._platform.citizens.everyone()
        content = Remembered(
            citizens=citizens,
            bubbles={one.openid: self._bubbles(one.openid) for one in citizens},
            last_entry=self._platform.ledger.last_id,
            menu=self._platform.menu,
            codes=self._platform.codes.all(),
            tags=self._platform.tags.names(),
            drafts=list(self._platform.library.drafts.values()),
            publications=list(self._platform.library.publications.values()),
        )
        encoded = msgspec.json.encode(content)
        if encoded == self._written:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_bytes(encoded)
        os.replace(beside, self._path)
        self._written = encoded

    async def keep_up(self) -> None:
        """Keep the file up to date until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.keep()

    def _bubbles(self, openid: str) -> list[dict[str, object]]:
        items = self._platform.feed.of_phone(openid)
        bubbles = [
            item.content for item in items if item.topic == "bubble" and isinstance(item.content, dict)
        ]
        return bubbles[-BUBBLES_A_PHONE:]
