"""What an inbound message amounts to, before anybody looks at who sent it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from bot.kinds import Spot
from bot.taps import Tap, read_tap
from bot.vocabulary import Vocabulary
from casework.people import staff_binding
from casework.scene_codes.kinds import PREFIXES
from wechat.messages import Inbound, Kind

MENU_WORDS: Final = {
    "file_complaint": "file",
    "complaint": "file",
    "my_cases": "my_cases",
    "my_messages": "my_messages",
    "leave_message": "leave",
    "add_material": "add",
    "rate_answer": "rate",
    "withdraw": "withdraw",
    "ask_policy": "ask",
    "ask": "ask",
    "permits": "permits",
    "my_permits": "my_permits",
    "my_penalties": "my_penalties",
    "notices": "notices",
    "personal": "personal",
    "person": "person",
    "help": "help",
    "hours": "hours",
    "tip_off": "tip_off",
}
"""Keys of menu buttons, and the word that pressing one amounts to."""


_PREFIXES: Final = "|".join(re.escape(one) for one in (staff_binding.PREFIX, *PREFIXES.values()))
_TYPED_CODE: Final = re.compile(rf"\s*((?:{_PREFIXES})[0-9A-Za-z]{{8,36}})[\s.。]*", re.ASCII)


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """`word` is a name under `bot.words`; `unfit` names a reply for what is nothing of the rest.

    `media` is a media id, of a photo unless `medium` says "voice" or "video". `scene` is of a code that was
    scanned or followed by, `scanned` what our menu's scanner read. `by_voice`: the text is what the platform heard.
    `tapped` is what was tapped below an answer of ours.
    """

    text: str = ""
    word: str = ""
    number: int | None = None
    media: str = ""
    medium: str = ""
    spot: Spot | None = None
    scene: str = ""
    scanned: str = ""
    unfit: str = ""
    from_menu: bool = False
    by_voice: bool = False
    tapped: Tap | None = None


SILENCE: Final = Understood(unfit="silence")
UNHEARD: Final = Understood(unfit="bot.voice_unheard")
UNSUPPORTED: Final = Understood(unfit="bot.unsupported")
LINK: Final = Understood(unfit="bot.link")
PAGE: Final = Understood(unfit="bot.miniprogram_page")


def understand(inbound: Inbound, vocabulary: Vocabulary) -> Understood:
    """Messages and menu events as one thing. Events that need no words give SILENCE."""
    kind = inbound.kind
    if kind is Kind.TEXT:
        tapped = read_tap(inbound.menu_id) if inbound.menu_id else None
        if tapped is not None and tapped.act != "file":
            return Understood(text=inbound.text, tapped=tapped)
        return _typed_code(inbound.text) or _words(inbound.text, vocabulary)
    if kind is Kind.EVENT:
        return _event(inbound)
    if kind is Kind.VOICE and inbound.recognition.strip():
        return msgspec.structs.replace(_words(inbound.recognition, vocabulary), by_voice=True)
    if kind is Kind.VOICE:
        return Understood(media=inbound.media_id, medium="voice") if inbound.media_id else UNHEARD
    if kind is Kind.IMAGE:
        return Understood(media=inbound.media_id) if inbound.media_id else UNSUPPORTED
    if kind in (Kind.VIDEO, Kind.SHORT_VIDEO):
        return Understood(media=inbound.media_id, medium="video") if inbound.media_id else UNSUPPORTED
    if kind is Kind.LOCATION:
        return _place(inbound)
    if kind is Kind.LINK:
        return LINK
    return PAGE if kind is Kind.MINI_PROGRAM_PAGE else SILENCE


def all_words(inbound: Inbound) -> str:
    """Every word a person may have put into a message, wherever it stands. Tapped words are ours, not theirs."""
    if inbound.kind is Kind.TEXT:
        return "" if inbound.menu_id and read_tap(inbound.menu_id) is not None else inbound.text
    words = (
        inbound.recognition, inbound.label, inbound.title, inbound.description, inbound.scan_result
    )  # fmt: skip
    return "\n".join(word for word in words if word)


def _event(inbound: Inbound) -> Understood:
    match inbound.event:
        case "click":
            return Understood(word=MENU_WORDS.get(inbound.event_key, "help"), from_menu=True)
        case "location_select":
            return _place(inbound)
        case "scan" | "subscribe" if inbound.scene:
            return Understood(scene=inbound.scene)
        case "scancode_waitmsg":
            return Understood(scanned=inbound.scan_result or " ")
    # What the phone opens or sends by itself needs no words: photos and results come as messages of their own.
    return SILENCE


def _place(inbound: Inbound) -> Understood:
    if inbound.latitude is None or inbound.longitude is None:
        return SILENCE
    return Understood(spot=Spot(inbound.latitude, inbound.longitude, inbound.label.strip()))


def _typed_code(text: str) -> Understood | None:
    """A code typed off a sign, or off the console by staff who bind their WeChat: as if it had been scanned."""
    found = _TYPED_CODE.fullmatch(text) if "_" in text else None
    return Understood(scene=found[1]) if found is not None else None


def _words(text: str, vocabulary: Vocabulary) -> Understood:
    return Understood(text=text, word=vocabulary.word_of(text), number=vocabulary.number_of(text))
