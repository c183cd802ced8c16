"""What the platform says when it refuses a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random


@dataclass
class Refusal(Exception):
    """An answer with a non-zero errcode; `message` is the platform's English wording, `more` what else it tells."""

    code: int
    message: str
    more: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code} {self.message}"


def request_id(at: datetime, random: Random) -> str:
    """A rid as the platform prints it: three groups of eight hex digits, the first one the time."""
    return f"{int(at.timestamp()):08x}-{random.getrandbits(32):08x}-{random.getrandbits(32):08x}"


def refusal_body(refusal: Refusal, rid: str) -> dict[str, object]:
    """The JSON body of a refusal."""
    return {"errcode": refusal.code, "errmsg": f"{refusal.message} rid: {rid}", **refusal.more}
