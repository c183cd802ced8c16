"""QR codes with a scene: temporary and permanent ones of the official account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from kit.clock import Clock
from wechat.standin.refusals import Refusal

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
MOST_PERMANENT = 100_000
MOST_TEMPORARY = 20_000


@dataclass(frozen=True)
class QrCode:
    """`scene` is the scene_str, or the scene_id as text. `until_at` None: for ever."""

    ticket: str
    url: str
    scene: str
    is_number: bool
    until_at: datetime | None


class CodeBook:
    """Codes by ticket. One permanent scene has one code, however often it is asked for."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._codes: dict[str, QrCode] = {}

    def create(self, scene: str, *, is_number: bool, lives: timedelta | None) -> QrCode:
        if lives is None:
            for code in self._codes.values():
                if code.until_at is None and (code.scene, code.is_number) == (scene, is_number):
                    return code
        self._make_room(is_permanent=lives is None)
        short = "".join(self._random.choices(ALPHABET, k=22))
        ticket = "gQ" + "".join(self._random.choices(ALPHABET, k=94)) + "=="
        until_at = None if lives is None else self._clock.now() + lives
        code = QrCode(ticket, f"http://weixin.qq.com/q/{short}", scene, is_number, until_at)
        self._codes[ticket] = code
        return code

    def find(self, ticket_or_url: str) -> QrCode | None:
        """The code somebody scanned; None when unknown or expired."""
        for code in self._codes.values():
            if ticket_or_url in (code.ticket, code.url):
                return code if code.until_at is None or self._clock.now() < code.until_at else None
        return None

    def all(self) -> list[QrCode]:
        return list(self._codes.values())

    def restore(self, codes: list[QrCode]) -> None:
        """Take up the codes of an earlier run."""
        self._codes.update((code.ticket, code) for code in codes)

    def _make_room(self, *, is_permanent: bool) -> None:
        alike = [key for key, code in self._codes.items() if (code.until_at is None) == is_permanent]
        if is_permanent and len(alike) >= MOST_PERMANENT:
            raise Refusal(45029, "qrcode count out of limit")
        if not is_permanent and len(alike) >= MOST_TEMPORARY:
            del self._codes[alike[0]]
