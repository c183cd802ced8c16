"""Platforms, their messages and what came of them in a clerk's words."""

from __future__ import annotations

from casework.exchange.planning import ORDER
from casework.exchange.profile import TOLD
from casework.permits.platform import PUBLICITY, PUBLICITY_ENDED, RATING, STATUS
from web.console.door import ConsoleDoor
from web.console.screens import Chip, Tone

PERMIT_KINDS = (STATUS, PUBLICITY, PUBLICITY_ENDED, RATING)
_TONES: dict[str, Tone] = {"delivered": "good", "failed": "late", "sending": "soon"}


def peer_words(door: ConsoleDoor, code: str) -> str:
    """The platform's name; its code where the profile does not know it any more."""
    peer = door.exchange.peer(code)
    return peer.name if peer is not None else code


def kind_words(door: ConsoleDoor, kind: str) -> str:
    """What a message tells."""
    return door.words.text(f"exchange.kind.{kind}") if kind in (ORDER, *TOLD, *PERMIT_KINDS) else kind


def state_chip(door: ConsoleDoor, state: str) -> Chip:
    """Whether it arrived."""
    return Chip(words=door.words.text(f"exchange.state.{state}"), tone=_TONES.get(state, "plain"))


def reason_words(door: ConsoleDoor, reason: str, status: int | None = None) -> str:
    """Why it did not arrive, with the status of the answer; "" for no reason."""
    if not reason:
        return ""
    key = f"exchange.reason.{reason}"
    words = door.words.text(key) if door.words.catalogue.has(key) else reason
    return door.words.text("exchange.with_status", words=words, status=status) if status else words
