"""What an account that gets no photos may say."""

from __future__ import annotations

import re

from app.shipped import CATALOGUE_FOLDER
from bot.phrases import Phrases
from kit.catalogue import Catalogue

CATALOGUE = Catalogue.load(CATALOGUE_FOLDER)
OTHERWISE = CATALOGUE.under("bot.without_media")
_ASKS_FOR_PHOTOS = re.compile(r"(?<!收不到)照片|photo|(?<!收不到)语音|视频")


def test_an_account_that_gets_no_photos_asks_for_none() -> None:
    phrases = Phrases(CATALOGUE, {}, takes_media=lambda: False)
    said = phrases.say("file_complaint.ask_photos")
    assert "收不到照片" in said
    assert not _ASKS_FOR_PHOTOS.search(said)
    assert Phrases(CATALOGUE, {}).say("file_complaint.ask_photos") != said
    assert phrases.say("file_complaint.ask_story") == Phrases(CATALOGUE, {}).say("file_complaint.ask_story")


def test_every_other_wording_stands_for_one_that_is_there_and_asks_for_nothing_more() -> None:
    assert OTHERWISE
    for key, text in OTHERWISE.items():
        assert CATALOGUE.has(key), key
        assert CATALOGUE.placeholders(f"bot.without_media.{key}") <= CATALOGUE.placeholders(key), key
        assert not _ASKS_FOR_PHOTOS.search(text), key


def test_whatever_asks_for_a_photo_has_another_wording() -> None:
    asking = re.compile(r"(发|请发|有)照片|send a photo")
    heard = {"bot.no_media"}  # said where nothing can be heard, and only there
    tops = ("bot", "file_complaint", "add_material")
    spoken = [f"{top}.{key}" for top in tops for key in CATALOGUE.under(top)]
    lacking = {
        key
        for key in spoken
        if not key.startswith(("bot.without_media.", "bot.words.", "bot.offer"))
        and asking.search(CATALOGUE.text(key, **dict.fromkeys(CATALOGUE.placeholders(key), "x")))
    }
    assert lacking - set(OTHERWISE) - heard == set()
