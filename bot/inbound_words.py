"""What an inbound message amounts to, before anybody looks at who sent it."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.kinds import Spot
from bot.vocabulary import Vocabulary
from wechat.messages import Inbound, Kind

MENU_WORDS: Final = {
    "file_complaint": "file",
    "complaint": "file",
    "my_cases": "my_cases",
    "ask_policy": "ask",
    "ask": "ask",
    "person": "person",
    "help": "help",
    "hours": "hours",
    "tip_off": "tip_off",
}
"""Keys of menu buttons, and the word that pressing one amounts to."""


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """`word` is a name under `bot.words`; `media` a photo's media id; `unfit` names a reply for the rest."""

    text: str = ""
    word: str = ""
    number: int | None = None
    media: str = ""
    spot: Spot | None = None
    unfit: str = ""
    from_menu: bool = False


SILENCE: Final = Understood(unfit="silence")
UNHEARD: Final = Understood(unfit="bot.voice_unheard")
UNSUPPORTED: Final = Understood(unfit="bot.unsupported")


def understand(inbound: Inbound, vocabulary: Vocabulary) -> Understood:
    """Messages and menu events as one thing. Events that need no words give SILENCE."""
    kind = inbound.kind
    if kind is Kind.TEXT:
        return _words(inbound.text, vocabulary)
    if kind is Kind.VOICE:
        return _words(inbound.recognition, vocabulary) if inbound.recognition.strip() else UNHEARD
    if kind is Kind.IMAGE:
        return Understood(media=inbound.media_id) if inbound.media_id else UNSUPPORTED
    if kind is Kind.LOCATION or (kind is Kind.EVENT and inbound.event == "location_select"):
        if inbound.latitude is None or inbound.longitude is None:
            return SILENCE
        return Understood(spot=Spot(inbound.latitude, inbound.longitude, inbound.label.strip()))
    if kind is Kind.EVENT:
        if inbound.event == "click":
            return Understood(word=MENU_WORDS.get(inbound.event_key, "help"), from_menu=True)
        return SILENCE
    return UNSUPPORTED if inbound.is_known else SILENCE


def _words(text: str, vocabulary: Vocabulary) -> Understood:
    return Understood(text=text, word=vocabulary.word_of(text), number=vocabulary.number_of(text))
