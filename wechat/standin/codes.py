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
        self._by_url: dict[str, str] = {}
        self._lasting: dict[tuple[str, bool], str] = {}

    def create(self, scene: str, *, is_number: bool, lives: timedelta | None) -> QrCode:
        lasting = self._lasting.get((scene, is_number)) if lives is None else None
        if lasting is not None:
            return self._codes[lasting]
        if lives is None and len(self._lasting) >= MOST_PERMANENT:
            raise Refusal(45029, "qrcode count out of limit")
        if len(self._codes) - len(self._lasting) >= MOST_TEMPORARY:
            self._forget(next(code for code in self._codes.values() if code.until_at is not None))
        short = "".join(self._random.choices(ALPHABET, k=22))
        ticket = "gQ" + "".join(self._random.choices(ALPHABET, k=94)) + "=="
        until_at = None if lives is None else self._clock.now() + lives
        code = QrCode(ticket, f"http://weixin.qq.com/q/{short}", scene, is_number, until_at)
        self._keep(code)
        return code

    def find(self, ticket_or_url: str) -> QrCode | None:
        """The code somebody scanned; None when unknown or expired."""
        code = self._codes.get(self._by_url.get(ticket_or_url, ticket_or_url))
        if code is None or (code.until_at is not None and self._clock.now() >= code.until_at):
            return None
        return code

    def _keep(self, code: QrCode) -> None:
        self._codes[code.ticket] = code
        self._by_url[code.url] = code.ticket
        if code.until_at is None:
            self._lasting[code.scene, code.is_number] = code.ticket

    def _forget(self, code: QrCode) -> None:
        del self._codes[code.ticket], self._by_url[code.url]

    def all(self) -> list[QrCode]:
        return list(self._codes.values())

    def restore(self, codes: list[QrCode]) -> None:
        """Take up the codes of an earlier run."""
        for code in codes:
            self._keep(code)
