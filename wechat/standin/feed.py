"""What the demo phones see, in order, so that a page opened late can catch up."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import msgspec

MOST_ITEMS_A_PHONE = 800
MOST_SHARED_ITEMS = 200
MOST_PHONES = 500
EVERYONE = ""


class FeedItem(msgspec.Struct, frozen=True):
    """One change a page shows; `topic` says which part of the page takes it."""

    number: int
    topic: str
    content: object


class Feed:
    """Numbered items per phone, and those that concern every phone."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._last = 0
        self._items: dict[str, deque[FeedItem]] = {EVERYONE: deque(maxlen=MOST_SHARED_ITEMS)}
        self._news = asyncio.Event()
        self._closed = False

    def publish(self, openid: str, topic: str, content: object) -> None:
        """Show `content` on the phone of `openid`, or on all with EVERYONE."""
        self._last += 1
        kept = self._items.get(openid)
        if kept is None:
            if len(self._items) > MOST_PHONES:
                del self._items[next(key for key in self._items if key != EVERYONE)]
            kept = self._items[openid] = deque(maxlen=MOST_ITEMS_A_PHONE)
        kept.append(FeedItem(self._last, topic, content))
        self._wake()

    def close(self) -> None:
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def since(self, openid: str, after: int) -> list[FeedItem]:
        kept = [*self._items[EVERYONE], *self._items.get(openid, ())]
        return sorted((item for item in kept if item.number > after), key=lambda item: item.number)

    def of_phone(self, openid: str) -> list[FeedItem]:
        return list(self._items.get(openid, ()))

    async def follow(self, openid: str, after: int, beat_s: float) -> AsyncIterator[list[FeedItem]]:
        """Batches of new items; an empty batch every `beat_s` seconds of silence."""
        while not self._closed:
            news = self._news
            items = self.since(openid, after)
            if items:
                after = items[-1].number
                yield items
                continue
            try:
                await asyncio.wait_for(news.wait(), beat_s)
            except TimeoutError:
                yield []
