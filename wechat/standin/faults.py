"""Fault knobs: what may go wrong with a call, per endpoint, with a rate and a number of times."""

from dataclasses import dataclass
from random import Random
from typing import Literal

import msgspec

FaultKind = Literal[
    "latency",
    "hang",
    "busy",
    "token_40001",
    "html_502",
    "truncated_json",
    "text_plain",
    "reset_before",
    "reset_after",
]
# These act when the platform has already done what was asked; the others act before.
AFTER_THE_WORK: frozenset[FaultKind] = frozenset({"truncated_json", "text_plain", "reset_after"})
MOST_FAULTS = 100
ROOTS = (
    "/cgi-bin/",
    "/sns/",
    "/wxa/",
    "/wxaapi/",
    "/customservice/",
    "/connect/",
    "/film",
)


class FaultRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One knob. `times` None means for ever; `seconds` is the length of a latency."""

    endpoint: str
    kind: FaultKind
    rate: float = 1.0
    times: int | None = None
    seconds: float = 1.0


class FaultsRefusedError(ValueError):
    """A knob that cannot be turned; the text says why."""


@dataclass
class Fault:
    """A knob that is turned on."""

    endpoint: str
    kind: FaultKind
    rate: float
    left: int | None
    seconds: float


class FaultBoard:
    """The knobs in the order they were set; the first that strikes decides."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._faults: list[Fault] = []

    def set(self, asked: FaultRequest) -> None:
        if not 0 <= asked.rate <= 1:
            raise FaultsRefusedError("rate must lie between 0 and 1")
        if asked.times is not None and asked.times < 1:
            raise FaultsRefusedError("times must be at least 1, or null for ever")
        if not 0 <= asked.seconds <= 600:
            raise FaultsRefusedError("seconds must lie between 0 and 600")
        if len(self._faults) >= MOST_FAULTS:
            raise FaultsRefusedError("too many faults are set; clear some first")
        endpoint = full_path(asked.endpoint)
        self._faults.append(Fault(endpoint, asked.kind, asked.rate, asked.times, asked.seconds))

    def clear(self, endpoint: str | None = None) -> None:
        wanted = None if endpoint is None else full_path(endpoint)
        self._faults = [] if wanted is None else [one for one in self._faults if one.endpoint != wanted]

    def all(self) -> list[Fault]:
        return list(self._faults)

    def strike(self, path: str) -> Fault | None:
        """The fault that hits this call, counted down; None when the call goes through."""
        for fault in self._faults:
            if fault.endpoint not in ("*", path):
                continue
            if fault.rate < 1 and self._random.random() >= fault.rate:
                continue
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    self._faults.remove(fault)
            return fault
        return None


def full_path(endpoint: str) -> str:
    """`message/custom/send` and `/cgi-bin/message/custom/send` name the same endpoint; `*` names all."""
    if endpoint == "*":
        return endpoint
    path = "/" + endpoint.strip("/")
    return path if path.startswith(ROOTS) else "/cgi-bin" + path
