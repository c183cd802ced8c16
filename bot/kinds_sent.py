"""Steps that take what is sent and not written: photos, recordings, or anything that can be added to a case."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kinds import Accepted, Answer, Heard, Refused, Taken, TextKind, shown


@dataclass(frozen=True)
class PhotosKind:
    at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.photo is None:
            return Refused("photos_please")
        if heard.photo in before.photos:
            return Accepted(before, more=len(before.photos) < self.at_most)
        if len(before.photos) >= self.at_most:
            return Refused("too_many_photos", {"at_most": self.at_most})
        photos = (*before.photos, heard.photo)
        return Accepted(Answer(photos=photos), more=len(photos) < self.at_most)

    def recognises(self, heard: Heard) -> bool:
        return heard.photo is not None

    def accepts_words(self, heard: Heard) -> bool:
        return False

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        return str(len(answer.photos))


@dataclass(frozen=True)
class RecordingsKind:
    at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.recording is None:
            return Refused("words_please")
        if heard.recording in before.recordings:
            return Accepted(before)
        if len(before.recordings) >= self.at_most:
            return Refused("too_many_recordings", {"at_most": self.at_most})
        return Accepted(Answer(recordings=(*before.recordings, heard.recording)))

    def recognises(self, heard: Heard) -> bool:
        return heard.recording is not None

    def accepts_words(self, heard: Heard) -> bool:
        return False

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        return str(len(answer.recordings))


@dataclass(frozen=True)
class MaterialsKind:
    """Photos and recordings one after the other; words end it."""

    photos_at_most: int
    recordings_at_most: int
    words_at_most: int

    def take(self, before: Answer, heard: Heard) -> Taken:
        if heard.photo is not None:
            taken = PhotosKind(self.photos_at_most).take(before, heard)
        elif heard.recording is not None:
            taken = RecordingsKind(self.recordings_at_most).take(before, heard)
        else:
            taken = TextKind(2, self.words_at_most).take(Answer(), heard)
        if isinstance(taken, Refused):
            return taken if heard.text or taken.reason != "words_please" else Refused("material_please")
        given = taken.answer
        answer = Answer(
            text=given.text or before.text,
            photos=given.photos or before.photos,
            recordings=given.recordings or before.recordings,
        )
        return Accepted(answer, more=not given.text)

    def recognises(self, heard: Heard) -> bool:
        return heard.photo is not None or heard.recording is not None

    def accepts_words(self, heard: Heard) -> bool:
        return bool(heard.text.strip())

    def goes_on(self, heard: Heard) -> bool:
        return False

    def show(self, answer: Answer) -> str:
        return shown(answer.text) or str(len(answer.photos) + len(answer.recordings))


def images(at_most: int) -> PhotosKind:
    """Photos, sent one after the other until the citizen says that these are all."""
    return PhotosKind(at_most)


def recordings(at_most: int) -> RecordingsKind:
    """Voice messages that nobody understood, and films."""
    return RecordingsKind(at_most)


def materials(photos_at_most: int, recordings_at_most: int, words_at_most: int) -> MaterialsKind:
    """Anything that can be added to a case."""
    return MaterialsKind(photos_at_most, recordings_at_most, words_at_most)
