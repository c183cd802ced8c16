"""Codes that can be used once within five minutes: of web pages, of logins, of phone numbers."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Generic, TypeVar

from kit.clock import Clock
from wechat.standin.refusals import Refusal

Meant = TypeVar("Meant")

CODE_LIVES = timedelta(minutes=5)
MOST_CODES = 5_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
CODE_CHARACTERS = 32


@dataclass(frozen=True)
class _Given(Generic[Meant]):
    meant: Meant
    until_at: datetime


class OnceCodes(Generic[Meant]):
    """Codes and what each stands for. The oldest make room for new ones."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._given: dict[str, _Given[Meant]] = {}
        self._used: deque[str] = deque(maxlen=MOST_CODES)

    def issue(self, meant: Meant) -> str:
        code = "0" + "".join(self._random.choices(ALPHABET, k=CODE_CHARACTERS - 1))
        while len(self._given) >= MOST_CODES:
            del self._given[next(iter(self._given))]
        self._given[code] = _Given(meant, self._clock.now() + CODE_LIVES)
        return code

    def use(self, code: object) -> Meant:
        """What the code stands for, now spent; or 41008, 40163 when used before, 40029 otherwise."""
        if not isinstance(code, str) or not code:
            raise Refusal(41008, "missing code")
        given = self._given.pop(code, None)
        if given is None:
            raise Refusal(40163, "code been used") if code in self._used else Refusal(40029, "invalid code")
        if self._clock.now() >= given.until_at:
            raise Refusal(40029, "invalid code")
        self._used.append(code)
        return given.meant
