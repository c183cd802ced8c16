"""Temporary media: kept three days, within a budget of bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from kit.clock import Clock
from wechat.standin.refusals import Refusal

KEPT = timedelta(days=3)
BUDGET_BYTES = 256 * 2**20
LARGEST_BYTES: Mapping[str, int] = {
    "image": 10 * 2**20,
    "voice": 2 * 2**20,
    "video": 10 * 2**20,
    "thumb": 64 * 2**10,
}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Medium:
    """One stored file."""

    media_id: str
    kind: str
    content: bytes
    content_type: str
    created_at: datetime


class MediaStore:
    """Media by id; expired ones are gone, and the oldest make room for new ones."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._kept: dict[str, Medium] = {}
        self._bytes = 0

    def keep(self, kind: str, content: bytes, content_type: str) -> Medium:
        """Store a file, or refuse an empty one, one too large, or one that is not what it claims to be."""
        largest = LARGEST_BYTES.get(kind)
        if largest is None:
            raise Refusal(40004, "invalid media type")
        if not content:
            raise Refusal(44001, "empty media data")
        if len(content) > largest:
            raise Refusal(45001, "media size out of limit")
        if not KIND_FITS[kind](content):
            raise Refusal(40005, "invalid file type")
        media_id = "".join(self._random.choices(ALPHABET, k=64))
        medium = Medium(media_id, kind, content, content_type, self._clock.now())
        self._kept[media_id] = medium
        self._bytes += len(content)
        while self._bytes > BUDGET_BYTES:
            self._forget(next(iter(self._kept)))
        return medium

    def find(self, media_id: object) -> Medium:
        medium = self._kept.get(media_id) if isinstance(media_id, str) else None
        if medium is not None and self._clock.now() - medium.created_at >= KEPT:
            self._forget(medium.media_id)
            medium = None
        if medium is None:
            raise Refusal(40007, "invalid media_id")
        return medium

    def _forget(self, media_id: str) -> None:
        self._bytes -= len(self._kept.pop(media_id).content)


def sound_type(content: bytes) -> str | None:
    """The content type by the first bytes; None when it is no recording the platform takes."""
    if content.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return "audio/mp3"
    return "voice/speex" if content.startswith((b"#!SILK", b"\x02#!SILK")) else None


def film_type(content: bytes) -> str | None:
    """The content type of an MP4 film; None when it is none."""
    return "video/mp4" if content[4:8] == b"ftyp" else None


def content_type_of(kind: str, content: bytes) -> str:
    """What the platform says a stored file is."""
    found = {"voice": sound_type, "video": film_type}.get(kind, picture_type)(content)
    return found or "application/octet-stream"


def picture_type(content: bytes) -> str | None:
    """The content type by the first bytes; None when it is no picture the platform takes."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"BM"):
        return "image/bmp"
    return None


KIND_FITS: Mapping[str, Callable[[bytes], bool]] = {
    "image": lambda content: picture_type(content) is not None,
    "thumb": lambda content: picture_type(content) == "image/jpeg",
    "voice": lambda content: sound_type(content) is not None,
    "video": lambda content: film_type(content) is not None,
}
