"""The mini-program's side of a citizen: logins, phone numbers, and what may be shown in public."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

import msgspec

from kit.clock import Clock
from wechat.standin.once import OnceCodes

ACTIVE_WITHIN = timedelta(hours=2)
MODERATION = Path(__file__).with_name("moderation.yaml")
PASS_LABEL = 100

Verdict = Literal["pass", "review", "risky"]


class Moderation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words by verdict, and the platform's number for what they are about."""

    risky: dict[str, int]
    review: dict[str, int]


@dataclass(frozen=True)
class Judged:
    """`label` and `keyword` say why it does not pass."""

    verdict: Verdict
    label: int
    keyword: str


class MiniappDesk:
    """Codes the mini-program hands to its server. Each stands for the openid of the official account."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._random = random
        self.logins: OnceCodes[str] = OnceCodes(clock, random)
        self.phones: OnceCodes[str] = OnceCodes(clock, random)

    def new_session_key(self) -> str:
        """24 characters of base64, as the platform's."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return "".join(self._random.choices(alphabet, k=22)) + "=="


def judge(text: str) -> Judged:
    """What the content check finds: the worst word decides. Escaped characters are words to nobody."""
    words = _moderation()
    for verdict, found in (("risky", words.risky), ("review", words.review)):
        for word, label in found.items():
            if word in text:
                return Judged("risky" if verdict == "risky" else "review", label, word)
    return Judged("pass", PASS_LABEL, "")


@cache
def _moderation() -> Moderation:
    return msgspec.yaml.decode(MODERATION.read_bytes(), type=Moderation)
